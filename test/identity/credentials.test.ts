import { describe, expect, it } from '@jest/globals';
import { actorVia, credentialsOf, isName } from '../../src/identity/credentials';
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

describe('names in audit records', () => {
  it.each([
    ['alice'],
    ['Alice Müller'],
    ['svc@example.com'],
    ['auth0|5f7c8ec7c33c6c004bbafe82'],
    ['https://id.example/users/7'],
    ['Via'],
    ['olivia octavia'],
    ['viaduct east'],
  ])('%s is one', (name) => {
    expect(isName(name)).toBe(true);
    expect(actorVia(name, 'router').split(/\svia\s/iu)).toEqual([name, 'router']);
  });

  it.each([
    ['nothing', ''],
    ['too much', 'a'.repeat(201)],
    ['somebody via a router', 'alice via router'],
    ['somebody via a router, in capitals', 'alice VIA router'],
    ['somebody via a router, in other blanks', 'alice\u00a0via\u2003router'],
    ['the end of somebody', 'via router'],
    ['the beginning of somebody', 'alice via'],
    ['what a terminal obeys', 'a\u001b[2J'],
    ['more than a line', 'alice\u2028bob'],
    ['what turns round what follows', 'alice \u202eretuor aiv'],
    ['what nobody sees', 'ali\u200bce'],
    ['half a sign', 'alice\ud83d'],
  ])('%s is none', (_name, text) => {
    expect(isName(text)).toBe(false);
  });
});
