import { afterEach, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { LockstepError } from '../../src/core/model/error';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import { NO_REVISION } from '../../src/core/model/revision';
import type { Store } from '../../src/ports/store';
import { CompactedWay } from '../support/compacted-way';
import { SilentLogger } from '../support/silent-logger';

const clock = new SystemClock();
const task = parseTaskName('merge');
const source = parseSourceId('s1');
const target = parseDownstreamTable('shop', 'orders');
const CREATE = 'CREATE TABLE orders (id INT PRIMARY KEY)';
const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(store: Store): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ store, clock, logger: new SilentLogger(), leaseMs: 60_000 });
  ends.push(() => coordinator.stop());
  return coordinator;
}

it('a worker gets the operations that came while its server lost sight of the store', async () => {
  const store = new MemoryStore(clock);
  ends.push(() => store.close());
  const leader = await start(store);
  const way = new CompactedWay(store);
  const follower = await start(way.asStore());
  const registered = await leader.registerWorker({
    ...{ worker: 'w', task, mode: 'optimistic', source, expectedSources: null, ttlMs: 60_000, instance: null },
  });
  if (!registered.ok) throw registered.error;
  const table = { schema: 'db', table: 'a', target };
  await leader.putSourceTables(registered.value, [{ ...table, createTable: CREATE }], null);
  const abort = new AbortController();
  const operations = follower.operations(task, source, NO_REVISION, abort.signal)[Symbol.asyncIterator]();
  const next = operations.next();
  way.hold();
  const report = { ...table, ddls: [ADD], createTableBefore: CREATE, createTablesAfter: null, attempt: '1' };
  await leader.reportInfo(registered.value, { ...report, ignoreConflict: false, defaultCollation: null });
  while (leader.pendingOperations(task, source).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(follower.pendingOperations(task, source)).toEqual([]);
  way.compact();
  expect(await next).toMatchObject({ done: false, value: { ddls: [ADD], table: { schema: 'db', table: 'a' } } });
  abort.abort();
  await operations.return?.();
});

it('a server starts on a store that is compacted while it is read', async () => {
  const store = new MemoryStore(clock);
  ends.push(() => store.close());
  await store.txn({ compares: [], then: [{ kind: 'put', key: '/lockstep/unknown', value: '' }] });
  let compactions = 0;
  const range: Store['range'] = async (prefix, options) => {
    compactions += 1;
    if (compactions % 2 === 1 && compactions < 8) throw new LockstepError('STORE_COMPACTED', 'gone', {});
    return await store.range(prefix, options);
  };
  const compacted = new Proxy<Store>(store, {
    get: (_target, name) => {
      const value: unknown = name === 'range' ? range : Reflect.get(store, name);
      return typeof value === 'function' ? (value.bind(store) as unknown) : value;
    },
  });
  expect((await start(compacted)).phase).toBe('leading');
  expect(compactions).toBeGreaterThan(6);
});
