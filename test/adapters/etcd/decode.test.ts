import { describe, expect, it } from '@jest/globals';
import { decodeBatches, decodeRevision } from '../../../src/adapters/etcd/decode';

describe('64-bit numbers of etcd', () => {
  it.each([
    ['0', 0],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%s is a revision', (digits, revision) => {
    expect(decodeRevision(digits)).toBe(revision);
  });

  it.each(['9007199254740992', '9007199254740993', '18446744073709551615', '-1'])(
    '%s is refused as a revision, not rounded',
    (digits) => {
      expect(() => decodeRevision(digits)).toThrow();
    },
  );

  it('make no two revisions one in a watch', () => {
    const kv = (mod_revision: string): object => ({
      ...{ key: Buffer.from('/a'), value: Buffer.from(''), version: '1', create_revision: '1', lease: '0' },
      mod_revision,
    });
    const response = { events: ['9007199254740992', '9007199254740993'].map((at) => ({ type: 'Put', kv: kv(at) })) };
    expect(() => decodeBatches(response as Parameters<typeof decodeBatches>[0], ['/'])).toThrow();
  });
});
