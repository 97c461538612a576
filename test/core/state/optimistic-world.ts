import { expect } from '@jest/globals';

import { parseStatement } from '../../../src/core/ddl';
import { applyStatement, buildTable } from '../../../src/core/ddl/tracker';
import type { ActionInput } from '../../../src/core/model/action';
import { isBlockingStage } from '../../../src/core/model/conflict-stage';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import type { DownstreamTable, SourceId, UpstreamTable } from '../../../src/core/model/names';
import type { TaskRecord } from '../../../src/core/model/records';
import type { Mutation } from '../../../src/core/model/store';
import { tableKey } from '../../../src/core/model/table-key';
import { CoordinatorState } from '../../../src/core/state/coordinator-state';
import { recover } from '../../../src/core/state/recovery';
import type { TableEntry, Target } from '../../../src/core/state/table-entry';
import { isShape } from '../../../src/core/table/shape';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { writeActionRecord } from '../../../src/core/wire/action-record';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { formatLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { writeOptimisticInfo } from '../../../src/core/wire/optimistic-info';
import { readOptimisticOperation, writeOptimisticOperation } from '../../../src/core/wire/optimistic-operation';
import { tableTreeOf, writeSourceTables } from '../../../src/core/wire/source-tables';
import { writeTableInfo } from '../../../src/core/wire/table-info';
import { writeTaskRecord } from '../../../src/core/wire/task-record';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import type { ReadSchemas } from '../../support/simulated-coordinator';
import { SimulatedStore } from '../../support/simulated-store';

export const task = parseTaskName('merge-1');
export const orders = parseDownstreamTable('shop', 'orders');
export const items = parseDownstreamTable('shop', 'items');
export const lockId = formatLockId(task, orders);
export const tables = ['s1/db/a', 's1/db/b', 's2/db/a', 's2/db/c'].map((name) => {
  const [source = '', schema = '', table = ''] = name.split('/');
  return parseUpstreamTable(source, schema, table);
});
const SOURCES = [parseSourceId('s1'), parseSourceId('s2')];

const first = buildTable(
  expectKind(parseStatement('CREATE TABLE t (id INT PRIMARY KEY, v INT DEFAULT 0, n VARCHAR(20))')),
);

function expectKind(statement: ReturnType<typeof parseStatement>): Parameters<typeof buildTable>[0] {
  if (statement.kind !== 'create-table') throw new Error('expected CREATE TABLE');
  return statement;
}

const DDLS = [
  'ADD COLUMN `c` INT',
  'ADD COLUMN `c` BIGINT',
  'ADD COLUMN `d` VARCHAR(10) NOT NULL',
  'DROP COLUMN `c`',
  'DROP COLUMN `n`',
  'MODIFY COLUMN `v` BIGINT DEFAULT 0',
  'MODIFY COLUMN `v` DATETIME',
  'RENAME COLUMN `n` TO `m`',
  'ADD INDEX `i` (`v`)',
  "COMMENT = 'x'",
].map((spec) => `ALTER TABLE \`shop\`.\`orders\` ${spec}`);

function sourceTablesKey(source: SourceId): string {
  return formatDmKey({ kind: 'optimistic-source-tables', task, source });
}

/** A small generator of numbers, the same for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state >>> 3) % below;
  };
}

/** Everything of a state that a restart must not change. */
export function pictureOf(state: CoordinatorState): unknown {
  return {
    locks: [...state.targets.values()]
      .filter(({ lock }) => lock !== null)
      .map(lockPicture)
      .sort(byText),
    listed: [...state.tables.values()].flatMap(listedPicture).sort(byText),
    excluded: [...state.tasks.values()].map(({ excluded }) => [...excluded].sort()),
    problems: [...state.problems.keys()].sort(),
    actions: [...state.actions.values()].map(({ id, state: ended }) => [id, ended]).sort(byText),
  };
}

/** A table that no worker lists is in its lock as long as that lives. */
function listedPicture({ key, membership, target: to }: TableEntry): unknown[] {
  return membership === 'source-tables' ? [[key, to?.lockId]] : [];
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function lockPicture({ lockId: id, tables: entries, stopped, unregistered, lock: held }: Target): unknown {
  const lock = held?.lock;
  const unsaid = [...entries].filter(({ initial }) => initial === null);
  expect(unsaid).toEqual(expect.arrayContaining([...unregistered]));
  expect([...unregistered]).toEqual(expect.arrayContaining(unsaid.filter(({ member }) => !member?.version)));
  const waiting = [...entries].filter(({ operation }) => operation !== null && isBlockingStage(operation.stage));
  expect([...stopped].map(({ key }) => key).sort()).toEqual(waiting.map(({ key }) => key).sort());
  const members = [...entries].map((entry) => [
    entry.key,
    entry.member?.normal.fingerprint,
    entry.member?.conflict?.fingerprint,
    entry.member?.done,
    entry.isAnswered,
    // Of an operation that outlived its lock nobody asks any more when it was put.
    entry.member === null || entry.decisionRevision === 0 ? null : entry.putRevision,
  ]);
  const joined = lock?.joined ?? null;
  return {
    id,
    members: members.sort(byText),
    joined: isShape(joined) ? joined.fingerprint : joined === null ? null : 'none',
    remain: lock?.remain,
    dropped: [...(lock?.dropped ?? [])].map(([table, { column, stage }]) => [table, column, stage]).sort(byText),
    incarnation: lock?.origin.incarnation,
  };
}

/** Four tables of two sources, their schemas as their databases have them, and a coordinator whose writes can be lost. */
export class OptimisticWorld {
  readonly store = new SimulatedStore();
  readonly coordinator: SimulatedCoordinator;
  readonly schemas = new Map<string, TableSchema>();
  /** Reads what the coordinator reads, and never leads. */
  readonly follower: SimulatedCoordinator;
  /** The tables that their workers list, and where each routes to. */
  readonly listed = new Map<UpstreamTable, DownstreamTable>(tables.map((table) => [table, orders]));
  actions = 0;
  /** Whether the downstream answers, if there is one. */
  answers = true;

  /** @param operationsPerWrite with 16 a lock of all four tables is removed in parts */
  constructor(
    private readonly random: (below: number) => number,
    private readonly operationsPerWrite = 24,
    hasDownstream = false,
  ) {
    const downstreams = hasDownstream ? new Map([[task, this.#checkpoints]]) : undefined;
    const options = { recover, limits: { operationsPerWrite }, ...(downstreams === undefined ? {} : { downstreams }) };
    this.coordinator = new SimulatedCoordinator(this.store, options);
    this.follower = new SimulatedCoordinator(this.store, options);
    for (const table of tables) this.schemas.set(tableKey(task, table), first);
    this.coordinator.beforeWrite = ({ compares, mutations }) => {
      expect(compares.length).toBeLessThanOrEqual(operationsPerWrite);
      expect(mutations.length).toBeLessThanOrEqual(operationsPerWrite);
      if (this.inOrder && this.coordinator.lost.length > 0) return false;
      return this.losing === 0 || this.random(this.losing) > 0;
    };
    this.coordinator.lead();
    for (const source of SOURCES) this.list(source);
  }

  /** Whether nothing is written any more behind a write that was lost, as the shell has it. */
  inOrder = false;

  /** One of so many writes is lost, as by a crash; 0: none. */
  losing = 0;

  pick<T>(list: readonly T[]): T {
    const found = list[this.random(list.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }

  list(source: SourceId): void {
    this.change([this.listing(source)]);
  }

  /** The put of the tables of a source, as its worker lists them. */
  listing(source: SourceId): Mutation {
    const own = [...this.listed].filter(([table]) => table.source === source);
    const tree = tableTreeOf(own.map(([table, target]) => ({ target, table })));
    return { kind: 'put', key: sourceTablesKey(source), value: writeSourceTables({ task, source, tables: tree }) };
  }

  /** The downstream stops answering, or answers again. */
  toggleDownstream(): void {
    this.answers = !this.answers;
    if (this.answers) this.coordinator.readAgain();
  }

  /** Of the second source's tables there are checkpoints, with their schemas as they are. */
  readonly #checkpoints: ReadSchemas = (asked) => {
    if (!this.answers) return undefined;
    return new Map(
      asked.map((table) => {
        const schema = { ...(this.schemas.get(tableKey(task, table)) ?? first), name: table.table };
        return [tableKey(task, table), table.source === SOURCES[1] ? writeTableInfo(schema) : null] as const;
      }),
    );
  };

  /** A table meets a DDL, if it applies to it. */
  report(table: UpstreamTable, ddl: string, target = this.listed.get(table) ?? orders): void {
    const before = this.schemas.get(tableKey(task, table)) ?? first;
    const after = this.apply(before, ddl);
    if (after === null) return;
    // Whatever a person has removed, a worker lists its tables before it reports.
    if (this.store.get(sourceTablesKey(table.source)) === null) this.list(table.source);
    this.schemas.set(tableKey(task, table), after);
    this.put(table, [ddl], before, [after], target);
  }

  apply(schema: TableSchema, ddl: string): TableSchema | null {
    try {
      return applyStatement(schema, parseStatement(ddl));
    } catch {
      // Not every DDL of the pool fits every schema; such a one never reached a binlog.
      return null;
    }
  }

  put(
    table: UpstreamTable,
    ddls: readonly string[],
    before: TableSchema,
    after: readonly TableSchema[],
    target = this.listed.get(table) ?? orders,
  ): void {
    const { shapes } = this.coordinator.state.caches;
    const known = (schema: TableSchema): { schema: TableSchema; shape: ReturnType<typeof shapes.intern> } => ({
      schema: { ...schema, name: table.table },
      shape: shapes.intern(schema),
    });
    const value = writeOptimisticInfo({
      task,
      table,
      target,
      ddls,
      before: known(before),
      after: after.map(known),
      ignoreConflict: false,
    });
    this.change([{ kind: 'put', key: formatDmKey({ kind: 'optimistic-info', task, table }), value }]);
  }

  /** The worker of a table carries out what it is told. */
  acknowledge(table: UpstreamTable): boolean {
    const done = this.acknowledgeUnseen(table);
    this.coordinator.catchUp();
    return done;
  }

  /** The same, while the coordinator is busy. */
  acknowledgeUnseen(table: UpstreamTable): boolean {
    const key = formatDmKey({ kind: 'optimistic-operation', task, table });
    const stored = this.store.get(key);
    if (stored === null) return false;
    const operation = readOptimisticOperation(stored.value);
    if (operation.done) return false;
    this.store.put(key, writeOptimisticOperation({ ...operation, done: true }));
    return true;
  }

  act(input: ActionInput): void {
    this.actions += 1;
    const id = `action-${this.actions}`;
    const value = writeActionRecord({
      id,
      input,
      actor: 'a',
      reason: '',
      state: 'asked',
      askedAtMs: 0,
      deadlineMs: null,
      progress: null,
      result: null,
      endedAtMs: null,
    });
    this.change([{ kind: 'put', key: formatLockstepKey({ kind: 'action', id }), value }]);
  }

  change(mutations: readonly Mutation[]): void {
    this.coordinator.change(mutations);
  }

  /** Of a task with two targets: tables move, sources are left out or removed, and all that happens with one target. */
  happenWidely(): void {
    const table = this.pick(tables);
    const { source } = table;
    switch (this.random(13)) {
      case 4:
        // What a worker reports for another target than it listed moves the table there.
        return this.report(table, this.pick(DDLS), this.random(2) === 0 ? orders : items);
      case 0:
        this.listed.set(table, this.random(2) === 0 ? orders : items);
        return this.list(source);
      case 1:
        return this.act({ kind: 'exclude-source', task, source, undo: this.random(2) === 0 });
      case 2:
        return this.stop(source);
      case 3:
        if (this.random(2) > 0) return;
        return this.removeMeta(this.random(2) === 0 ? [] : [source]);
      default:
        return this.happen();
    }
  }

  /** A worker stops its task: its source tables go. */
  stop(source: SourceId): void {
    for (const table of tables) if (table.source === source) this.listed.delete(table);
    this.change([{ kind: 'delete', key: sourceTablesKey(source) }]);
  }

  /** A person removes what is stored of the task, or of sources. */
  removeMeta(sources: readonly SourceId[]): void {
    for (const table of tables) if (sources.length === 0 || sources.includes(table.source)) this.listed.delete(table);
    this.act({ kind: 'remove-meta', task, sources, force: true });
  }

  /** One thing that may happen. */
  happen(): void {
    const table = this.pick(tables);
    const what = this.random(20);
    if (what < 8 && this.listed.has(table)) this.report(table, this.pick(DDLS));
    else if (what < 15) this.acknowledge(table);
    else if (what === 15) this.toggle(table);
    else if (what === 16)
      this.act({
        kind: 'unlock-optimistic',
        lockId,
        ifIncarnation: null,
        tables: [],
        sources: [],
        exec: this.random(2) === 0,
        force: this.random(2) === 0,
      });
    else if (what === 17) this.act({ kind: 'retry-info', task, source: table.source, table });
    else if (what === 18) this.toggleLoss();
    else this.restart();
  }

  toggleLoss(): void {
    this.losing = this.losing === 0 ? 4 : 0;
    if (this.inOrder && this.losing === 0) this.coordinator.reportLost();
  }

  toggle(table: UpstreamTable): void {
    if (this.listed.has(table)) this.listed.delete(table);
    else this.listed.set(table, orders);
    this.schemas.set(tableKey(task, table), this.schemas.get(tableKey(task, this.pick(tables))) ?? first);
    this.list(table.source);
  }

  /** What was owed at a restart may be decided anew, so who has lived through that may know it otherwise. */
  restart(): void {
    if (this.coordinator.state.outbox.size > 0) this.follower.restart();
    this.coordinator.restart();
  }

  /** An operator declares the task, so that its sources can be left out; writes that are lost are lost as the shell loses them. */
  declare(): void {
    this.inOrder = true;
    const record: TaskRecord = {
      task,
      mode: 'optimistic',
      sources: SOURCES,
      declared: true,
      expected: null,
      dissent: [],
      excluded: [],
    };
    this.change([{ kind: 'put', key: formatLockstepKey({ kind: 'task', task }), value: writeTaskRecord(record) }]);
  }

  recovered(): CoordinatorState {
    const state = new CoordinatorState({ operationsPerWrite: this.operationsPerWrite });
    recover(state, this.store.range(''), this.store.revision);
    return state;
  }
}
