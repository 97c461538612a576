import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockstepError } from '../../src/core/model/error';
import { COMMANDS } from '../../src/cli/commands';
import { serveOptionsOf } from '../../src/cli/commands/serve-options';
import type { ServeOptions } from '../../src/cli/commands/serve-options';
import { parseCommandLine } from '../../src/cli/grammar/command-line';
import { Proxies } from '../../src/identity/remote-address';
import { ask } from '../graphql/plain-client';
import { registered } from '../graphql/plain-worker';
import { runCommand, startCommand, urlOf } from './run-command';

/** What `serve` makes of a command line and an environment. */
function optionsOf(words: readonly string[], environment: Record<string, string>): ServeOptions {
  const parsed = parseCommandLine(['serve', ...words], COMMANDS, environment);
  if (parsed.kind !== 'run') throw new Error(`it gave ${parsed.kind}`);
  return serveOptionsOf(parsed.options);
}

describe('the options of serve', () => {
  it('need none; a flag wins over its variable', () => {
    const initial = {
      directory: './lockstep-data',
      host: '127.0.0.1',
      port: 4000,
      door: { insecure: false, introspection: true, traces: false, origins: [], callbackPrefixes: [], limits: {} },
      etcd: null,
      observe: false,
      downstreamFile: null,
      playground: false,
      metricsListen: null,
      logLevel: 'info',
    };
    expect(optionsOf([], {})).toEqual(initial);
    expect(optionsOf([], { LOCKSTEP_PORT: '1', LOCKSTEP_DATA: 'd' })).toEqual({
      ...initial,
      port: 1,
      directory: 'd',
    });
    expect(optionsOf(['--port', '2', '--host=::1'], { LOCKSTEP_PORT: '1' })).toEqual({
      ...initial,
      port: 2,
      host: '::1',
    });
    expect(optionsOf(['--log-level', 'debug'], {})).toEqual({ ...initial, logLevel: 'debug' });
  });

  it.each([
    ['9464', { host: '127.0.0.1', port: 9464 }],
    ['0.0.0.0:9464', { host: '0.0.0.0', port: 9464 }],
    ['metrics.internal:0', { host: 'metrics.internal', port: 0 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
  ])('take %s as the address of metrics', (text, address) => {
    expect(optionsOf(['--metrics-listen', text], {}).metricsListen).toEqual(address);
  });

  it('listen beyond loopback if who comes must say who he is, or somebody insists', () => {
    expect(optionsOf(['--host', '0.0.0.0', '--insecure'], {})).toMatchObject({
      host: '0.0.0.0',
      door: { insecure: true, introspection: false },
    });
    expect(optionsOf(['--host', '0.0.0.0', '--auth', 'a.yaml'], {})).toMatchObject({
      door: { authFile: 'a.yaml', introspection: false },
    });
  });

  it('say who may come, how, and how much of him is taken', () => {
    const words = ['--tls-cert', 'c.pem', '--tls-key', 'k.pem', '--allow-origin', 'https://a.example', '--traces'];
    const limits = ['--limit', 'depth=7', '--limit', 'worker-mutations=9000', '--safelist', 'allowed'];
    const callbacks = ['--callback-prefix', 'https://router.example/callback', '--proxy', '10.1.0.0/16'];
    const { door } = optionsOf([...words, ...limits, ...callbacks], { LOCKSTEP_AUTH: 'a.yaml' });
    expect(door.proxies?.has('10.1.2.3')).toBe(true);
    expect(door).toEqual({
      authFile: 'a.yaml',
      insecure: false,
      introspection: false,
      traces: true,
      tls: { certificate: 'c.pem', key: 'k.pem' },
      origins: ['https://a.example'],
      callbackPrefixes: ['https://router.example/callback/'],
      safelist: [expect.stringMatching(/schema.documents$/u), 'allowed'],
      limits: { depth: 7, 'worker-mutations': 9_000 },
      proxies: expect.any(Proxies),
    });
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
    [['--observe']],
    [['--metrics-listen', '']],
    [['--metrics-listen', '0.0.0.0']],
    [['--metrics-listen', '0.0.0.0:']],
    [['--metrics-listen', '::1:9464']],
    [['--metrics-listen', '127.0.0.1:99999']],
    [['--log-level', 'loud']],
    [['--host', '::']],
    [['--tls-cert', 'c.pem']],
    [['--tls-key', 'k.pem']],
    [['--allow-origin', '*']],
    [['--allow-origin', 'https://a.example/path']],
    [['--callback-prefix', 'ftp://router.example/']],
    [['--callback-prefix', 'https://a:b@router.example/']],
    [['--limit', 'depth']],
    [['--limit', 'depth=0']],
    [['--limit', 'deepness=4']],
    [['--limit', 'stalled-ms=24999']],
    [['--proxy', 'proxy.example']],
  ])('refuse %j', (args) => {
    expect(() => optionsOf(args, {})).toThrow(LockstepError);
  });
});

/** What `doctor` says of a directory. */
async function doctorOf(directory: string): Promise<Record<string, unknown>> {
  const { out } = await runCommand(['doctor', '--data-dir', directory, '--output', 'json']);
  return JSON.parse(out) as Record<string, unknown>;
}

describe('lockstep serve', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'lockstep-serve-'));
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps what was answered over a restart, and ends with 0 on SIGTERM and SIGINT', async () => {
    const args = ['serve', '--port', '0', '--data', directory];
    const first = startCommand(args);
    const url = await urlOf(first.output);
    const worker = await registered(url, 'w1', 'task-1', 's1', 'PESSIMISTIC');
    const { lockId } = await worker.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c1 INT'], '1');
    const feed = await worker.subscribe();
    first.process.kill('SIGTERM');
    expect(await feed.untilClosed()).toBe(1001);
    expect(await first.status).toBe(0);

    const { revision } = await doctorOf(directory);
    const second = startCommand(args);
    const lock = await ask(await urlOf(second.output), 'query ($id: ID!) { shardLock(id: $id) { id ownerId ddls } }', {
      id: lockId,
    });
    expect(lock).toEqual({
      id: lockId,
      ownerId: 's1',
      ddls: ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c1 INT'],
    });
    // While a server has the directory, doctor reads it all the same.
    expect(await doctorOf(directory)).toMatchObject({ well: true, lockCount: 1 });
    expect(Number(revision)).toBeGreaterThan(0);
    second.process.kill('SIGINT');
    expect(await second.status).toBe(0);
  }, 30_000);

  it('says in words what is wrong, with status 2 for the command line and 1 for the rest', async () => {
    const unknown = startCommand(['sreve']);
    expect([await unknown.status, unknown.output()]).toEqual([2, expect.stringContaining('no such command: sreve')]);
    const flag = startCommand(['serve', '--prot', '1']);
    expect([await flag.status, flag.output()]).toEqual([2, expect.not.stringMatching(/^ +at /mu)]);
    const holder = startCommand(['serve', '--port', '0', '--data', directory]);
    const { port } = new URL(await urlOf(holder.output));
    const taken = startCommand(['serve', '--port', '0', '--data', directory]);
    expect([await taken.status, taken.output()]).toEqual([1, expect.stringMatching(/^lockstep: /u)]);
    // It has a store and leads already when it finds that it can't listen: it must end all the same.
    const deaf = startCommand(['serve', '--port', port, '--data', join(directory, 'other')]);
    expect([await deaf.status, deaf.output()]).toEqual([
      2,
      expect.stringContaining(`cannot listen on 127.0.0.1:${port}`),
    ]);
    holder.process.kill('SIGTERM');
    expect(await holder.status).toBe(0);
  }, 120_000);
});

describe('the options of an etcd', () => {
  it('come from flags and environment; the password only from the environment', () => {
    const args = ['--etcd', 'https://a:1,https://b:2/', '--etcd-user', 'u', '--lease', '5'];
    const environment = { LOCKSTEP_ETCD: 'http://ignored:1', LOCKSTEP_ETCD_CA: 'ca.pem', LOCKSTEP_ETCD_PASSWORD: 'p' };
    expect(optionsOf(args, environment).etcd).toEqual({
      urls: ['https://a:1', 'https://b:2'],
      ca: 'ca.pem',
      certificate: null,
      key: null,
      user: { name: 'u', password: 'p' },
      leaseMs: 5_000,
      maxTxnOps: null,
      maxRequestBytes: null,
      quotaBytes: null,
    });
  });

  it.each([
    [['--etcd', 'a:1']],
    [['--etcd', 'http://a:1,https://b:2']],
    [['--etcd', 'http://a:1', '--lease', '1']],
    [['--etcd', 'http://a:1', '--etcd-max-txn-ops', '12']],
    [['--etcd', 'https://a:1', '--etcd-cert', 'c.pem']],
  ])('%j is refused', (args) => {
    expect(() => optionsOf(args, {})).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('name a user beside the URL, and a password in it is not repeated', () => {
    expect(() => optionsOf(['--etcd', 'http://user:hidden@a:1'], {})).toThrow(
      expect.objectContaining({ message: 'leave out the user: name it with --etcd-user' }),
    );
  });
});
