import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockstepError } from '../../src/core/model/error';
import { parseServeOptions } from '../../src/cli/serve-options';
import { ask } from '../graphql/plain-client';
import { registered } from '../graphql/plain-worker';

const ROOT = join(__dirname, '..', '..');

/** The command as a process of its own. */
function run(args: readonly string[]): { process: ChildProcess; output: () => string; status: Promise<number | null> } {
  const child = spawn(process.execPath, ['--require', './test/tools/load-typescript.js', 'src/cli/main.ts', ...args], {
    cwd: ROOT,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { process: child, output: () => output, status: new Promise((resolve) => child.on('close', resolve)) };
}

/** The address that a server logs when it listens. */
async function urlOf(output: () => string): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const [, url] = /"url":"([^"]+)"/u.exec(output()) ?? [];
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the server didn't start: ${output()}`);
}

describe('the options of serve', () => {
  it('need none; a flag wins over its variable', () => {
    const initial = { directory: './lockstep-data', host: '127.0.0.1', port: 4000, authFile: null, etcd: null };
    expect(parseServeOptions([], {})).toEqual(initial);
    expect(parseServeOptions([], { LOCKSTEP_PORT: '1', LOCKSTEP_DATA: 'd' })).toEqual({
      ...initial,
      port: 1,
      directory: 'd',
    });
    expect(parseServeOptions(['--port', '2', '--host=::1'], { LOCKSTEP_PORT: '1' })).toEqual({
      ...initial,
      port: 2,
      host: '::1',
    });
    expect(parseServeOptions(['--host', '0.0.0.0', '--insecure'], {})).toEqual({ ...initial, host: '0.0.0.0' });
    expect(parseServeOptions(['--host', '0.0.0.0', '--auth', 'a.yaml'], {})).toMatchObject({ authFile: 'a.yaml' });
    expect(parseServeOptions(['--help'], {})).toBeNull();
  });

  it.each([
    [['--unknown']],
    [['extra']],
    [['--port', 'x']],
    [['--port', '65536']],
    [['--port', '-1']],
    [['--port', '']],
    [['--data', '']],
    [['--host', '0.0.0.0']],
    [['--host', '127.0.0.1.example']],
  ])('refuse %j', (args) => {
    expect(() => parseServeOptions(args, {})).toThrow(LockstepError);
  });
});

describe('lockstep serve', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'lockstep-serve-'));
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps what was answered over a restart, and ends with 0 on SIGTERM and SIGINT', async () => {
    const args = ['serve', '--port', '0', '--data', directory];
    const first = run(args);
    const url = await urlOf(first.output);
    const worker = await registered(url, 'w1', 'task-1', 's1', 'PESSIMISTIC');
    const { lockId } = await worker.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c1 INT'], '1');
    const feed = await worker.subscribe();
    first.process.kill('SIGTERM');
    expect(await feed.untilClosed()).toBe(1001);
    expect(await first.status).toBe(0);

    const second = run(args);
    const lock = await ask(await urlOf(second.output), 'query ($id: ID!) { shardLock(id: $id) { id ownerId ddls } }', {
      id: lockId,
    });
    expect(lock).toEqual({
      id: lockId,
      ownerId: 's1',
      ddls: ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c1 INT'],
    });
    second.process.kill('SIGINT');
    expect(await second.status).toBe(0);
  }, 30_000);

  it('says in words what is wrong, with status 2 for the command line and 1 for the rest', async () => {
    const unknown = run(['sreve']);
    expect([await unknown.status, unknown.output()]).toEqual([2, expect.stringContaining('no such command: sreve')]);
    const flag = run(['serve', '--prot', '1']);
    expect([await flag.status, flag.output()]).toEqual([2, expect.not.stringMatching(/^ +at /mu)]);
    const holder = run(['serve', '--port', '0', '--data', directory]);
    await urlOf(holder.output);
    const taken = run(['serve', '--port', '0', '--data', directory]);
    expect([await taken.status, taken.output()]).toEqual([1, expect.stringMatching(/^lockstep: /u)]);
    holder.process.kill('SIGTERM');
    expect(await holder.status).toBe(0);
  }, 30_000);
});

describe('the options of an etcd', () => {
  it('come from flags and environment; the password only from the environment', () => {
    const args = ['--etcd', 'https://a:1,https://b:2/', '--etcd-user', 'u', '--lease', '5'];
    const environment = { LOCKSTEP_ETCD: 'http://ignored:1', LOCKSTEP_ETCD_CA: 'ca.pem', LOCKSTEP_ETCD_PASSWORD: 'p' };
    expect(parseServeOptions(args, environment)?.etcd).toEqual({
      urls: ['https://a:1', 'https://b:2'],
      ca: 'ca.pem',
      certificate: null,
      key: null,
      user: { name: 'u', password: 'p' },
      leaseMs: 5_000,
      maxTxnOps: null,
      maxRequestBytes: null,
    });
  });

  it.each([
    [['--etcd', 'a:1']],
    [['--etcd', 'http://a:1,https://b:2']],
    [['--etcd', 'http://user:password@a:1']],
    [['--etcd', 'http://a:1', '--lease', '1']],
    [['--etcd', 'http://a:1', '--etcd-max-txn-ops', '12']],
    [['--etcd', 'https://a:1', '--etcd-cert', 'c.pem']],
  ])('%j is refused', (args) => {
    expect(() => parseServeOptions(args, {})).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
