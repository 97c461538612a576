import { describe, expect, it } from '@jest/globals';
import { LockstepError } from '../../../src/core/model/error';
import { parseLockName } from '../../../src/core/model/lock-name';

describe('the name of a lock', () => {
  it.each([
    ['test-`db`.`t`', 'test-`db`.`t`'],
    ['a-b-`c`-`db`.`t`', 'a-b-`c`-`db`.`t`'],
    ['test-`d``b`.`t.t`', 'test-`d``b`.`t.t`'],
    ['test/db.t', 'test-`db`.`t`'],
    ['a/b/db.t', 'a/b-`db`.`t`'],
    ['a.b/db.t', 'a.b-`db`.`t`'],
    ['test/d`b.t', 'test-`d``b`.`t`'],
    // A lock ID wins over the short form.
    ['x/y.z-`db`.`t`', 'x/y.z-`db`.`t`'],
  ])('%s is %s', (text, lockId) => {
    expect(parseLockName(text)).toBe(lockId);
  });

  it.each(['', 'test', 'test/db', 'test/a.b.c', '/db.t', 'test/.t', 'test/db.', '-`db`.`t`', 'test-`db`.`t` '])(
    '%p is none',
    (text) => {
      expect(() => parseLockName(text)).toThrow(LockstepError);
    },
  );
});
