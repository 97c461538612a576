import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { EtcdStore } from '../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { JOURNAL_PREFIX, LOCKSTEP_LEADER_KEY } from '../../src/core/wire/lockstep-keys';
import { ApiClient } from '../support/api-client';
import { EtcdServer } from '../support/etcd-server';
import { checkAnswered, checkLedger } from './check-stream';
import { ordersOf } from './orders';
import { ServerProcess } from './server-process';
import { SharedLoad } from './shared-load';
import { dumpState } from './state-dump';
import { foldedState, readStream, recoveredState } from './stored-stream';
import type { StoredStream } from './stored-stream';

jest.setTimeout(300_000);

const LEASE_SECONDS = 2;
const SEED = 1;
const END_MS = 60_000;

/** Acknowledgements between two faults. */
const WORK = 40;

let etcd: EtcdServer;
let servers: readonly ServerProcess[] = [];

beforeEach(async () => {
  etcd = await EtcdServer.start();
  const flags = ['--etcd', etcd.url, '--lease', String(LEASE_SECONDS)];
  servers = [new ServerProcess(flags), new ServerProcess(flags)];
  for (const server of servers) await server.start();
});

afterEach(async () => {
  for (const server of servers) await server.kill();
  await etcd.stop();
});

/** What a server says that it does. */
async function phaseOf(server: ServerProcess): Promise<string> {
  const signal = AbortSignal.timeout(30_000);
  const { phase } = await new ApiClient(server.url, signal).ask<{ phase: string }>('{ shardCluster { phase } }');
  return phase;
}

/** The server that leads, and the other. */
async function roles(): Promise<{ leader: ServerProcess; follower: ServerProcess }> {
  const [one, other] = servers;
  if (one === undefined || other === undefined) throw new Error('there are not two servers');
  for (;;) {
    if ((await phaseOf(one)) === 'LEADING') return { leader: one, follower: other };
    if ((await phaseOf(other)) === 'LEADING') return { leader: other, follower: one };
    await sleep(50);
  }
}

async function until(server: ServerProcess, phase: string): Promise<void> {
  while ((await phaseOf(server)) !== phase) await sleep(50);
}

/** What can happen to two servers on one etcd; afterwards both run. */
const faults: readonly (readonly [string, () => Promise<void>])[] = [
  [
    'the leader is killed',
    async () => {
      const { leader, follower } = await roles();
      await leader.kill();
      await until(follower, 'LEADING');
      await leader.start();
    },
  ],
  [
    'the leader stands still for longer than its lease, and wakes up',
    async () => {
      const { leader, follower } = await roles();
      leader.pause();
      await until(follower, 'LEADING');
      await sleep(500);
      leader.resume();
      await until(leader, 'FOLLOWING');
    },
  ],
  [
    'the leader is stopped in order',
    async () => {
      const { leader, follower } = await roles();
      expect((await leader.stop()).status).toBe(0);
      await until(follower, 'LEADING');
      await leader.start();
    },
  ],
  [
    'etcd is killed, and comes back after a while',
    async () => {
      await etcd.kill();
      await sleep(3_000);
      await etcd.restart();
      await roles();
    },
  ],
];

it('two servers on one etcd lose and double nothing, whatever happens to the leader and to etcd', async () => {
  const load = new SharedLoad(
    servers.map(({ url }) => url),
    SEED,
  );
  load.start();
  try {
    for (const [what, happen] of faults) {
      await load.progress(WORK);
      await happen();
      expect([what, servers.map(({ isRunning }) => isRunning)]).toEqual([what, [true, true]]);
    }
    await load.progress(WORK);
    await load.finish(END_MS);
  } finally {
    load.end();
  }
  for (const server of servers) expect((await server.stop()).status).toBe(0);
  const store = await EtcdStore.open({ urls: [etcd.url] }, new SystemClock());
  const stream = await readStream(store);
  await store.close();
  expect(dumpState(recoveredState(stream))).toEqual(dumpState(foldedState(stream)));
  checkAnswered(stream);
  checkLedger(stream, load.ledger);
  checkLeaders(stream);
  expect(
    ordersOf(stream, load.pessimistic.task)
      .map(({ ddl }) => ddl)
      .sort(),
  ).toEqual(load.pessimistic.ddls.sort());
  const each = ordersOf(stream, load.optimistic.task).map(({ who, ddl }) => `${who}: ${ddl}`);
  expect(each.sort()).toEqual([...new Set(each)].sort());
});

/** Decisions are written only while somebody leads; each leader begins when the one before is gone. */
function checkLeaders({ batches }: StoredStream): void {
  let leads = false;
  let leaders = 0;
  for (const { changes } of batches) {
    const decides = changes.some(({ kind, key }) => kind === 'put' && key.startsWith(JOURNAL_PREFIX));
    expect([decides, leads]).not.toEqual([true, false]);
    for (const { kind, key } of changes) {
      if (key !== LOCKSTEP_LEADER_KEY) continue;
      expect(kind).toBe(leads ? 'delete' : 'put');
      leads = kind === 'put';
      if (leads) leaders += 1;
    }
  }
  expect(leaders).toBeGreaterThanOrEqual(4);
}
