import { once } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { Coordinator } from '../../src/coordinator/coordinator';
import { StoreCare } from '../../src/coordinator/store-care';
import type { Compactable } from '../../src/coordinator/store-care';
import { LockstepError } from '../../src/core/model/error';
import { parseRevision } from '../../src/core/model/revision';
import { LOCKSTEP_LEADER_KEY } from '../../src/core/wire/lockstep-keys';
import { viewCluster } from '../../src/graphql/views/cluster-view';
import { ManualClock } from '../support/manual-clock';
import { SilentLogger } from '../support/silent-logger';

const HOUR_MS = 60 * 60_000;
const QUOTA = { quotaBytes: 1_000 };

/** A store with its upkeep written down; each hour brings a hundred revisions. */
class CaredStore {
  readonly clock = new ManualClock();
  readonly compacted: number[] = [];
  bytes = 1;
  isAway = false;
  settled = Infinity;
  isOurs = true;
  readonly care: StoreCare;

  constructor() {
    const { clock } = this;
    this.care = new StoreCare({
      clock,
      logger: new SilentLogger(),
      upkeep: { usage: () => this.#answer({ bytes: this.bytes, ...QUOTA }) },
      compaction: {
        compactable: () => Promise.resolve(this.#compactable()),
        compact: async (before) => {
          await this.#answer(null);
          this.compacted.push(before);
        },
      },
    });
  }

  async pass(hours: number): Promise<void> {
    await this.clock.advance(hours * HOUR_MS);
  }

  #compactable(): Compactable | null {
    const revision = parseRevision(Math.floor(this.clock.monotonicMs() / HOUR_MS) * 100);
    const settled = parseRevision(Math.min(this.settled, revision));
    return this.isOurs ? { revision, settled } : null;
  }

  #answer<T>(value: T): Promise<T> {
    return this.isAway ? Promise.reject(new LockstepError('STORE_UNAVAILABLE', 'away')) : Promise.resolve(value);
  }
}

describe('a store that does not look after itself', () => {
  it('forgets each hour what was an hour ago', async () => {
    const store = new CaredStore();
    await store.pass(1);
    expect(store.compacted).toEqual([]);
    await store.pass(3);
    expect(store.compacted).toEqual([100, 200, 300]);
    store.care.stop();
    await store.pass(5);
    expect(store.compacted).toEqual([100, 200, 300]);
  });

  it('keeps what a server that starts would read, however long ago that was', async () => {
    const store = new CaredStore();
    store.settled = 150;
    await store.pass(100);
    expect(store.compacted).toEqual([100, 150]);
    store.settled = 9_950;
    await store.pass(1);
    expect(store.compacted).toEqual([100, 150, 9_950]);
  });

  it('forgets nothing while that is not this server’s business, and begins anew afterwards', async () => {
    const store = new CaredStore();
    await store.pass(2);
    store.isOurs = false;
    await store.pass(5);
    expect(store.compacted).toEqual([100]);
    store.isOurs = true;
    await store.pass(1);
    expect(store.compacted).toEqual([100]);
    await store.pass(1);
    expect(store.compacted).toEqual([100, 800]);
  });

  it('is asked each minute how full it is, and goes on when it could not be reached', async () => {
    const store = new CaredStore();
    await store.clock.advance(1);
    expect(store.care.usage).toEqual({ bytes: 1, ...QUOTA });
    store.isAway = true;
    store.bytes = 700;
    await store.pass(2);
    expect(store.care.usage).toEqual({ bytes: 1, ...QUOTA });
    expect(store.compacted).toEqual([]);
    store.isAway = false;
    await store.pass(1);
    expect(store.care.usage).toEqual({ bytes: 700, ...QUOTA });
    expect(store.compacted).toEqual([200]);
  });
});

describe('a leader on a store that does not look after itself', () => {
  let clock: ManualClock;
  let compacted: number[];
  let store: MemoryStore;

  beforeEach(() => {
    clock = new ManualClock();
    compacted = [];
    const upkeep = {
      usage: () => Promise.resolve({ bytes: 700, ...QUOTA }),
      compact: (before: number) => Promise.resolve(void compacted.push(before)),
    };
    store = Object.assign(new MemoryStore(clock), { upkeep });
  });

  it.each([
    ['of our own', '/dm-master/shardddl-optimism/source-tables/74/73', true],
    ['where DM has a task', '/dm-master/upstream/subtask/73/74', false],
    ['where DM has a worker', '/dm-worker/r/77', false],
  ])('lets a store %s forget: %s %s', async (_what, key, forgets) => {
    await store.txn({ compares: [], then: [{ kind: 'put', key, value: '' }] });
    const coordinator = await Coordinator.start({ store, clock, logger: new SilentLogger() });
    await clock.advance(2 * HOUR_MS);
    expect(compacted.length > 0).toBe(forgets);
    expect(viewCluster(coordinator).problems.map(({ kind }) => kind)).toContain('store-nearly-full');
    await coordinator.stop();
    await store.close();
  });

  it('lets nothing be forgotten once another leads, though it hasn’t learnt of it', async () => {
    const watch = store.watch.bind(store);
    let isDeaf = false;
    store.watch = async function* (prefixes, from, signal) {
      for await (const batch of watch(prefixes, from, signal)) {
        if (isDeaf) await once(signal, 'abort');
        else yield batch;
      }
    };
    const coordinator = await Coordinator.start({ store, clock, logger: new SilentLogger() });
    await clock.advance(2 * HOUR_MS);
    expect(compacted).toHaveLength(1);
    await store.txn({ compares: [], then: [{ kind: 'put', key: '/lockstep/a', value: '' }] });
    await clock.advance(HOUR_MS);
    isDeaf = true;
    await store.txn({ compares: [], then: [{ kind: 'put', key: LOCKSTEP_LEADER_KEY, value: '{"v":1,"id":"b"}' }] });
    await clock.advance(2 * HOUR_MS);
    expect([coordinator.phase, compacted.length]).toEqual(['leading', 1]);
    await coordinator.stop();
    await store.close();
  });
});
