import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { OvertakenWrites } from '../../src/coordinator/overtaken-writes';
import { WriteQueue } from '../../src/coordinator/write-queue';
import type { WriteEnd, WriteTrouble } from '../../src/coordinator/write-queue';
import { LockstepError } from '../../src/core/model/error';
import { parseRevision } from '../../src/core/model/revision';
import type { Batch, Change, Compare, Mutation } from '../../src/core/model/store';
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
  /** Keys that it never takes. */
  readonly refused = new Set<string>();
  /** What happens while the next transactions are under way, and when they have ended; one each. */
  readonly during: (() => Promise<unknown>)[] = [];
  readonly after: (() => unknown)[] = [];

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
    if (names(transaction).some((key) => this.refused.has(key)))
      throw new LockstepError('INVALID_INPUT', 'it is too large');
    await this.during.shift()?.();
    const result = await this.inner.txn(transaction);
    this.after.shift()?.();
    return result;
  }
}

function setUp(leaderCompares: readonly Compare[] = []): {
  queue: WriteQueue;
  store: WatchedStore;
  ends: WriteEnd[];
  troubles: (WriteTrouble | null)[];
  /** What happens at the next ends but that of `first`, one each. */
  ended: ((end: WriteEnd) => unknown)[];
  clock: ManualClock;
  settled: () => Promise<void>;
} {
  const clock = new ManualClock();
  const store = new WatchedStore(new MemoryStore(clock));
  const ends: WriteEnd[] = [];
  const troubles: (WriteTrouble | null)[] = [];
  const ended: ((end: WriteEnd) => unknown)[] = [];
  const queue = new WriteQueue({
    store: Object.assign(Object.create(store.inner) as MemoryStore, {
      txn: (transaction: Transaction) => store.txn(transaction),
    }),
    clock,
    leaderCompares,
    sequence: 0,
    settled: () => null,
    onEnd: (end) => {
      ends.push(end);
      if (end.id !== 'first') ended.shift()?.(end);
    },
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) {
      await clock.advance(50);
      await nextTurn();
    }
  };
  return { queue, store, ends, troubles, ended, clock, settled };
}

/** A put of `/k` that created it at revision 3. */
function putOf(value: string, version: number, modRevision: number): Change {
  return {
    kind: 'put',
    key: '/k',
    value,
    version,
    createRevision: parseRevision(3),
    modRevision: parseRevision(modRevision),
  };
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
      ['a', 'done'],
      ['b', 'done'],
      ['c', 'done'],
    ]);
    const { values } = await store.inner.range(JOURNAL_PREFIX);
    expect(values).toHaveLength(1);
    expect(JSON.parse(values[0]?.value ?? '')).toMatchObject({ events: [event, event, event] });
  });

  it('writes nothing from when another server has the leader’s key on', async () => {
    const leads = { kind: 'modRevision', key: '/leader', operator: '=', value: 1 } as const;
    const { queue, store, ends, settled } = setUp([leads]);
    const take = async (): Promise<unknown> =>
      await store.inner.txn({ compares: [], then: [{ kind: 'put', key: '/leader', value: 'l' }] });
    await take();
    queue.push([{ id: 'a', write: put('/a') }]);
    await settled();
    await take();
    queue.push([
      { id: 'b', write: put('/b') },
      { id: 'c', write: { ...put('/c'), events: [] } },
    ]);
    await settled();
    expect(ends.map(({ id, kind }) => [id, kind])).toEqual([
      ['a', 'done'],
      ['b', 'refused'],
      ['c', 'refused'],
    ]);
    expect((await store.inner.range('/')).values.map(({ key }) => key)).toEqual([
      '/a',
      '/leader',
      expect.stringMatching(/journal/u),
    ]);
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

  it('asks the store for nothing that a change has overtaken, and once more for what shared a refused transaction', async () => {
    const { queue, store, ends, settled } = setUp();
    const unchanged = (key: string): Compare => ({ kind: 'modRevision', key, operator: '<', value: 1 });
    const change = async (key: string): Promise<Batch> => {
      const { revision } = await store.inner.txn({ compares: [], then: [{ kind: 'put', key, value: '' }] });
      const put = { kind: 'put', key, value: '', version: 1, createRevision: revision, modRevision: revision } as const;
      return { revision, changes: [put] };
    };
    // While the first transaction is under way the others wait; /x is seen to change meanwhile, /y only afterwards.
    store.during.push(async () => queue.observe(await change('/x')));
    const unseen: Batch[] = [];
    store.during.push(async () => unseen.push(await change('/y')));
    store.after.push(
      () => undefined,
      () => unseen.forEach((batch) => queue.observe(batch)),
    );
    queue.push([{ id: 'first', write: put('/first') }]);
    await Promise.resolve();
    queue.push([
      { id: 'a', write: putIf('/a', unchanged('/x')) },
      { id: 'b', write: putIf('/b', unchanged('/y')) },
      { id: 'c', write: put('/c') },
      { id: 'd', write: put('/d') },
    ]);
    await settled();
    expect(store.transactions.map(names)).toEqual([['/first'], ['/b', '/c', '/d'], ['/c', '/d']]);
    expect(ends.map(({ id }) => id)).toEqual(['first', 'a', 'b', 'c', 'd']);
  });

  it('keeps what is planned anew because of an end', async () => {
    const { queue, store, ends, ended, settled } = setUp();
    store.during.push(async () => {
      await nextTurn();
      queue.observe({ revision: parseRevision(5), changes: [{ ...putOf('', 1, 5), key: '/x' }] });
    });
    queue.push([{ id: 'first', write: put('/first') }]);
    await Promise.resolve();
    queue.push([{ id: 'a', write: putIf('/a', { kind: 'modRevision', key: '/x', operator: '<', value: 1 }) }]);
    ended.push(() => queue.push([{ id: 'a', write: put('/a') }]));
    await settled();
    expect(store.transactions.map(names)).toEqual([['/first'], ['/a']]);
    expect(ends.map(({ id }) => id)).toEqual(['first', 'a', 'a']);
  });

  it.each<[string, Compare, Change | null, boolean]>([
    ['a put of the value', { kind: 'value', key: '/k', operator: '=', value: 'v' }, putOf('v', 2, 9), false],
    ['a put of another value', { kind: 'value', key: '/k', operator: '=', value: 'w' }, putOf('v', 2, 9), true],
    ['a put that must not be', { kind: 'value', key: '/k', operator: '!=', value: 'v' }, putOf('v', 2, 9), true],
    ['a deletion of a value', { kind: 'value', key: '/k', operator: '!=', value: 'v' }, null, true],
    ['a deletion of a version', { kind: 'version', key: '/k', operator: '=', value: 0 }, null, false],
    ['a newer put', { kind: 'modRevision', key: '/k', operator: '<', value: 9 }, putOf('v', 2, 9), true],
    ['an older limit', { kind: 'modRevision', key: '/k', operator: '>', value: 8 }, putOf('v', 2, 9), false],
    ['the same revision', { kind: 'createRevision', key: '/k', operator: '!=', value: 3 }, putOf('v', 2, 9), true],
    ['another key', { kind: 'version', key: '/other', operator: '=', value: 0 }, putOf('v', 2, 9), false],
    ['a prefix', { kind: 'absent', prefix: '/' }, putOf('v', 2, 9), false],
  ])('knows whether a write is overtaken: %s', (_name, compare, change, expected) => {
    const overtaken = new OvertakenWrites();
    const write = putIf('/a', compare);
    overtaken.add(write);
    overtaken.observe({
      revision: parseRevision(9),
      changes: [change ?? { kind: 'delete', key: '/k', modRevision: parseRevision(9) }],
    });
    expect(overtaken.revisionOf(write)).toBe(expected ? 9 : null);
    overtaken.remove(write);
    expect(overtaken.revisionOf(write)).toBeNull();
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
    expect(ends).toMatchObject([
      { kind: 'failed', id: 'a' },
      { kind: 'failed', id: 'b' },
    ]);
    queue.push([{ id: 'a', write: put('/a') }]);
    await settled();
    expect(ends.at(-1)).toMatchObject({ kind: 'done', id: 'a' });
  });

  it('sets apart the one write of a group that the store never takes, and makes those before it', async () => {
    const { queue, store, ends, ended, settled } = setUp();
    store.refused.add('/c');
    const failedAgain = ({ kind, id }: WriteEnd): void => {
      if (kind === 'failed') queue.push([{ id, write: put(`/${id}`) }]);
    };
    ended.push(...Array.from({ length: 20 }, () => failedAgain));
    queue.push(['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, write: put(`/${id}`) })));
    await settled();
    expect(ends.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'a done',
      'b done',
      'c impossible',
      'd failed',
      'e failed',
      'd done',
      'e done',
    ]);
    expect(ends[2]).toMatchObject({ error: { code: 'INVALID_INPUT', message: 'it is too large' } });
    expect(store.transactions.map(names)).toEqual([
      ['/a', '/b', '/c', '/d', '/e'],
      ['/a', '/b', '/c'],
      ['/a', '/b'],
      ['/c'],
      ['/d', '/e'],
    ]);
    expect(await store.inner.get('/c')).toBeNull();
  });

  it('ends once what was made before the store could not be reached', async () => {
    const { queue, store, ends, settled } = setUp();
    const never: Compare = { kind: 'version', key: '/a', operator: '>', value: 7 };
    store.after.push(
      () => undefined,
      () => undefined,
      () => (store.failures = 1),
    );
    queue.push([
      { id: 'a', write: put('/a') },
      { id: 'b', write: putIf('/b', never) },
      { id: 'c', write: put('/c') },
    ]);
    await settled();
    expect(ends.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['a done', 'b failed', 'c failed']);
  });

  const silent = (write: Write): Write => ({ ...write, events: [] });

  it.each<[string, (write: Write) => Write]>([
    ['with events', (write) => write],
    ['without events', silent],
  ])('says of what was made, though the store could not say so, by when it was: %s', async (_name, written) => {
    const { queue, store, ends, settled } = setUp();
    let made = 0;
    store.after.push(() => {
      made = names(store.transactions[0] ?? { compares: [], then: [] }).length;
      throw new LockstepError('STORE_UNAVAILABLE', 'cut off before the answer');
    });
    queue.push(['a', 'b'].map((id) => ({ id, write: written(put(`/${id}`)) })));
    await settled();
    expect(made).toBe(2);
    const { modRevision } = (await store.inner.get('/a')) ?? {};
    expect(ends.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['a failed', 'b failed']);
    for (const end of ends)
      expect('revision' in end ? end.revision : 0).toBeGreaterThanOrEqual(modRevision ?? Infinity);
    expect(store.transactions.map(names)).toEqual([['/a', '/b'], []]);
    queue.push([{ id: 'c', write: put('/c') }]);
    await settled();
    expect(ends.at(-1)).toMatchObject({ kind: 'done', id: 'c' });
    expect((await store.inner.range(JOURNAL_PREFIX)).values).toHaveLength(2);
  });

  it.each<[string, (write: Write) => Write]>([
    ['with events', (write) => write],
    ['without events', silent],
  ])('never lets a transaction be made late of which it said that it failed: %s', async (_name, written) => {
    const { queue, store, ends, settled } = setUp();
    store.failures = 1;
    queue.push(['a', 'b'].map((id) => ({ id, write: written(put(`/${id}`)) })));
    await settled();
    expect(ends.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['a failed', 'b failed']);
    const [late = { compares: [], then: [] }] = store.transactions;
    expect(names(late)).toEqual(['/a', '/b']);
    expect(await store.inner.txn(late)).toMatchObject({ succeeded: false });
    queue.push([{ id: 'a', write: put('/a') }]);
    await settled();
    expect(ends.at(-1)).toMatchObject({ kind: 'done', id: 'a' });
  });

  it('tries ever more seldom while the store takes nothing, tells it, and plans nothing again meanwhile', async () => {
    const { queue, store, ends, troubles, clock, settled } = setUp();
    store.failures = Infinity;
    queue.push([{ id: 'a', write: put('/a') }]);
    await settled();
    await clock.advance(60_000);
    expect(store.transactions.length).toBeGreaterThan(12);
    expect(store.transactions.length).toBeLessThan(20);
    expect(troubles.at(-1)).toMatchObject({ error: { message: 'out of reach' }, tries: store.transactions.length });
    expect(ends).toEqual([]);
    store.failures = 0;
    await clock.advance(5_000);
    expect(troubles.at(-1)).toBeNull();
    expect(ends).toMatchObject([{ kind: 'failed', id: 'a' }]);
    // From then on a failure is a single one again.
    const before = store.transactions.length;
    store.failures = 1;
    queue.push([{ id: 'b', write: put('/b') }]);
    await settled();
    expect(store.transactions).toHaveLength(before + 2);
  });

  it('ends at once when it is stopped while the store takes nothing', async () => {
    const { queue, store, settled } = setUp();
    store.failures = Infinity;
    queue.push([{ id: 'a', write: put('/a') }]);
    await settled();
    const before = store.transactions.length;
    await queue.stop();
    expect(store.transactions).toHaveLength(before);
  });

  it('takes nothing more once it is stopped', async () => {
    const { queue, store, settled } = setUp();
    await queue.stop();
    queue.push([{ id: 'a', write: put('/a') }]);
    await settled();
    expect(store.transactions).toEqual([]);
  });
});
