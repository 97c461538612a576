import { describe, expect, it } from '@jest/globals';
import { credentialsOf } from '../../src/identity/credentials';
import type { Credentials, Sent } from '../../src/identity/credentials';

const ROUTER = { authorization: 'Bearer r', 'x-lockstep-actor': 'alice' };
const NOBODY: Credentials = { token: null, actor: null };

describe('credentials', () => {
  it.each<[string, Sent | undefined, Sent, Credentials]>([
    ['of headers', undefined, ROUTER, { token: 'r', actor: 'alice' }],
    ['of the first message', { token: 't', 'x-lockstep-actor': 'bob' }, {}, { token: 't', actor: 'bob' }],
    ['of the first message before those of headers', { token: 't' }, ROUTER, { token: 't', actor: null }],
    ['of a router, whatever its client says', { 'x-lockstep-actor': 'root' }, ROUTER, { token: 'r', actor: 'alice' }],
    ['of nobody, whomever he names', { 'x-lockstep-actor': 'root' }, {}, NOBODY],
    ['that are no texts', { token: { a: 1 }, authorization: ['Bearer r'] }, { authorization: '' }, NOBODY],
    ['under inherited names', { ['__proto__']: { token: 't' } }, {}, NOBODY],
  ])('%s', (_name, payload, headers, expected) => {
    expect(credentialsOf(payload, headers)).toEqual(expected);
  });
});
