import type { BlockingStage } from '../../model/conflict-stage';
import type { DownstreamTable, TaskName, UpstreamTable } from '../../model/names';
import { formatLockId } from '../../model/lock-id';
import { NO_REVISION } from '../../model/revision';
import { invariant } from '../../model/invariant';
import { tableKey } from '../../model/table-key';
import type { TableKey } from '../../model/table-key';
import { OptimisticLock } from '../../optimistic/lock';
import type { ClosedConflict, LockMember } from '../../optimistic/lock';
import type { DropMark } from '../../optimistic/dropped-columns';
import { applySync, planSync } from '../../optimistic/sync';
import type { Decision } from '../../optimistic/sync';
import type { ContentCache } from '../../state/content-cache';
import { ShapeCounts } from '../../table/shape-counts';
import type { Shape } from '../../table/shape';
import type { TableSchema } from '../../table/table-schema';

/** An upstream table at the beginning of a rollout. */
export interface StartingTable {
  readonly table: UpstreamTable;
  readonly schema: TableSchema;
  /** What it would be after a DDL in conflict; null: no open conflict. */
  readonly conflict: TableSchema | null;
  readonly done: boolean;
  readonly marks: readonly DropMark[];
  /** It waits already, with these DDLs. */
  readonly waiting: { readonly stage: BlockingStage; readonly ddls: readonly string[] } | null;
}

/** A table as the rollout goes on. */
export interface Row {
  readonly key: TableKey;
  readonly table: UpstreamTable;
  /** As its worker knows it: of what it skips it knows nothing. */
  schema: TableSchema;
  member: LockMember | null;
  /** Statements that it skipped, and runs after a redirect. */
  skipped: string[];
  /** Why it doesn't go on until a person decides; null: it goes on. */
  stopped: 'detected' | 'error' | null;
}

/**
 * A lock that isn't in any state, to try statements on: the very machine of `core/optimistic`, with workers that carry out
 * at once what they are told.
 */
export class ScratchLock {
  readonly rows = new Map<TableKey, Row>();
  #lock: OptimisticLock | null = null;
  #version = 0;

  constructor(
    private readonly caches: ContentCache,
    private readonly task: TaskName,
    private readonly target: DownstreamTable,
    tables: readonly StartingTable[],
    isLocked: boolean,
  ) {
    for (const start of tables) this.#addRow(start);
    if (isLocked) this.#restore(tables);
  }

  /** The lock as it is; null: there is none. */
  get lock(): OptimisticLock | null {
    return this.#lock;
  }

  /** The row of a table; undefined: it isn't one of the rollout. */
  rowOf(table: UpstreamTable): Row | undefined {
    return this.rows.get(tableKey(this.task, table));
  }

  /** The table of `row` reports, and its worker does what it is told. */
  report(
    row: Row,
    ddls: readonly string[],
    after: readonly TableSchema[],
  ): { readonly decision: Decision; readonly closed: readonly ClosedConflict[] } {
    const before = this.caches.shapes.intern(row.schema);
    const lock = (this.#lock ??= this.#newLock(before));
    const { member } = row;
    invariant(member !== null, 'every table of the rollout is a member of its lock');
    this.#version += 1;
    const request = {
      ddls,
      before,
      after: after.map((schema) => this.caches.shapes.intern(schema)),
      version: this.#version,
      ignoreConflict: false,
    };
    const plan = planSync(lock, member, request, (ddl) => this.caches.columnChangeOf(ddl));
    const closed = applySync(lock, member, plan);
    if (plan.decision.problem === null) this.#carryOut(lock, member, plan.decision);
    return { decision: plan.decision, closed };
  }

  /** Whether the lock has just ended; then the next report makes a new one. */
  endIfResolved(): boolean {
    if (this.#lock?.resolved !== true) return false;
    this.#lock = null;
    for (const row of this.rows.values()) row.member = null;
    return true;
  }

  #addRow({ table, schema, waiting }: StartingTable): void {
    const key = tableKey(this.task, table);
    const stage = waiting?.stage ?? null;
    const skips = stage === 'skip and wait for redirect';
    const stopped = stage === null || skips ? null : stage;
    this.rows.set(key, { key, table, schema, member: null, skipped: skips ? [...(waiting?.ddls ?? [])] : [], stopped });
  }

  #restore(tables: readonly StartingTable[]): void {
    const [first] = tables;
    if (first === undefined) return;
    const intern = (schema: TableSchema): Shape => this.caches.shapes.intern(schema);
    const lock = this.#newLock(intern(first.schema));
    for (const { table, schema, conflict, done, marks } of tables) {
      const member = this.rowOf(table)?.member;
      if (member == null) continue;
      lock.place(member, intern(schema), conflict === null ? null : intern(conflict));
      lock.setDone(member, done);
      for (const { column, stage } of marks) lock.dropped.raise(member.key, column, stage);
    }
    this.#lock = lock;
  }

  #newLock(initial: Shape): OptimisticLock {
    const { task, target, caches } = this;
    const origin = { id: formatLockId(task, target), task, target, incarnation: NO_REVISION, initial };
    const lock = new OptimisticLock(origin, ShapeCounts.empty(caches.shapes));
    for (const row of this.rows.values()) row.member = lock.add(row.key, caches.shapes.intern(row.schema));
    return lock;
  }

  /** What an acknowledgement does: the drops move on, and the table is done. */
  #carryOut(lock: OptimisticLock, member: LockMember, { ddls, columns }: Decision): void {
    const executed = new Set(
      ddls.flatMap((ddl) => {
        const change = this.caches.columnChangeOf(ddl);
        return change?.kind === 'drop' ? [change.column.toLowerCase()] : [];
      }),
    );
    for (const column of columns) {
      lock.dropped.raise(member.key, column, executed.has(column.toLowerCase()) ? 2 : 1);
      if (lock.dropped.isComplete(column)) lock.dropped.forget(column);
    }
    lock.setDone(member, true);
  }
}
