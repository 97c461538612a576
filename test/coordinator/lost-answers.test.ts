import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import type { SessionGrant } from '../../src/coordinator/service';
import { LockstepError } from '../../src/core/model/error';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { TaskName } from '../../src/core/model/names';
import type { Batch } from '../../src/core/model/store';
import { dmPrefix } from '../../src/core/wire/dm-keys';
import { JOURNAL_PREFIX } from '../../src/core/wire/lockstep-keys';
import type { Store, Transaction, TransactionResult } from '../../src/ports/store';
import { SilentLogger } from '../support/silent-logger';
import { value } from '../support/value-of';

jest.setTimeout(60_000);

const clock = new SystemClock();
const source = parseSourceId('s1');
const target = parseDownstreamTable('db', 'tb');
const tasks = ['t1', 't2', 't3'].map((name) => parseTaskName(name));

/** A way to a store: the changes can come late, the answer of one transaction can get lost, and the leader's writes be refused. */
class BadWay {
  isHeld = false;
  isFull = false;
  refusals = 0;
  /** Of the transaction whose journal record tells this; null: none. */
  losesAnswerOf: string | null = null;

  constructor(private readonly store: MemoryStore) {}

  asStore(): Store {
    const { store } = this;
    const own = { watch: this.#watch.bind(this), txn: this.#txn.bind(this) };
    return new Proxy<Store>(store, {
      get: (_target, name) => {
        const value: unknown = Reflect.get(name in own ? own : store, name);
        return typeof value === 'function' ? (value.bind(store) as unknown) : value;
      },
    });
  }

  async *#watch(...args: Parameters<Store['watch']>): AsyncGenerator<Batch, void, undefined> {
    for await (const batch of this.store.watch(...args)) {
      while (this.isHeld && !args[2].aborted) await sleep(5);
      yield batch;
    }
  }

  async #txn(transaction: Transaction): Promise<TransactionResult> {
    const journal = transaction.then.flatMap((each) =>
      each.kind === 'put' && each.key.startsWith(JOURNAL_PREFIX) ? [each.value] : [],
    );
    if (this.isFull && journal.length > 0) {
      this.refusals += 1;
      throw new LockstepError('STORE_UNAVAILABLE', 'etcdserver: mvcc: database space exceeded');
    }
    const { losesAnswerOf } = this;
    const isLost = losesAnswerOf !== null && journal.some((each) => each.includes(losesAnswerOf));
    // What is asked for meanwhile goes along.
    if (isLost) await sleep(300);
    const result = await this.store.txn(transaction);
    if (!isLost) return result;
    Object.assign(this, { losesAnswerOf: null, isHeld: true });
    throw new LockstepError('STORE_UNAVAILABLE', 'the answer was lost');
  }
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(store: Store, logger = new SilentLogger()): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ store, clock, logger, leaseMs: 60_000 });
  ends.push(() => coordinator.stop());
  return coordinator;
}

async function until(isTrue: () => boolean): Promise<void> {
  const endMs = Date.now() + 30_000;
  while (!isTrue()) {
    if (Date.now() > endMs) throw new Error('it never became so');
    await sleep(5);
  }
}

async function register(coordinator: Coordinator, task: TaskName): Promise<SessionGrant> {
  const input = { worker: 'w', task, mode: 'pessimistic', source, expectedSources: null, ttlMs: 60_000 } as const;
  return value(await coordinator.registerWorker({ ...input, instance: null }));
}

describe('a leader whose transaction is made, but not answered, while it sees no changes', () => {
  it('carries nothing out twice: what was reported after a removal stays', async () => {
    const store = new MemoryStore(clock);
    ends.push(() => store.close());
    const way = new BadWay(store);
    const leader = await start(way.asStore());
    const other = await start(store);
    for (const task of tasks) await other.leaveWorker(await register(other, task), false);
    await until(() => leader.state.outbox.size === 0 && leader.state.tasks.size === tasks.length);
    // The first transaction has the first of them, the next all others together.
    way.losesAnswerOf = 'MetaRemoved';
    const removals = tasks.map(async (task) => {
      const input = { kind: 'remove-meta', task, sources: [], force: true } as const;
      const demand = { input, actor: 'a', reason: '', idempotencyKey: null, waitMs: 20_000, dryRun: false };
      return value(await other.act(demand)).action.state;
    });
    await until(() => way.isHeld);
    await until(() => other.state.tasks.size < tasks.length);
    const [again = parseTaskName('none')] = tasks.filter((task) => !other.state.tasks.has(task));
    const session = await register(other, again);
    const report = { target, ddls: ['ALTER TABLE db.tb ADD COLUMN c INT'], attempt: '1' };
    expect(await other.reportSourceInfo(session, report)).toMatchObject({ ok: true });
    // Time for whatever a leader does that knows nothing of this.
    await sleep(1_500);
    way.isHeld = false;
    expect(await Promise.all(removals)).toEqual(tasks.map(() => 'done'));
    await until(() => leader.state.outbox.size === 0 && other.state.pessimistic.locks.size === 1);
    expect((await store.range(dmPrefix('pessimistic-info', again))).values).toHaveLength(1);
    expect([...leader.state.tasks.keys()]).toEqual([again]);
  });
});

describe('a leader that can only read', () => {
  it('says so, tries ever more seldom, and goes on when it can write', async () => {
    const store = new MemoryStore(clock);
    ends.push(() => store.close());
    const [way, logger] = [new BadWay(store), new SilentLogger()];
    const leader = await start(way.asStore(), logger);
    way.isFull = true;
    await register(leader, parseTaskName('t1'));
    await until(() => !leader.readiness().ready);
    expect(leader.readiness().reasons).toEqual(["the leader can't write: etcdserver: mvcc: database space exceeded"]);
    await sleep(3_000);
    expect(way.refusals).toBeLessThan(8);
    expect(logger.lines.filter(({ level }) => level === 'warn').length).toBeLessThan(5);
    way.isFull = false;
    await until(() => leader.readiness().ready && leader.state.outbox.size === 0);
  });
});
