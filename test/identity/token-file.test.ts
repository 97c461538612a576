import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenAuthenticator } from '../../src/identity/token-authenticator';
import { TokenFile, hashOf } from '../../src/identity/token-file';
import { ManualClock } from '../support/manual-clock';
import { SilentLogger } from '../support/silent-logger';

let folder: string;
let path: string;
let clock: ManualClock;
let logger: SilentLogger;
let open: TokenFile[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-tokens-'));
  path = join(folder, 'tokens.yaml');
  clock = new ManualClock();
  logger = new SilentLogger();
  open = [];
});

afterEach(() => {
  for (const file of open) file.close();
  rmSync(folder, { recursive: true });
});

const sha = (token: string): string => hashOf(token).toString('hex');
const ALICE = `{name: alice, sha256: ${sha('a-token')}, roles: [operator]}`;

function authenticatorOf(...tokens: readonly string[]): TokenAuthenticator {
  writeFileSync(path, `tokens:\n${tokens.map((token) => `  - ${token}\n`).join('')}`);
  const file = new TokenFile(path, clock, logger);
  open.push(file);
  return new TokenAuthenticator([file]);
}

describe('tokens of a file', () => {
  it('names the owner, his roles and bounds', async () => {
    const authenticator = authenticatorOf(
      ALICE,
      `{name: w, sha256: ${sha('w-token')}, roles: [worker], tasks: [t], sources: ['*']}`,
    );
    expect(await authenticator.authenticate({ token: 'a-token', actor: null })).toMatchObject({
      actor: 'alice',
      roles: new Set(['operator']),
      tasks: null,
      expiresAtMs: null,
    });
    expect(await authenticator.authenticate({ token: 'w-token', actor: null })).toMatchObject({
      tasks: new Set(['t']),
      sources: null,
    });
  });

  it.each([
    ['none', null, 'a token is required'],
    ['another', 'b-token', 'the token is not valid'],
    ['a prefix', 'a-toke', 'the token is not valid'],
    ['the hash itself', sha('a-token'), 'the token is not valid'],
    ['one of a megabyte', 'a'.repeat(1_000_000), 'the token is not valid'],
  ])('refuses %s, without a word of it', async (_name, token, message) => {
    const authenticator = authenticatorOf(ALICE);
    const refused = authenticator.authenticate({ token, actor: null });
    await expect(refused).rejects.toMatchObject({ code: 'UNAUTHENTICATED', fields: {} });
    await expect(refused).rejects.toThrow(message);
    expect(JSON.stringify(logger.lines)).not.toContain('token is');
  });

  it('lets only routers speak for others', async () => {
    const authenticator = authenticatorOf(ALICE, `{name: r, sha256: ${sha('r')}, roles: [operator], actAs: true}`);
    expect(await authenticator.authenticate({ token: 'r', actor: 'bob' })).toMatchObject({ actor: 'bob via r' });
    for (const refused of [
      { token: 'a-token', actor: 'bob' },
      { token: 'r', actor: 'b\nob' },
      { token: 'r', actor: 'b'.repeat(201) },
      { token: 'r', actor: 'alice via another' },
    ])
      await expect(authenticator.authenticate(refused)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('reads the file again when it changes, and keeps what it said while it is wrong', async () => {
    const authenticator = authenticatorOf(ALICE);
    writeFileSync(path, 'tokens: nonsense');
    await clock.advance(2_001);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'error' });
    await expect(authenticator.authenticate({ token: 'a-token', actor: null })).resolves.toBeDefined();
    writeFileSync(path, `tokens: [{name: carol, sha256: ${sha('c')}, roles: [viewer]}]`);
    await clock.advance(2_001);
    await expect(authenticator.authenticate({ token: 'a-token', actor: null })).rejects.toThrow('not valid');
    await expect(authenticator.authenticate({ token: 'c', actor: null })).resolves.toMatchObject({ actor: 'carol' });
  });

  it('goes on when nobody can look at the file, and reads it when that is over', async () => {
    const authenticator = authenticatorOf(ALICE);
    const token = { token: 'a-token', actor: null };
    renameSync(path, `${path}.away`);
    symlinkSync(path, path);
    await clock.advance(10_001);
    expect(logger.lines.map(({ level }) => level)).toEqual(['error']);
    await expect(authenticator.authenticate(token)).resolves.toBeDefined();
    rmSync(path);
    renameSync(`${path}.away`, path);
    await clock.advance(2_001);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'info', message: 'tokens were read again' });
    await expect(authenticator.authenticate(token)).resolves.toBeDefined();
  });

  it.each([
    ['an unknown field', '{name: a, sha256: x, roles: [viewer], task: t}', 'tokens[0].task: unknown'],
    ['no role', `{name: a, sha256: ${sha('a')}, roles: []}`, 'tokens[0].roles: name at least one role'],
    ['an unknown role', '{name: a, sha256: x, roles: [root]}', 'tokens[0].roles[0]: expected one of'],
    [
      'a worker of nothing',
      `{name: a, sha256: ${sha('a')}, roles: [worker], tasks: [t]}`,
      'tokens[0].sources: a worker',
    ],
    ['nothing but a plain token', 'secret', /tokens\[0\]: expected an object$/u],
    [
      'a plain token as a role',
      `{name: a, sha256: ${sha('a')}, roles: [secret]}`,
      /expected one of [^,]*, [^,]*, [^,]*$/u,
    ],
    ['a plain token', '{name: a, sha256: secret, roles: [viewer]}', 'tokens[0].sha256: not 64 hexadecimal digits'],
    ['a token twice', `${ALICE}\n  - ${ALICE.replace('alice', 'bob')}`, "the token of bob is another's too"],
    [
      'a viewer of a source',
      `{name: a, sha256: ${sha('a')}, roles: [viewer], sources: [s]}`,
      'tokens[0].sources: only workers',
    ],
    [
      'a name that terminals obey',
      `{name: "a\\e[2J", sha256: ${sha('a')}, roles: [viewer]}`,
      'tokens[0].name: not a name',
    ],
    [
      'somebody who seems to speak through a router',
      `{name: alice via r, sha256: ${sha('a')}, roles: [viewer]}`,
      'tokens[0].name: not a name of 1 to 200 characters that are shown, without the word `via`',
    ],
    ['a name twice', `${ALICE}\n  - ${ALICE}`, 'the name alice is given twice'],
  ])('refuses %s with its place', (_name, token, message) => {
    expect(() => authenticatorOf(token)).toThrow(message);
  });

  it('shows no line of a file that is no YAML', () => {
    writeFileSync(path, 'tokens: [{name: a, sha256: my-secret, roles: [viewer]}');
    expect(() => new TokenFile(path, clock, logger)).toThrow(/tokens\.yaml cannot be read: [^\n]*line 1/u);
    expect(() => new TokenFile(path, clock, logger)).not.toThrow(/my-secret/u);
  });

  it('says why there is no file', () => {
    expect(() => new TokenFile(join(folder, 'none.yaml'), clock, logger)).toThrow(/none\.yaml cannot be read/u);
  });
});
