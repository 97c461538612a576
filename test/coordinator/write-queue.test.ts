import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { WriteQueue } from '../../src/coordinator/write-queue';
import type { WriteEnd } from '../../src/coordinator/write-queue';
import { LockstepError } from '../../src/core/model/error';
import type { Compare, Mutation } from '../../src/core/model/store';
import type { Write } from '../../src/core/state/write';
import { JOURNAL_PREFIX } from '../../src/core/wire/lockstep-keys';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { Store, Transaction, TransactionResult } from '../../src/ports/store';
import { ManualClock } from '../support/manual-clock';

const task = parseTaskName('t');
const event = { kind: 'WorkerOnline', task, source: parseSourceId('s'), worker: 'w' } as const;

function put(key: string): Write {
  return { compares: [], mutations: [{ kind: 'put', key, value: key }], events: [event] };
}

function putIf(key: string, compare: Compare): Write {
  return { ...put(key), compares: [compare] };
}

/** A store that can fail, and that remembers the transactions that it was asked for. */
class WatchedStore {
  readonly transactions: Transaction[] = [];
  failures = 0;

  constructor(readonly inner: MemoryStore) {}

  get limits(): Store['limits'] {
    return this.inner.limits;
  }

  async txn(transaction: Transaction): Promise<TransactionResult> {
    this.transactions.push(transaction);
    if (this.failures > 0) {
      this.failures -= 1;
      throw new LockstepError('STORE_UNAVAILABLE', 'out of reach');
    }
    return await this.inner.txn(transaction);
  }
}

function setUp(): {
  queue: WriteQueue;
  store: WatchedStore;
  ends: WriteEnd[];
  clock: ManualClock;
  settled: () => Promise<void>;
} {
  const clock = new ManualClock();
  const store = new WatchedStore(new MemoryStore(clock));
  const ends: WriteEnd[] = [];
  const queue = new WriteQueue({
    store: Object.assign(Object.create(store.inner) as MemoryStore, {
      txn: (transaction: Transaction) => store.txn(transaction),
    }),
    clock,
    leaderCompares: [],
    sequence: 0,
    onEnd: (end) => ends.push(end),
    onFailure: () => undefined,
  });
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await clock.advance(50);
  };
  return { queue, store, ends, clock, settled };
}

const names = (transaction: Transaction): string[] =>
  transaction.then.flatMap((mutation: Mutation) =>
    mutation.kind === 'put' && !mutation.key.startsWith(JOURNAL_PREFIX) ? [mutation.key] : [],
  );

describe('the queue of writes', () => {
  it('puts what has gathered into one transaction with one journal record', async () => {
    const { queue, store, ends, settled } = setUp();
    queue.push([
      { id: 'a', write: put('/a') },
      { id: 'b', write: put('/b') },
    ]);
    queue.push([{ id: 'c', write: put('/c') }]);
    await settled();
    expect(store.transactions.map(names)).toEqual([['/a', '/b', '/c']]);
    expect(ends.map(({ id, kind }) => [id, kind])).toEqual([
      ['a', 'ended'],
      ['b', 'ended'],
      ['c', 'ended'],
    ]);
    const { values } = await store.inner.range(JOURNAL_PREFIX);
    expect(values).toHaveLength(1);
    expect(JSON.parse(values[0]?.value ?? '')).toMatchObject({ events: [event, event, event] });
  });

  it('keeps writes that touch the same key apart, and in order', async () => {
    const { queue, store, settled } = setUp();
    const clear: Write = { compares: [], mutations: [{ kind: 'delete-prefix', prefix: '/a/' }], events: [] };
    queue.push([
      { id: '1', write: put('/a/1') },
      { id: '2', write: clear },
      { id: '3', write: put('/a/2') },
      { id: '4', write: put('/a/2') },
    ]);
    await settled();
    expect(store.transactions.map(names)).toEqual([['/a/1'], [], ['/a/2'], ['/a/2']]);
    expect((await store.inner.range('/a/')).values.map(({ key }) => key)).toEqual(['/a/2']);
  });

  it('finds out which write of a group was refused, and makes the others', async () => {
    const { queue, store, ends, settled } = setUp();
    const never: Compare = { kind: 'version', key: '/a', operator: '>', value: 7 };
    queue.push([
      { id: 'a', write: put('/a') },
      { id: 'b', write: putIf('/b', never) },
      { id: 'c', write: put('/c') },
    ]);
    await settled();
    expect(
      (await store.inner.range('/')).values.map(({ key }) => key).filter((key) => !key.startsWith(JOURNAL_PREFIX)),
    ).toEqual(['/a', '/c']);
    expect(ends.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('fails everything that waits behind a transaction that could not be made, after a pause', async () => {
    const { queue, store, ends, clock, settled } = setUp();
    store.failures = 1;
    queue.push([
      { id: 'a', write: put('/a') },
      { id: 'b', write: put('/a') },
    ]);
    await clock.advance(50);
    expect(ends).toEqual([]);
    await settled();
    expect(ends).toEqual([
      { kind: 'failed', id: 'a' },
      { kind: 'failed', id: 'b' },
    ]);
    queue.push([{ id: 'a', write: put('/a') }]);
    await settled();
    expect(ends.at(-1)).toMatchObject({ kind: 'ended', id: 'a' });
  });

  it('takes nothing more once it is stopped', async () => {
    const { queue, store, settled } = setUp();
    await queue.stop();
    queue.push([{ id: 'a', write: put('/a') }]);
    await settled();
    expect(store.transactions).toEqual([]);
  });
});
