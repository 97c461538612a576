import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/commands';
import { nearest } from '../../src/core/model/nearest';
import { VERSION } from '../../src/core/model/version';
import { useServer } from '../support/use-server';
import { prepare } from './prepared';
import { runCommand, shellWords } from './run-command';
import type { Ended } from './run-command';

const server = useServer();

beforeAll(() => prepare(server.url));

const lockstep = (...words: readonly string[]): Promise<Ended> =>
  runCommand(words, { environment: { LOCKSTEP_SERVER: server.url } });

/** The command that a hint ends with, as the words of a shell. */
function hinted(err: string): string[] {
  const [, command] = /(?:Next|Did you mean): lockstep (.*)\n$/u.exec(err) ?? [];
  if (command === undefined) throw new Error(`no command in ${JSON.stringify(err)}`);
  return shellWords(command);
}

describe('what somebody meant who mistyped', () => {
  it.each([
    ['a task', ['why', 'order'], 3, 'why orders'],
    ['a task, letters swapped', ['query-status', 'odrers'], 3, 'query-status orders'],
    [
      'a lock without its backquotes, which the shell took away',
      ['why', 'orders-shard_db.shard_table'],
      3,
      "why 'orders-`shard_db`.`shard_table`'",
    ],
    [
      'a lock that is to be unlocked',
      ['unlock-ddl-lock', 'order-`shard_db`.`shard_table`'],
      3,
      "unlock-ddl-lock 'orders-`shard_db`.`shard_table`'",
    ],
    [
      'no lock ID at all',
      ['unlock-ddl-lock', 'orders-shard_db.shard_table'],
      2,
      "unlock-ddl-lock 'orders-`shard_db`.`shard_table`'",
    ],
  ])('%s', async (_what, words, status, meant) => {
    const ended = await lockstep(...words);
    expect(ended.status).toBe(status);
    expect(ended.err).toMatch(/Did you mean: lockstep /u);
    expect(ended.err.endsWith(`Did you mean: lockstep ${meant}\n`)).toBe(true);
  });

  it.each([
    ['lokcs', ['locks', 'why'], 'locks'],
    ['wath', ['watch', 'why'], 'watch'],
    ['unlock', ['unlock-ddl-lock', 'locks'], 'unlock-ddl-lock'],
    ['shard', ['shard-ddl-lock', 'shard-ddl-lock unlock'], null],
    ['nonsense', ['locks', 'why'], null],
    ['x', ['y'], 'y'],
  ])('the nearest of %s', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });
});

describe('a refusal ends with a command, and that command runs', () => {
  it.each([
    ['no such task', ['why', 'nobody'], 3],
    ['no such lock', ['unlock-ddl-lock', 'nobody-`a`.`b`'], 3],
    ['no such lock of a task that there is', ['unlock-ddl-lock', 'orders-`quite`.`another`'], 3],
    ['a lock without what is to become of it', ['unlock-ddl-lock', 'orders-`shard_db`.`shard_table`'], 2],
    ['no such source', ['exclude-source', '--source', 'nobody', 'invoices'], 3],
    ['an owner that does not wait', ['unlock-ddl-lock', '--owner', 'mysql-02', 'invoices-`shard_db`.`shard_table`'], 1],
    ['a task that runs', ['remove-meta', 'orders'], 1],
    ['a source that is not blocked', ['break-ddl-lock', '--worker', 'mysql-02', '--skip', 'invoices'], 1],
  ])('%s', async (_what, words, status) => {
    const ended = await lockstep(...words);
    expect(ended.status).toBe(status);
    expect(await lockstep(...hinted(ended.err))).toMatchObject({ status: 0, err: '' });
  });

  it('no server, no token', async () => {
    expect((await runCommand(['locks', '--server', '127.0.0.1:1'])).err).toMatch(/Next: lockstep serve, to start one/u);
  });
});

describe('the examples of the help texts', () => {
  const examples = COMMANDS.filter(({ name }) => name !== 'completion').flatMap(({ examples: lines = [] }) => lines);

  it.each(examples.map((example) => [example]))('%s', async (example) => {
    const [program, ...words] = shellWords(example);
    expect(program).toBe('lockstep');
    const controller = new AbortController();
    // The one that goes on for ever is ended as soon as it has said something.
    const onOutput = (): void => {
      if (words[0] === 'watch') controller.abort();
    };
    const environment = { LOCKSTEP_SERVER: server.url };
    const ended = await runCommand(words, { environment, interrupted: controller.signal, onOutput });
    expect(ended).toMatchObject({ status: 0, err: '' });
    expect(ended.out).not.toBe('');
  });

  it('every command that acts or explains has one', () => {
    const without = COMMANDS.filter(({ examples: lines = [] }) => lines.length === 0).map(({ name }) => name);
    expect(without.sort()).toEqual(
      ['action', 'doctor', 'schema print', 'serve', 'shard-ddl-lock', 'show-ddl-locks', 'worker'].sort(),
    );
  });
});

describe('a token file', () => {
  it.each([
    ['two lines', 'a\nb', /it holds no token, or more than one line/u],
    ['nothing', '', /it holds no token, or more than one line/u],
  ])('with %s is refused', async (_what, text, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-token-'));
    const path = join(folder, 'token');
    writeFileSync(path, text);
    expect(await lockstep('locks', '--token-file', path)).toMatchObject({
      status: 2,
      err: expect.stringMatching(expected),
    });
    rmSync(folder, { recursive: true });
  });
});

it.each(['--version', '-V'])('lockstep %s', async (word) => {
  expect(await runCommand([word])).toEqual({ status: 0, out: `lockstep ${VERSION}\n`, err: '' });
});
