import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { LockstepError } from '../../src/core/model/error';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseSourceId } from '../../src/core/model/names';
import { NO_REVISION } from '../../src/core/model/revision';
import { LOCKSTEP_LEADER_KEY, LOCKSTEP_SETTLED_KEY } from '../../src/core/wire/lockstep-keys';
import { readSettledRecord } from '../../src/core/wire/settled-record';
import type { Transaction, TransactionResult } from '../../src/ports/store';
import { dumpState } from '../end-to-end/state-dump';
import { foldedState, readStream, recoveredState } from '../end-to-end/stored-stream';
import { SilentLogger } from '../support/silent-logger';
import { PlainWorker, settled, source, target, task } from './plain-worker';

const WITH_C = 'CREATE TABLE t (id INT PRIMARY KEY, v INT, c INT)';

/** A store that can be out of reach for what a leader writes, as when its process is about to be killed. */
class DeafStore extends MemoryStore {
  isDeaf = false;

  override async txn(transaction: Transaction): Promise<TransactionResult> {
    const isLeaders = transaction.compares.some((compare) => 'key' in compare && compare.key === LOCKSTEP_LEADER_KEY);
    const isElection = transaction.then.some((mutation) => 'key' in mutation && mutation.key === LOCKSTEP_LEADER_KEY);
    if (this.isDeaf && isLeaders && !isElection) throw new LockstepError('STORE_UNAVAILABLE', 'out of reach');
    return await super.txn(transaction);
  }
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(store: DeafStore): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger: new SilentLogger() });
  ends.push(() => coordinator.stop());
  return coordinator;
}

function newStore(): DeafStore {
  const store = new DeafStore(new SystemClock());
  ends.push(() => store.close());
  return store;
}

describe('a server that starts where another owed something', () => {
  it.each<[string, (worker: PlainWorker) => Promise<void>]>([
    [
      'a table was dropped and made anew',
      async (worker) => {
        await worker.drop('a');
        await worker.create('a');
      },
    ],
    [
      'a table was made anew that has what others only have to get',
      async (worker) => {
        await worker.drop('a');
        await worker.create('a', WITH_C);
        await worker.report('b', 'DROP COLUMN v');
      },
    ],
    ['a table came', (worker) => worker.create('c', WITH_C)],
    [
      'a table dropped a column and went on',
      async (worker) => {
        await worker.report('a', 'DROP COLUMN v', WITH_C);
        await worker.report('a', 'ADD COLUMN d INT', 'CREATE TABLE t (id INT PRIMARY KEY, c INT)');
      },
    ],
  ])('has the state that its stream gives: %s', async (_what, happen) => {
    const store = newStore();
    const first = await start(store);
    const worker = await PlainWorker.register(first);
    await worker.list('a', 'b');
    await worker.report('a', 'ADD COLUMN c INT');
    await settled(first);
    await worker.acknowledge('a');
    await settled(first);
    store.isDeaf = true;
    await happen(worker);
    await first.stop();
    store.isDeaf = false;

    const second = await start(store);
    await settled(second);
    const stream = await readStream(store);
    expect(dumpState(second.state)).toEqual(dumpState(foldedState(stream)));
  });

  it('takes a table that has reported nothing for what its worker said last', async () => {
    const store = newStore();
    const first = await start(store);
    const worker = await PlainWorker.register(first);
    const other = await PlainWorker.register(first, parseSourceId('s2'));
    await worker.list('a');
    await other.list('b');
    await worker.report('a', 'ADD COLUMN c INT');
    await settled(first);
    await other.create('b', WITH_C);
    await settled(first);
    const stream = await readStream(store);
    const lived = dumpState(first.state);
    expect(dumpState(foldedState(stream))).toEqual(lived);
    expect(dumpState(recoveredState(stream))).toEqual(lived);
    await worker.acknowledge('a');
    await settled(first);
    // It never had what the lock began with, so it needn't meet the DDL.
    expect(first.state.targets.get(formatLockId(task, target))?.lock).toBeNull();
  });

  it('begins at the last revision itself where what came before is compacted, or unreadable', async () => {
    const store = newStore();
    const first = await start(store);
    const worker = await PlainWorker.register(first);
    await worker.list('a', 'b');
    await worker.report('a', 'ADD COLUMN c INT');
    await settled(first);
    const record = await store.get(LOCKSTEP_SETTLED_KEY);
    const reading = readSettledRecord(record?.value ?? '');
    expect(reading.kind === 'record' && reading.record.revision > NO_REVISION).toBe(true);
    await first.stop();

    await store.compactTo(await store.revision());
    const second = await start(store);
    await settled(second);
    expect(second.pendingOperations(task, source)).toHaveLength(1);
    await second.stop();

    for (const text of ['{"v":1,"revision":-1}', '{"v":9}', '{"v":1,"revision":4000000}']) {
      await store.txn({ compares: [], then: [{ kind: 'put', key: LOCKSTEP_SETTLED_KEY, value: text }] });
      const next = await start(store);
      expect(next.pendingOperations(task, source)).toHaveLength(1);
      await next.stop();
    }
  });
});
