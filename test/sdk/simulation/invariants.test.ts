import { describe, expect, it } from '@jest/globals';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import { parseRevision } from '../../../src/core/model/revision';
import type { Batch, Change, Mutation } from '../../../src/core/model/store';
import { tableKey } from '../../../src/core/model/table-key';
import { readReportedSchema } from '../../../src/core/request/reported-schema';
import { CoordinatorState } from '../../../src/core/state/coordinator-state';
import { writeAttemptRecord } from '../../../src/core/wire/attempt-record';
import { dmKeyKind, formatDmKey } from '../../../src/core/wire/dm-keys';
import { writeInitialSchemaRecord } from '../../../src/core/wire/initial-schema-record';
import { writeJournalRecord } from '../../../src/core/wire/journal-record';
import { formatLockstepKey, LOCKSTEP_LEADER_KEY } from '../../../src/core/wire/lockstep-keys';
import { readOptimisticOperation, writeOptimisticOperation } from '../../../src/core/wire/optimistic-operation';
import { writePessimisticInfo } from '../../../src/core/wire/pessimistic-info';
import { writePessimisticOperation } from '../../../src/core/wire/pessimistic-operation';
import { writeTableInfo } from '../../../src/core/wire/table-info';
import {
  OptimisticWorld,
  lockId as ordersLock,
  randomOf,
  tables,
  task as ordersTask,
} from '../../core/state/optimistic-world';
import { Ledger } from '../../end-to-end/ledger';
import { SimulatedStore } from '../../support/simulated-store';
import { InvariantWatch } from './invariants/invariant-watch';

const CREATE = 'CREATE TABLE orders (id INT PRIMARY KEY, v INT DEFAULT 0, n VARCHAR(20))';
const ADD_C = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';

const DROP_N = 'ALTER TABLE `shop`.`orders` DROP COLUMN `n`';

const task = parseTaskName('careful');
const [s1, s2] = [parseSourceId('s1'), parseSourceId('s2')];
const target = parseDownstreamTable('shop', 'items');
const lockId = formatLockId(task, target);
const [first = parseUpstreamTable('s1', 'db', 'a')] = tables;
const last = tables.at(-1) ?? first;

const put = (key: string, value: string): Mutation => ({ kind: 'put', key, value });
const journal = (sequence: number): Mutation =>
  put(formatLockstepKey({ kind: 'journal', sequence }), writeJournalRecord({ atMs: 0, events: [] }));
const leader = put(LOCKSTEP_LEADER_KEY, 'x');
const info = put(
  formatDmKey({ kind: 'pessimistic-info', task, source: s1 }),
  writePessimisticInfo({ task, source: s1, target, ddls: [ADD_C] }),
);
const order = (source: typeof s1, exec: boolean, done: boolean): Mutation =>
  put(
    formatDmKey({ kind: 'pessimistic-operation', task, source }),
    writePessimisticOperation({ lockId, task, source, ddls: [ADD_C], exec, done }),
  );
const attempt = (name: string): Mutation =>
  put(
    formatLockstepKey({ kind: 'source-attempt', task, source: s1 }),
    writeAttemptRecord({ attempt: name, content: '', former: [], atMs: null }),
  );

/** What is found wrong when these are written, one revision each. */
function wrongIn(transactions: readonly (readonly Mutation[])[]): string {
  const store = new SimulatedStore();
  for (const mutations of transactions) store.transact([], mutations);
  return wrongWith(store.batchesAfter(parseRevision(0)));
}

function wrongWith(batches: readonly Batch[]): string {
  const watch = new InvariantWatch(CREATE);
  for (const batch of batches) watch.take(batch);
  return watch.wrong.join('\n');
}

/** What a coordinator writes when a table adds a column. */
function rollout(): { readonly world: OptimisticWorld; readonly batches: readonly Batch[] } {
  const world = new OptimisticWorld(randomOf(1));
  world.report(first, ADD_C);
  return { world, batches: world.store.batchesAfter(parseRevision(0)) };
}

function changed(batches: readonly Batch[], change: (one: Change) => Change): Batch[] {
  return batches.map(({ revision, changes }) => ({ revision, changes: changes.map(change) }));
}

describe('the watch over what must always hold', () => {
  it('finds nothing wrong with a rollout as it should be', () => {
    expect(wrongWith(rollout().batches).replaceAll(/.*while nobody led\n?/gu, '')).toBe('');
    expect(wrongIn([[info], [order(s1, true, false)], [order(s1, true, true)], [order(s2, false, false)]])).toBe('');
    expect(wrongIn([[leader], [journal(1)], [journal(3)], [attempt('a')], [attempt('b')]])).toBe('');
  });

  it.each<[string, readonly (readonly Mutation[])[], RegExp]>([
    ['a skip before the execution', [[info], [order(s1, true, false)], [order(s2, false, false)]], /s2 skips/u],
    ['two that execute', [[info], [order(s1, true, false)], [order(s2, true, false)]], /s1 executes .* s2 as well/u],
    [
      'an execution ordered again',
      [[info], [order(s1, true, false)], [order(s1, true, true)], [order(s1, true, false)]],
      /executes it again/u,
    ],
    ['an attempt taken twice', [[attempt('a')], [attempt('b')], [attempt('a')]], /attempt a was taken twice/u],
    [
      'an operation acknowledged twice',
      [[info], [order(s1, true, true)], [order(s1, true, true)]],
      /acknowledged twice/u,
    ],
    ['two journals', [[leader], [journal(1)], [journal(2)], [journal(2)]], /2 came after 2/u],
    ['a journal of nobody', [[leader], [{ kind: 'delete', key: LOCKSTEP_LEADER_KEY }], [journal(1)]], /nobody led/u],
  ])('finds %s', (_what, transactions, message) => {
    expect(wrongIn(transactions)).toMatch(message);
  });

  it('finds a DDL that nobody was ordered to execute', () => {
    const batches = changed(rollout().batches, (change) => {
      if (change.kind !== 'put' || dmKeyKind(change.key) !== 'optimistic-operation') return change;
      return { ...change, value: writeOptimisticOperation({ ...readOptimisticOperation(change.value), ddls: [] }) };
    });
    expect(wrongWith(batches)).toMatch(/the downstream accepts the rows of every shard: that doesn't hold: less/u);
  });

  it.each<[string, string, RegExp]>([
    ['passes a table over that reads again what it had reported', CREATE, /^$/u],
    ['finds one that comes with a column that it never had', CREATE.replace(/\)$/u, ', z INT)'), /doesn't hold: /u],
  ])('%s', (_what, createTable, message) => {
    const world = new OptimisticWorld(randomOf(1));
    world.change([leader]);
    for (const table of tables) world.report(table, DROP_N);
    for (const table of tables) world.acknowledge(table);
    expect(world.coordinator.state.targets.get(ordersLock)?.lock).toBeNull();
    // Its worker was killed before it stored its report, and starts before that; another table goes on.
    const schema = readReportedSchema(createTable);
    const key = formatLockstepKey({ kind: 'initial-schema', task: ordersTask, table: first });
    world.change([put(key, writeInitialSchemaRecord({ schema: writeTableInfo(schema), isRegistered: true }))]);
    world.report(last, ADD_C);
    world.schemas.set(tableKey(ordersTask, first), schema);
    world.report(first, DROP_N);
    expect(wrongWith(world.store.batchesAfter(parseRevision(0)))).toMatch(message);
  });

  it('finds an info that goes with a lock, unanswered', () => {
    const { world } = rollout();
    world.coordinator.beforeWrite = () => false;
    world.report(first, 'ALTER TABLE `shop`.`orders` ADD COLUMN `d` INT');
    world.store.transact(
      [],
      [
        { kind: 'delete', key: formatDmKey({ kind: 'optimistic-info', task: ordersTask, table: first }) },
        { kind: 'delete', key: formatLockstepKey({ kind: 'lock', lockId: ordersLock }) },
      ],
    );
    expect(wrongWith(world.store.batchesAfter(parseRevision(0)))).toMatch(/the unanswered info of .* was deleted/u);
  });

  it('finds an info that nobody answers and no lock shows', () => {
    const { batches } = rollout();
    const isInfo = ({ key }: Change): boolean => dmKeyKind(key) === 'optimistic-info';
    const until = batches.findIndex(({ changes }) => changes.some(isInfo));
    // Without a schema before its DDLs it makes no lock.
    const reported = changed(batches.slice(0, until + 1), (change) => {
      if (change.kind !== 'put' || !isInfo(change)) return change;
      return {
        ...change,
        value: JSON.stringify({ ...(JSON.parse(change.value) as object), 'table-info-before': null }),
      };
    });
    expect(wrongWith(batches.slice(0, until + 1))).toBe('');
    expect(wrongWith(reported)).toMatch(/the info of .* isn't answered/u);
  });

  it('finds a state that its changes do not give, and answers that are not stored', () => {
    const { batches, world } = rollout();
    const watch = new InvariantWatch(CREATE);
    for (const batch of batches) watch.take(batch);
    watch.compareWith(world.coordinator.state);
    const before = watch.wrong.length;
    const other = new CoordinatorState({ operationsPerWrite: 126 });
    other.revision = world.coordinator.state.revision;
    watch.compareWith(other);
    const ledger = new Ledger();
    const of = { task: 'merge-1', source: 's1', table: { schema: 'db', table: 'a' } };
    ledger.reports.push({ ...of, attempt: 'a', revision: 3 });
    ledger.acknowledgements.push({ ...of, operation: 3, outcome: 'ACKNOWLEDGED' });
    watch.checkAnswers(ledger);
    const found = watch.wrong.slice(before).join('\n');
    expect(found).toMatch(/tables of a server/u);
    expect(found).toMatch(/a report was lost/u);
    expect(found).toMatch(/an acknowledgement was lost/u);
  });
});
