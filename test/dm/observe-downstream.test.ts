import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Observer } from '../../src/coordinator/observer';
import type { EventCursor } from '../../src/core/model/event-cursor';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import { tableKey } from '../../src/core/model/table-key';
import { writeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { writeTableInfo } from '../../src/core/wire/table-info';
import { SilentLogger } from '../support/silent-logger';
import { DmShard, infoPut, sourceTablesPut } from './dm-shard';
import { ScriptedDownstream } from './scripted-downstream';

const task = parseTaskName('merge-1');
const source = parseSourceId('s1');
const DROP = 'ALTER TABLE `shop`.`orders` DROP COLUMN `v`';
const first = new DmShard(task, source, 'orders_1');
// It has lost the column before anything was reported.
const second = new DmShard(task, source, 'orders_2', 'CREATE TABLE t (id INT PRIMARY KEY)');

let store: MemoryStore;
let downstream: ScriptedDownstream;
let observer: Observer;
let start: EventCursor;

beforeEach(async () => {
  store = new MemoryStore(new SystemClock());
  downstream = new ScriptedDownstream([task]);
  for (const shard of [first, second]) downstream.infos.set(shard.key, writeTableInfo(shard.schema));
  await write([sourceTablesPut([first, second])]);
});

afterEach(async () => {
  await observer.stop();
  await store.close();
});

async function write(mutations: readonly Mutation[]): Promise<void> {
  await store.txn({ compares: [], then: mutations });
}

/** Look on from now on, at a master that knows the checkpoints. */
async function observe(): Promise<void> {
  observer = await Observer.start({ store, clock: new SystemClock(), logger: new SilentLogger(), downstream });
  start = observer.events.head;
}

/** DM's master answers a shard whose DDL is to be executed. */
function answerPut(shard: DmShard, done: boolean): Mutation {
  const value = writeOptimisticOperation({
    ...{ lockId: shard.lockId, task, table: shard.table, ddls: [DROP], stage: 'none', message: '', done },
    columns: ['v'],
  });
  return { kind: 'put', key: shard.operationKey, value };
}

/** The kinds of all events so far, once the observer has taken in all that is stored. */
async function kinds(): Promise<string[]> {
  const revision = await store.revision();
  const { events } = observer;
  for (let tries = 0; events.head.revision < revision || observer.state.downstream.held.size > 0; tries += 1) {
    if (tries > 500) throw new Error('it never came to be');
    await sleep(10);
  }
  const read = await events.read(start, events.head, 100);
  return (read?.events ?? []).map(({ event }) => event.kind);
}

/** The first shard drops a column that nobody else has; DM's master, which knows that, lets it execute. */
async function dropLast(): Promise<void> {
  await write([infoPut(first, [DROP])]);
  await write([answerPut(first, false)]);
}

describe('an observer that is told where a task’s downstream is', () => {
  it('begins each lock with the schemas that the checkpoints have then, as DM does', async () => {
    await observe();
    await dropLast();
    expect(await kinds()).toEqual(['LockCreated', 'InfoReceived', 'LockSynced', 'OperationPut']);
    expect(downstream.asked.map(({ table }) => table).sort()).toEqual(['orders_1', 'orders_2']);
    await write([answerPut(first, true)]);
    await write([first, second].flatMap(({ infoKey, operationKey }) => deletions(infoKey, operationKey)));
    // Since then the other has got the column, so its drop isn't executed before both have dropped it.
    downstream.infos.set(second.key, writeTableInfo(first.schema));
    await dropLast();
    expect((await kinds()).at(-1)).toBe('Divergence');
    expect(downstream.asked).toHaveLength(4);
  });

  it.each([
    ['can’t be reached', () => (downstream.broken = true)],
    ['holds no schema that can be read', () => downstream.infos.set(second.key, '{"name":7}')],
  ])('goes on without it when it %s, and leaves it alone for a while', async (_what, spoil) => {
    spoil();
    await observe();
    await dropLast();
    expect(await kinds()).toEqual(['LockCreated', 'InfoReceived', 'OperationPut', 'Divergence']);
    const asked = downstream.asked.length;
    await write(deletions(first.infoKey, first.operationKey));
    await dropLast();
    await kinds();
    expect(downstream.asked).toHaveLength(asked);
  });

  it('takes what DM had answered before as it is', async () => {
    await dropLast();
    await observe();
    expect(await kinds()).toEqual([]);
    expect([observer.state.divergences, observer.state.targets.get(first.lockId)?.lock === null]).toEqual([0, false]);
  });

  it('tells those who come while it reads what follows from it', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const { infos } = downstream;
    downstream.tableInfos = async (_task, tables) => {
      await answered;
      return tables.map((table) => infos.get(tableKey(task, table)) ?? null);
    };
    await observe();
    await write([infoPut(first, [DROP])]);
    while (observer.state.downstream.held.size === 0) await sleep(5);
    start = observer.events.head;
    answer();
    expect(await kinds()).toEqual(['LockCreated', 'InfoReceived', 'LockSynced']);
  });
});

function deletions(...keys: readonly string[]): Mutation[] {
  return keys.map((key) => ({ kind: 'delete', key }));
}
