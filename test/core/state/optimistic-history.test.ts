import { describe, expect, it } from '@jest/globals';
import { parseStatement } from '../../../src/core/ddl';
import { applyStatement, buildTable } from '../../../src/core/ddl/tracker';
import type { ActionInput } from '../../../src/core/model/action';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import type { UpstreamTable } from '../../../src/core/model/names';
import type { Mutation } from '../../../src/core/model/store';
import { tableKey } from '../../../src/core/model/table-key';
import { CoordinatorState } from '../../../src/core/state/coordinator-state';
import { recover } from '../../../src/core/state/recovery';
import { isShape } from '../../../src/core/table/shape';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { writeActionRecord } from '../../../src/core/wire/action-record';
import { dmPrefix, formatDmKey } from '../../../src/core/wire/dm-keys';
import { formatLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { writeOptimisticInfo } from '../../../src/core/wire/optimistic-info';
import { readOptimisticOperation, writeOptimisticOperation } from '../../../src/core/wire/optimistic-operation';
import { tableTreeOf, writeSourceTables } from '../../../src/core/wire/source-tables';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { SimulatedStore } from '../../support/simulated-store';

const task = parseTaskName('merge-1');
const target = parseDownstreamTable('shop', 'orders');
const lockId = formatLockId(task, target);
const tables = ['s1/db/a', 's1/db/b', 's2/db/a', 's2/db/c'].map((name) => {
  const [source = '', schema = '', table = ''] = name.split('/');
  return parseUpstreamTable(source, schema, table);
});
const LIMITS = { operationsPerWrite: 24 };

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

/** A small generator of numbers, the same for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state >>> 3) % below;
  };
}

/** Everything of a state that a restart must not change. */
function pictureOf(state: CoordinatorState): unknown {
  const known = state.targets.get(lockId);
  const lock = known?.lock?.lock;
  const members = [...(known?.tables ?? [])].map((entry) => [
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
    members: members.sort(),
    joined: isShape(joined) ? joined.fingerprint : joined === null ? null : 'none',
    remain: lock?.remain,
    dropped: [...(lock?.dropped ?? [])].map(([table, { column, stage }]) => [table, column, stage]).sort(),
    incarnation: lock?.origin.incarnation,
    problems: [...state.problems.keys()].sort(),
    actions: [...state.actions.values()].map(({ id, state: ended }) => [id, ended]).sort(),
  };
}

/** Four tables of two sources, their schemas as their databases have them, and a coordinator whose writes can be lost. */
class World {
  readonly store = new SimulatedStore();
  readonly coordinator = new SimulatedCoordinator(this.store, { recover, limits: LIMITS });
  readonly schemas = new Map<string, TableSchema>();
  readonly listed = new Set<UpstreamTable>(tables);
  actions = 0;

  constructor(private readonly random: (below: number) => number) {
    for (const table of tables) this.schemas.set(tableKey(task, table), first);
    this.coordinator.beforeWrite = ({ compares, mutations }) => {
      expect(compares.length).toBeLessThanOrEqual(LIMITS.operationsPerWrite);
      expect(mutations.length).toBeLessThanOrEqual(LIMITS.operationsPerWrite);
      return this.losing === 0 || this.random(this.losing) > 0;
    };
    this.coordinator.lead();
    for (const source of ['s1', 's2']) this.list(source);
  }

  /** One of so many writes is lost, as by a crash; 0: none. */
  losing = 0;

  pick<T>(list: readonly T[]): T {
    const found = list[this.random(list.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }

  list(source: string): void {
    const own = [...this.listed].filter((table) => table.source === source);
    const value = writeSourceTables({
      task,
      source: own[0]?.source ?? source,
      tables: tableTreeOf(own.map((table) => ({ target, table }))),
    });
    const key = `${dmPrefix('optimistic-source-tables', task)}${Buffer.from(source).toString('hex')}`;
    this.change([{ kind: 'put', key, value }]);
  }

  /** A table meets a DDL, if it applies to it. */
  report(table: UpstreamTable, ddl: string): void {
    const before = this.schemas.get(tableKey(task, table)) ?? first;
    const after = this.apply(before, ddl);
    if (after === null) return;
    this.schemas.set(tableKey(task, table), after);
    this.put(table, [ddl], before, [after]);
  }

  apply(schema: TableSchema, ddl: string): TableSchema | null {
    try {
      return applyStatement(schema, parseStatement(ddl));
    } catch {
      // Not every DDL of the pool fits every schema; such a one never reached a binlog.
      return null;
    }
  }

  put(table: UpstreamTable, ddls: readonly string[], before: TableSchema, after: readonly TableSchema[]): void {
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
    const key = formatDmKey({ kind: 'optimistic-operation', task, table });
    const stored = this.store.get(key);
    if (stored === null) return false;
    const operation = readOptimisticOperation(stored.value);
    if (operation.done) return false;
    this.change([{ kind: 'put', key, value: writeOptimisticOperation({ ...operation, done: true }) }]);
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
    else if (what === 18) this.losing = this.losing === 0 ? 4 : 0;
    else this.restart();
  }

  toggle(table: UpstreamTable): void {
    if (this.listed.has(table)) this.listed.delete(table);
    else this.listed.add(table);
    this.schemas.set(tableKey(task, table), this.schemas.get(tableKey(task, this.pick(tables))) ?? first);
    this.list(table.source);
  }

  restart(): void {
    this.coordinator.restart();
  }

  recovered(): CoordinatorState {
    const state = new CoordinatorState(LIMITS);
    recover(state, this.store.range(''), this.store.revision);
    return state;
  }
}

const SEEDS = process.env['LOCKSTEP_TEST_FULL'] === '1' ? 1_000 : 60;

describe('random histories of an optimistic lock', () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    'seed %i: a restart changes nothing when nothing is owed',
    (seed) => {
      const world = new World(randomOf(seed));
      for (let step = 0; step < 60; step += 1) {
        world.happen();
        if (world.losing > 0 || world.coordinator.state.outbox.size > 0) continue;
        expect({ seed, step, picture: pictureOf(world.recovered()) }).toEqual({
          seed,
          step,
          picture: pictureOf(world.coordinator.state),
        });
      }
    },
  );

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 10_000))(
    'seed %i: whatever is lost, nothing stays owed after a restart',
    (seed) => {
      const world = new World(randomOf(seed));
      for (let step = 0; step < 60; step += 1) world.happen();
      world.losing = 0;
      world.restart();
      for (let round = 0; round < 4; round += 1) for (const table of tables) world.acknowledge(table);
      const { state } = world.coordinator;
      const owed = [...state.outbox].map(({ kind }) => kind);
      expect({ seed, owed }).toEqual({ seed, owed: [] });
      const unanswered = [...state.tables.values()].filter((entry) => entry.target !== null && !entry.isAnswered);
      expect({ seed, unanswered: unanswered.map(({ key }) => key) }).toEqual({ seed, unanswered: [] });
    },
  );
});
