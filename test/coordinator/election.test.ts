import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { Coordinator } from '../../src/coordinator/coordinator';
import { Observer } from '../../src/coordinator/observer';
import type { RegisterWorkerInput } from '../../src/coordinator/service';
import { LockstepError } from '../../src/core/model/error';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { LeaseId } from '../../src/core/model/store';
import { LOCKSTEP_LEADER_KEY } from '../../src/core/wire/lockstep-keys';
import type { Lease } from '../../src/ports/store';
import { viewCluster } from '../../src/graphql/views/cluster-view';
import { ManualClock } from '../support/manual-clock';
import { SilentLogger } from '../support/silent-logger';

const LEASE_MS = 10_000;
const DM_LEADER = '/dm-master/leader/1';
const REGISTRATION: RegisterWorkerInput = {
  ...{ worker: 'w', task: parseTaskName('t'), mode: 'optimistic', source: parseSourceId('s') },
  ...{ expectedSources: null, ttlMs: 60_000, instance: null },
};

const clock = new ManualClock();
const running: Coordinator[] = [];
let store: MemoryStore;

/** The store as one server reaches it, or doesn't. */
class Way extends MemoryStore {
  broken = false;

  override async grant(ttlMs: number): Promise<Lease> {
    if (this.broken) throw new LockstepError('STORE_UNAVAILABLE', 'out of reach');
    return await store.grant(ttlMs);
  }

  override async keepAlive(lease: LeaseId): Promise<void> {
    if (this.broken) throw new LockstepError('STORE_UNAVAILABLE', 'out of reach');
    await store.keepAlive(lease);
  }
}

/** A store that knows what was granted. */
class CountingStore extends MemoryStore {
  readonly granted: Promise<Lease>[] = [];

  override grant(ttlMs: number): Promise<Lease> {
    const lease = super.grant(ttlMs);
    this.granted.push(lease);
    return lease;
  }
}

function wayTo(shared: MemoryStore): Way {
  const own = new Way(clock);
  return Object.assign(own, {
    revision: () => shared.revision(),
    get: shared.get.bind(shared),
    range: shared.range.bind(shared),
    txn: shared.txn.bind(shared),
    watch: shared.watch.bind(shared),

    revoke: shared.revoke.bind(shared),
  });
}

async function start(way = wayTo(store)): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ store: way, clock, logger: new SilentLogger(), leaseMs: LEASE_MS });
  running.push(coordinator);
  return coordinator;
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    await clock.advance(250);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await nextTurn();
}

const phases = (): string[] => running.map(({ phase }) => phase);

afterEach(async () => {
  for (const coordinator of running.splice(0)) await coordinator.stop();
  await store.close();
});

describe('servers on one store', () => {
  it('one leads and renews its lease; all are ready and take requests', async () => {
    store = new MemoryStore(clock);
    const [first, second] = [await start(), await start()];
    expect(phases()).toEqual(['leading', 'following']);
    await pass(5 * LEASE_MS);
    expect(phases()).toEqual(['leading', 'following']);
    expect([first, second].map((server) => server.readiness().ready)).toEqual([true, true]);
    const registered = await second.registerWorker(REGISTRATION);
    expect(registered).toMatchObject({ ok: true });
    await settle();
    expect(first.state.tasks.has(REGISTRATION.task)).toBe(true);
    expect(await store.get(LOCKSTEP_LEADER_KEY)).toMatchObject({
      value: JSON.stringify({ v: 1, id: first.server.id }),
    });
  });

  it('a clean stop hands over at once', async () => {
    store = new MemoryStore(clock);
    const [first] = [await start(), await start(), await start()];
    const stopping = first.stop();
    expect(first.readiness()).toEqual({ ready: false, reasons: ['the coordinator is draining'] });
    await stopping;
    expect(first.readiness()).toEqual({ ready: false, reasons: ['the coordinator is stopped'] });
    await settle();
    expect(phases().filter((phase) => phase === 'leading')).toHaveLength(1);
    expect(phases()[0]).toBe('stopped');
  });

  it('every one tells who leads and who runs, also after a hand-over', async () => {
    store = new MemoryStore(clock);
    const [first, second, third] = [await start(), await start(), await start()];
    await settle();
    const told = (servers: readonly Coordinator[]): unknown =>
      servers.map((server) => {
        const { leader, members } = viewCluster(server);
        return { leader: leader?.id, members: members.map(({ id, phase }) => [id, phase]) };
      });
    const phaseOf = ({ server, phase }: Coordinator): [string, string] => [server.id, phase];
    const expected = (leader: Coordinator, servers: readonly Coordinator[]): unknown => {
      const members = servers.map(phaseOf).sort(([a], [b]) => (a < b ? -1 : 1));
      return servers.map(() => ({ leader: leader.server.id, members }));
    };
    expect(told(running)).toEqual(expected(first, [first, second, third]));
    await first.stop();
    await settle();
    const next = second.phase === 'leading' ? second : third;
    expect(told([second, third])).toEqual(expected(next, [second, third]));
  });

  it('a server that was out of reach for longer than its lease is no member, and then one again', async () => {
    store = new MemoryStore(clock);
    const [first, way] = [await start(), wayTo(store)];
    const second = await start(way);
    const ids = [first, second].map(({ server }) => server.id).sort();
    await pass(1_000);
    expect([...first.state.members.keys()].sort()).toEqual(ids);
    way.broken = true;
    await pass(LEASE_MS + 500);
    expect([...first.state.members.keys()]).toEqual([first.server.id]);
    way.broken = false;
    await pass(2_000);
    expect([...first.state.members.keys()].sort()).toEqual(ids);
  });

  it('a leader that can’t renew steps down when its lease is over, and another leads', async () => {
    store = new MemoryStore(clock);
    const way = wayTo(store);
    await start(way);
    await start();
    way.broken = true;
    await pass(LEASE_MS - 1_000);
    expect(phases()).toEqual(['leading', 'following']);
    await pass(1_500);
    expect(phases()).toEqual(['following', 'leading']);
    way.broken = false;
    await pass(LEASE_MS);
    expect(phases()).toEqual(['following', 'leading']);
  });

  it('a renewal that gets no answer doesn’t keep a leader in office', async () => {
    store = new MemoryStore(clock);
    const way = wayTo(store);
    await start(way);
    await start();
    way.keepAlive = () => new Promise(() => undefined);
    way.broken = true;
    await pass(LEASE_MS + 500);
    expect(phases()).toEqual(['following', 'leading']);
  });

  it('a leader whose lease was ended by others leads again with a new one', async () => {
    store = new MemoryStore(clock);
    const first = await start();
    const before = await store.get(LOCKSTEP_LEADER_KEY);
    await store.txn({ compares: [], then: [{ kind: 'delete', key: LOCKSTEP_LEADER_KEY }] });
    await settle();
    expect(first.phase).toBe('leading');
    expect((await store.get(LOCKSTEP_LEADER_KEY))?.modRevision).toBeGreaterThan(before?.modRevision ?? 0);
  });

  it('while a dm-master leads nobody leads, and nobody takes requests; afterwards one does', async () => {
    store = new MemoryStore(clock);
    await start();
    await start();
    await store.txn({ compares: [], then: [{ kind: 'put', key: DM_LEADER, value: 'x' }] });
    await settle();
    expect(phases()).toEqual(['following', 'following']);
    expect(running[0]?.readiness()).toEqual({
      ready: false,
      reasons: ['the coordinator is following: a dm-master leads'],
    });
    await expect(start()).rejects.toMatchObject({ code: 'DM_LEADS' });
    await store.txn({ compares: [], then: [{ kind: 'delete', key: DM_LEADER }] });
    await settle();
    expect(phases().filter((phase) => phase === 'leading')).toHaveLength(1);
  });
});

describe('beside a dm-master', () => {
  let granted: Promise<Lease>[];

  async function dmAppears(): Promise<void> {
    await store.txn({ compares: [], then: [{ kind: 'put', key: DM_LEADER, value: 'x' }] });
    await settle();
  }

  /** How many leases were granted while the clock went on, and which revisions were made. */
  async function during(happen: () => Promise<void>): Promise<{ granted: number; revisions: number }> {
    const [before, revision] = [granted.length, await store.revision()];
    await happen();
    return { granted: granted.length - before, revisions: (await store.revision()) - revision };
  }

  beforeEach(() => {
    const counting = new CountingStore(clock);
    [store, granted] = [counting, counting.granted];
  });

  it('an observer is never granted a lease', async () => {
    await dmAppears();
    const logger = new SilentLogger();
    const came = await during(async () => {
      const observer = await Observer.start({ store, clock, logger });
      await pass(LEASE_MS);
      expect(await observer.registerWorker()).toMatchObject({ error: { code: 'READ_ONLY' } });
      await observer.stop();
    });
    expect(came).toEqual({ granted: 0, revisions: 0 });
  });

  it('a server that is refused asks for none', async () => {
    await dmAppears();
    const came = await during(() => expect(start()).rejects.toMatchObject({ code: 'DM_LEADS' }));
    expect(came).toEqual({ granted: 0, revisions: 0 });
  });

  it('who led, and who followed, ask for none when theirs have ended, and lead and are members again afterwards', async () => {
    const servers = [await start(), await start()];
    await settle();
    await dmAppears();
    for (const lease of await Promise.all(granted)) await store.revoke(lease.id);
    await settle();
    expect(servers.map(({ state }) => state.members.size)).toEqual([0, 0]);
    expect(await during(() => pass(2 * LEASE_MS))).toEqual({ granted: 0, revisions: 0 });
    await store.txn({ compares: [], then: [{ kind: 'delete', key: DM_LEADER }] });
    await pass(2_000);
    expect(phases().sort()).toEqual(['following', 'leading']);
    expect(servers.map(({ state }) => state.members.size)).toEqual([2, 2]);
  });

  it('a registration is refused without one', async () => {
    const server = await start();
    await dmAppears();
    const came = await during(async () => {
      expect(await server.registerWorker(REGISTRATION)).toMatchObject({ ok: false, error: { code: 'DM_LEADS' } });
    });
    expect(came).toEqual({ granted: 0, revisions: 0 });
    await store.txn({ compares: [], then: [{ kind: 'delete', key: DM_LEADER }] });
    await settle();
    const later = await during(async () => {
      expect(await server.registerWorker(REGISTRATION)).toMatchObject({ ok: true });
    });
    expect(later.granted).toBe(1);
  });
});
