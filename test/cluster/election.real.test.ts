import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { EtcdStore } from '../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { LOCKSTEP_LEADER_KEY } from '../../src/core/wire/lockstep-keys';
import { EtcdServer } from '../support/etcd-server';
import { SilentLogger } from '../support/silent-logger';

jest.setTimeout(60_000);

/** As by default: long enough that a hand-over at once isn't the end of a lease. */
const LEASE_MS = 10_000;

const ends: (() => Promise<void>)[] = [];
let server: EtcdServer;

beforeEach(async () => {
  server = await EtcdServer.start();
  ends.push(() => server.stop());
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(leaseMs = LEASE_MS): Promise<Coordinator> {
  const clock = new SystemClock();
  const store = await EtcdStore.open({ urls: [server.url], callMs: 1_000 }, clock);
  ends.push(() => store.close());
  const options = { store, clock, logger: new SilentLogger(), storeKind: 'etcd', leaseMs } as const;
  const coordinator = await Coordinator.start(options);
  ends.push(() => coordinator.stop());
  return coordinator;
}

/** The lease of the leader's key; null: nobody leads. */
async function leaderLease(): Promise<string | null> {
  const { kvs } = await server.use((client) => client.kv.range({ key: Buffer.from(LOCKSTEP_LEADER_KEY) }));
  return kvs[0]?.lease ?? null;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(10);
}

it('a stop in order hands over at once, and leaves no lease behind', async () => {
  const [first, second] = [await start(), await start()];
  expect([first.phase, second.phase]).toEqual(['leading', 'following']);
  const stoppedMs = performance.now();
  await first.stop();
  await until(() => second.phase === 'leading');
  expect(performance.now() - stoppedMs).toBeLessThan(LEASE_MS / 2);
  await second.stop();
  expect(await leaderLease()).toBeNull();
  expect((await server.use((client) => client.leaseClient.leaseLeases())).leases).toEqual([]);
});

it('a leader whose lease etcd has ended leads again, with another lease', async () => {
  const leader = await start();
  const before = await leaderLease();
  await server.use((client) => client.leaseClient.leaseRevoke({ ID: before ?? '' }));
  for (let lease = before; lease === before || lease === null; lease = await leaderLease()) await sleep(20);
  await until(() => leader.phase === 'leading');
});

it('a leader outlives an etcd that is killed for longer than its lease lives', async () => {
  const [first, second] = [await start(2_000), await start(2_000)];
  await server.kill();
  await until(() => first.phase === 'following');
  await server.restart();
  await until(() => [first.phase, second.phase].includes('leading'));
  expect([first.phase, second.phase].sort()).toEqual(['following', 'leading']);
});
