import { formatLockId, parseLockId } from '../model/lock-id';
import type { LockId } from '../model/lock-id';
import type { DecisionRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { TableKey } from '../model/table-key';
import { sourceKey, tableKey } from '../model/table-key';
import type { DropStage } from '../optimistic/dropped-columns';
import type { Shape } from '../table/shape';
import { readDecisionRecord } from '../wire/decision-record';
import { readDroppedColumnStage } from '../wire/dropped-column-stage';
import { readLockRecord } from '../wire/lock-record';
import { readOptimisticOperation } from '../wire/optimistic-operation';
import type { CoordinatorState } from './coordinator-state';
import { guardProblems } from './fold';
import type { KeyedChange } from './fold';
import { decideAgain } from './optimistic-again';
import { replaceInfo } from './optimistic-info';
import { lacksSchemas } from './optimistic-schemas';
import { leaveBehind, leaveRecord } from './optimistic-leaving';
import { createLock, joinTarget, restoreLock, settleLock } from './optimistic-membership';
import { markDone } from './optimistic-operation';
import { readPut } from './read-put';
import type { TableEntry } from './table-entry';

/** A decision record with the lock that it belongs to. */
interface FoundDecision {
  readonly lockId: LockId;
  readonly record: DecisionRecord;
  readonly revision: Revision;
}

/** What is read before anything is decided. */
class Findings {
  /** The record of each table under the lock that it is in. */
  readonly decisions = new Map<TableEntry, FoundDecision>();
  /** All records of each table; one that has moved, or left and come back, may have some of its past. */
  readonly records = new Map<TableEntry, FoundDecision[]>();
  readonly marks = new Map<
    LockId,
    { readonly table: TableKey; readonly column: string; readonly stage: DropStage }[]
  >();
  /** The lock that each info is for. */
  readonly targets = new Map<TableEntry, LockId>();
  /** Tables whose last info is for another target than their worker lists them for. */
  readonly misdirected = new Set<TableEntry>();
  /** Every schema that occurs, by its fingerprint. */
  readonly shapes = new Map<string, Shape>();

  addDecision(entry: TableEntry, found: FoundDecision): void {
    const records = this.records.get(entry);
    if (records === undefined) this.records.set(entry, [found]);
    else records.push(found);
  }

  /** Whether what is stored of a table under the lock is of its past. */
  isOfPast(entry: TableEntry, lockId: LockId): boolean {
    const found = this.records.get(entry)?.find((record) => record.lockId === lockId);
    return found !== undefined && this.decisions.get(entry) !== found;
  }

  addShape(shape: Shape): void {
    this.shapes.set(shape.fingerprint, shape);
  }
}

/**
 * Rebuild the optimistic locks. Source tables and registered schemas are in the state already. What a decision record
 * answers is restored as recorded; all else is decided in the order of revisions, as it would have been.
 */
export function recoverOptimistic(state: CoordinatorState, values: readonly KeyedChange[]): void {
  const findings = new Findings();
  for (const value of values) guardProblems(state, value.change, () => readValue(state, value, findings));
  for (const { initial } of state.tables.values()) if (initial !== null) findings.addShape(initial);
  for (const [entry, records] of findings.records) {
    for (const found of records) joinUnlisted(state, entry, found);
    chooseDecision(state, entry, records, findings);
  }
  for (const [entry, lockId] of findings.targets) forgetFormerRoute(state, entry, lockId);
  for (const value of values) guardProblems(state, value.change, () => restoreLockRecord(state, value, findings));
  for (const [entry, found] of findings.decisions) restoreDecision(state, entry, found, findings);
  createMissingLocks(state);
  restoreMarks(state, findings);
  replay(state, findings);
  for (const target of state.targets.values()) settleLock(state, target);
  for (const [entry, records] of findings.records)
    for (const found of records) forgetIfLeft(state, entry, found, findings);
}

function readValue(state: CoordinatorState, { key, change }: KeyedChange, findings: Findings): void {
  if (change.kind === 'delete') return;
  switch (key.kind) {
    case 'optimistic-info': {
      const entry = state.entryOf(key.task, key.table);
      replaceInfo(state, entry, null, change.modRevision, change.version);
      state.unreadable.add(entry);
      const info = state.caches.readInfo(change.value, change.key);
      state.unreadable.delete(entry);
      replaceInfo(state, entry, state.caches.info(info), change.modRevision, change.version);
      findings.targets.set(entry, formatLockId(key.task, info.target));
      for (const known of [info.before, ...info.after]) if (known !== null) findings.addShape(known.shape);
      // An info that came after the source's tables were put last has added its table; an earlier one is of a table that left.
      const revision = state.sourceTablesRevision(key.task, key.table.source);
      if (revision === NO_REVISION || change.modRevision < revision) return;
      if (entry.isListedElsewhere(formatLockId(key.task, info.target))) findings.misdirected.add(entry);
      else joinTarget(state, entry, state.targetOf(key.task, info.target), 'info');
      return;
    }
    case 'optimistic-operation': {
      const entry = state.entryOf(key.task, key.table);
      entry.operationRevision = change.modRevision;
      const { lockId, ddls, stage, message, done, columns } = readOptimisticOperation(change.value, change.key);
      entry.operation = state.caches.operation({ lockId, ddls, stage, message, done, columns });
      if (!done) entry.putRevision = change.modRevision;
      return;
    }
    case 'dropped-column': {
      const marks = findings.marks.get(key.lockId) ?? [];
      findings.marks.set(key.lockId, marks);
      const { task } = parseLockId(key.lockId);
      marks.push({
        table: tableKey(task, key.table),
        column: key.column,
        stage: readDroppedColumnStage(change.value, change.key),
      });
      return;
    }
    case 'decision': {
      const record = readPut(state, change, readDecisionRecord);
      if (record === null) return;
      const entry = state.entryOf(parseLockId(key.lockId).task, key.table);
      for (const schema of [record.schema, record.conflictSchema])
        if (schema !== undefined) findings.addShape(state.caches.schemas.read(schema).shape);
      findings.addDecision(entry, { lockId: key.lockId, record, revision: change.modRevision });
      return;
    }
    default:
      return;
  }
}

/** A table that its worker never listed, whose source has no source tables at all: its decision says that it took part. */
function joinUnlisted(state: CoordinatorState, entry: TableEntry, { lockId, record }: FoundDecision): void {
  const isListed = entry.membership !== 'none' || state.sourceTablesRevision(entry.task, entry.source) !== NO_REVISION;
  // By hand its info was asked to be decided once more.
  const isOfInfo = record.infoRevision === entry.infoRevision || record.by === 'retry';
  if (isListed || entry.info === null || !isOfInfo) return;
  joinTarget(state, entry, state.targetOf(entry.task, parseLockId(lockId).target), 'info');
}

/** The record under the lock of its target is the table's; others are of its past. */
function chooseDecision(
  state: CoordinatorState,
  entry: TableEntry,
  records: readonly FoundDecision[],
  findings: Findings,
): void {
  const found = records.find(({ lockId }) => lockId === entry.target?.lockId);
  if (found === undefined || findings.misdirected.has(entry) || isOfFormerListing(state, entry, found)) return;
  const { record, revision } = found;
  entry.decisionRevision = revision;
  entry.decidedRevision = record.infoRevision;
  entry.decidedAtMs = record.atMs;
  entry.putRevision = record.operationRevision ?? revision;
  findings.decisions.set(entry, found);
}

/**
 * Whether a record is of a table's life before its source was removed, and listed again before anybody deleted the record:
 * it answers no info that is stored, and is older than the listing.
 */
function isOfFormerListing(state: CoordinatorState, entry: TableEntry, { record, revision }: FoundDecision): boolean {
  const since = state.sourceTables.get(sourceKey(entry.task, entry.source))?.since ?? NO_REVISION;
  return revision < since && record.infoRevision !== entry.infoRevision;
}

/** An info for another target than the table routes to now is of its past. */
function forgetFormerRoute(state: CoordinatorState, entry: TableEntry, lockId: LockId): void {
  if (entry.target === null || entry.target.lockId === lockId) return;
  const { operation, operationRevision } = entry;
  leaveBehind(state, entry, lockId, { incarnation: null, decisionRevision: NO_REVISION, columns: [] });
  state.leaving.mark(entry.key, entry.infoRevision);
  if (operationRevision > entry.infoRevision) entry.operation = operation;
}

function restoreLockRecord(state: CoordinatorState, { key, change }: KeyedChange, findings: Findings): void {
  if (key.kind !== 'lock' || change.kind === 'delete') return;
  const record = readPut(state, change, readLockRecord);
  if (record?.mode !== 'optimistic') return;
  const initial = state.caches.schemas.read(record.initial).shape;
  findings.addShape(initial);
  restoreLock(state, state.targetOf(record.task, record.target), { ...record, initial });
}

/** Put a table where its decision record says; a record of a lock that isn't there says nothing. */
function restoreDecision(
  state: CoordinatorState,
  entry: TableEntry,
  { lockId, record }: FoundDecision,
  findings: Findings,
): void {
  const lock = state.targets.get(lockId)?.lock;
  if (lock != null && entry.target?.lockId === lockId && entry.member === null && state.isExcluded(entry)) {
    return setAside(state, entry, record, lock.lock.origin.initial, findings);
  }
  if (lock == null || entry.target?.lockId !== lockId || entry.member === null) {
    entry.decidedRevision = NO_REVISION;
    return;
  }
  const normal = findings.shapes.get(record.normal) ?? entry.info?.before?.shape ?? entry.member.normal;
  const conflict = record.conflict === null ? null : (findings.shapes.get(record.conflict) ?? null);
  lock.lock.place(entry.member, normal, conflict);
  lock.lock.setDone(entry.member, record.done);
  if (entry.isAnswered) entry.member.version = entry.infoVersion;
  lock.progressAtMs = Math.max(lock.progressAtMs ?? 0, record.atMs);
}

/** A table that was left out of its lock by hand comes back as its record has it. */
function setAside(
  state: CoordinatorState,
  entry: TableEntry,
  record: DecisionRecord,
  initial: Shape,
  findings: Findings,
): void {
  const normal = findings.shapes.get(record.normal) ?? entry.info?.before?.shape ?? initial;
  const conflict = record.conflict === null ? null : (findings.shapes.get(record.conflict) ?? null);
  const version = entry.isAnswered ? entry.infoVersion : 0;
  state.setAside.set(entry.key, { normal, conflict, done: record.done, version, marks: [] });
}

/** Locks of which no record was written: their first info tells the initial schema. */
function createMissingLocks(state: CoordinatorState): void {
  const undecided = [...state.tables.values()].filter(
    (entry) => isUndecided(state, entry) && entry.info?.before != null,
  );
  for (const entry of undecided.sort((a, b) => a.infoRevision - b.infoRevision)) {
    const before = entry.info?.before ?? null;
    if (before === null || entry.target === null || entry.target.lock !== null) continue;
    if (!lacksSchemas(state, entry.target)) createLock(state, entry.target, entry, before.shape);
  }
}

function restoreMarks(state: CoordinatorState, findings: Findings): void {
  for (const [lockId, marks] of findings.marks) {
    const dropped = state.targets.get(lockId)?.lock?.lock.dropped;
    for (const { table, column, stage } of marks) {
      const entry = state.tables.get(table);
      if (entry?.target?.lockId !== lockId || findings.isOfPast(entry, lockId)) continue;
      // A table that is left out of the lock drops nothing in it.
      if (entry.member !== null) dropped?.raise(table, column, stage);
      const aside = state.setAside.get(table);
      if (aside !== undefined) state.setAside.set(table, { ...aside, marks: [...aside.marks, { column, stage }] });
    }
  }
}

/** Do again, in the order of revisions, what no record tells. */
function replay(state: CoordinatorState, findings: Findings): void {
  const late: TableEntry[] = [];
  const events: { readonly revision: Revision; readonly run: () => void }[] = [];
  for (const entry of state.tables.values()) {
    if (isUndecided(state, entry)) {
      const isRetried = findings.decisions.get(entry)?.record.by === 'retry';
      events.push({ revision: entry.infoRevision, run: () => decideAgain(state, entry, isRetried) });
    }
    const { operation } = entry;
    if (operation?.done !== true || entry.operationRevision <= entry.decisionRevision) continue;
    if (isOfFormerLock(entry)) continue;
    // Where DM wrote the store nothing tells which info a finished operation answers: it counts after all infos.
    if (findings.decisions.has(entry))
      events.push({ revision: entry.operationRevision, run: () => markDone(state, entry, operation) });
    else late.push(entry);
  }
  for (const { run } of events.sort((a, b) => a.revision - b.revision)) run();
  for (const entry of late) if (entry.operation !== null) markDone(state, entry, entry.operation);
}

/** An operation may outlive its lock. Where DM wrote the store nobody knows when a lock was made. */
function isOfFormerLock({ target, operationRevision }: TableEntry): boolean {
  const held = target?.lock ?? null;
  return held !== null && held.recorded && operationRevision < held.lock.origin.incarnation;
}

function isUndecided(state: CoordinatorState, entry: TableEntry): boolean {
  return entry.target !== null && !entry.isAnswered && !state.isExcluded(entry);
}

/** A table that left while nobody was there to delete what was stored of it. */
function forgetIfLeft(state: CoordinatorState, entry: TableEntry, found: FoundDecision, findings: Findings): void {
  if (findings.decisions.get(entry) === found) return;
  const { lockId, revision } = found;
  const columns = (findings.marks.get(lockId) ?? [])
    .filter(({ table }) => table === entry.key)
    .map(({ column }) => column);
  const incarnation = state.targets.get(lockId)?.lock?.lock.origin.incarnation ?? null;
  const left = { incarnation, decisionRevision: revision, columns };
  if (entry.target === null) return leaveBehind(state, entry, lockId, left);
  leaveRecord(state, entry, lockId, left);
}
