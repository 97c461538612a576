import { describe, expect, it } from '@jest/globals';
import { LockstepError } from '../../../src/core/model/error';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';

describe('names', () => {
  it.each(['a', 'a-b', '`', 'größe', '\u{1f600}', ' ', '\ufffd', 'x'.repeat(200), '名'.repeat(64)])(
    'may be %j',
    (name) => {
      expect(parseTaskName(name)).toBe(name);
      expect(parseDownstreamTable(name, name)).toEqual({ schema: name, table: name });
    },
  );

  it.each([
    ['', 'must not be empty'],
    ['a\0', 'must not contain NUL'],
    // As UTF-8 two such names would be one key.
    ['\ud800', 'contains half of a character'],
    ['x\udc00y', 'contains half of a character'],
    // Keys of the store that hold it would be too long to be written.
    ['x'.repeat(201), 'has 201 bytes; at most 200 are possible'],
    ['名'.repeat(67), 'has 201 bytes; at most 200 are possible'],
  ])('may not be %j', (name, reason) => {
    for (const parse of [
      () => parseTaskName(name),
      () => parseSourceId(name),
      () => parseDownstreamTable('d', name),
      () => parseUpstreamTable('s', name, 't'),
    ]) {
      expect(parse).toThrow(LockstepError);
      expect(parse).toThrow(reason);
    }
  });
});
