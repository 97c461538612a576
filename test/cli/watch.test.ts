import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../src/server';
import { SilentLogger } from '../support/silent-logger';
import { useServer } from '../support/use-server';
import { until } from '../graphql/operator-requests';
import { lockOf } from '../graphql/plain-worker';
import { makeConflict } from './conflict';
import { runCommand } from './run-command';
import type { Ended } from './run-command';

const server = useServer();

/** Follow until the output matches. */
async function watchUntil(expected: RegExp, words: readonly string[], act: () => Promise<unknown>): Promise<Ended> {
  const controller = new AbortController();
  let seen = '';
  const ended = runCommand(['watch', ...words], {
    environment: { LOCKSTEP_SERVER: server.url },
    interrupted: controller.signal,
    onOutput: (text) => (seen += text),
  });
  await act();
  await until(
    () => Promise.resolve(seen),
    (text) => expected.test(text),
  );
  controller.abort();
  return ended;
}

describe('lockstep watch', () => {
  it('shows the locks that there are, then what happens, until it is interrupted', async () => {
    await makeConflict(server.url, 'before');
    const { status, out, err } = await watchUntil(/contradicts/u, ['after'], () => makeConflict(server.url, 'after'));
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^\d\d:\d\d:\d\d {2}Lock after-`shard_db`\.`shard_table` was created/mu);
    expect(out).not.toContain('before');
    const snapshot = await watchUntil(/now/u, ['before'], () => Promise.resolve());
    expect(snapshot.out).toMatch(/^now {7}before-`shard_db`\.`shard_table` conflict, 1\/2 synced, still for /u);
  });

  it('gives programs one object a line, and goes on behind a cursor', async () => {
    const words = ['--lock', lockOf('before'), '--output', 'json', '--after', '0.0', '--kind', 'conflict-detected'];
    const { out } = await watchUntil(/CONFLICT_DETECTED/u, words, () => Promise.resolve());
    const items = out.trim().split('\n');
    const last = JSON.parse(items.at(-1)!) as { events: { kind: string; lockId: string }[] };
    expect(last.events).toEqual([expect.objectContaining({ kind: 'CONFLICT_DETECTED', lockId: lockOf('before') })]);
  });

  it('tries again while no server answers, and ends at once when it is refused', async () => {
    const controller = new AbortController();
    let seen = '';
    const ended = runCommand(['watch', '--server', '127.0.0.1:1'], {
      interrupted: controller.signal,
      onOutput: (text) => (seen += text),
    });
    await until(
      () => Promise.resolve(seen),
      (text) => (text.match(/next attempt/gu) ?? []).length >= 2,
    );
    controller.abort();
    expect(await ended).toEqual({ status: 0, out: '', err: seen });
    expect(seen).toMatch(
      /^no server answers at http:\/\/127\.0\.0\.1:1\/graphql: .*ECONNREFUSED.*; next attempt in 0\.25 s$/mu,
    );
  });

  it.each([
    [['--kind', 'nothing'], /^lockstep: --kind is one of lock-created, .*, divergence, not "nothing"\n$/u],
    [['--after', '7'], /^lockstep: not a cursor of events: 7\n$/u],
    [['--lock', 'orders'], /^lockstep: not a lock ID: orders /u],
  ])('refuses %j in words, at once', async (words, said) => {
    const ended = await runCommand(['watch', ...words], { environment: { LOCKSTEP_SERVER: server.url } });
    expect(ended).toEqual({ status: 2, out: '', err: expect.stringMatching(said) });
  });

  it('ends when the server does not know who asks, instead of trying again for ever', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-watch-'));
    const token = join(folder, 'token');
    const auth = join(folder, 'auth.yaml');
    writeFileSync(token, 'of-another-server\n');
    writeFileSync(auth, `tokens: tokens.yaml\n`);
    writeFileSync(
      join(folder, 'tokens.yaml'),
      `tokens:\n  - { name: a, sha256: '${'0'.repeat(64)}', roles: [viewer] }\n`,
    );
    const guarded = await startServer({
      ...{ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger: new SilentLogger(), authFile: auth },
    });
    try {
      const ended = await runCommand(['watch', '--token-file', token, '--server', guarded.url]);
      expect(ended).toMatchObject({ status: 4, out: '', err: expect.stringContaining('does not know who asks') });
    } finally {
      await guarded.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('lockstep doctor', () => {
  const lockstep = (...words: readonly string[]): Promise<Ended> =>
    runCommand(words, { environment: { LOCKSTEP_SERVER: server.url } });

  it('says that all is well', async () => {
    const { status, out } = await lockstep('doctor');
    expect({ status, out }).toEqual({
      status: 0,
      out: expect.stringMatching(/^ok {3}server {3}http.+ is ready\n[\s\S]+All is well\.\n$/u),
    });
    expect(JSON.parse((await lockstep('doctor', '-o', 'json')).out)).toMatchObject({
      well: true,
      cluster: { phase: 'LEADING' },
    });
  });

  it('reads no directory that holds no store', async () => {
    const ended = await lockstep('doctor', '--data-dir', __dirname);
    expect(ended).toMatchObject({ status: 2, out: '', err: expect.stringContaining('holds no store') });
  });

  it('says where no server is', async () => {
    expect(await lockstep('doctor', '--server', '127.0.0.1:1')).toMatchObject({ status: 5, out: '' });
  });
});
