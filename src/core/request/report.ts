import type { CharacterSet } from '../ddl/tracker';
import { formatLockId } from '../model/lock-id';
import type { LockId } from '../model/lock-id';
import { parseUpstreamTable } from '../model/names';
import type { DownstreamTable } from '../model/names';
import type { AttemptRecord } from '../model/records';
import type { Revision } from '../model/revision';
import type { Compare, Mutation } from '../model/store';
import { sourceKey, tableKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import type { Attempt } from '../state/table-entry';
import { taskUnchanged } from '../state/task-sources';
import { fingerprintOf, fingerprintText } from '../table/fingerprint';
import { writeAttemptRecord } from '../wire/attempt-record';
import { formatDmKey } from '../wire/dm-keys';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writeOptimisticInfo } from '../wire/optimistic-info';
import { writePessimisticInfo } from '../wire/pessimistic-info';
import { answer, refuse } from './request-plan';
import type { RequestPlan } from './request-plan';
import { inField, readReportedTable, trackReportedDdls } from './reported-schema';
import type { ReportedSchema } from './reported-schema';
import { checkSession } from './session';
import type { SessionRef } from './session';
import { excludedSource, removedTask, wrongMode } from './task-refusals';

/** How many attempts before the last are remembered for each table or source. */
const FORMER_ATTEMPTS = 8;

/** An upstream table met DDLs (optimistic). */
export interface InfoReport {
  readonly schema: string;
  readonly table: string;
  readonly target: DownstreamTable;
  /** DDLs that name the target. */
  readonly ddls: readonly string[];
  /** The table's schema before the first DDL, as `CREATE TABLE`. */
  readonly createTableBefore: string;
  /** The schemas after each DDL as `CREATE TABLE`; null: they follow from the DDLs. */
  readonly createTablesAfter: readonly string[] | null;
  readonly ignoreConflict: boolean;
  /** Unique per reading of these DDLs at their position; a repetition writes nothing. */
  readonly attempt: string;
}

/** All shards of a source met DDLs (pessimistic). */
export interface SourceInfoReport {
  readonly target: DownstreamTable;
  readonly ddls: readonly string[];
  readonly attempt: string;
}

/** What a report answers: the revision of the info, from which the worker waits for its operation. */
export interface ReportedInfo {
  readonly lockId: LockId;
  readonly revision: Revision;
  /** The same attempt was reported before: nothing was written. */
  readonly repeated: boolean;
}

/** Store the info of a table. @throws LockstepError of the schemas and DDLs */
export function planReportInfo(
  state: CoordinatorState,
  ref: SessionRef,
  report: InfoReport,
  nowMs: number,
  defaults?: CharacterSet,
): RequestPlan<ReportedInfo> {
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  const refused = removedTask(state, ref) ?? excludedSource(state, ref) ?? wrongMode(state, ref, 'optimistic');
  if (refused !== null) return refused;
  const { task } = ref;
  const table = parseUpstreamTable(ref.source, report.schema, report.table);
  const lockId = formatLockId(task, report.target);
  const { attempt, ...content } = report;
  const fingerprint = contentFingerprint(content);
  const entry = state.tables.get(tableKey(task, table));
  const known = entry?.attempt ?? null;
  const repeated = repeatedReport(known, attempt, fingerprint, lockId);
  if (repeated !== null) return repeated;
  if (entry?.isListedElsewhere(lockId) === true) {
    const message = `table ${report.schema}.${report.table} of source ${ref.source} is listed for lock ${entry.target?.lockId}, not for ${lockId}`;
    return refuse('INVALID_INPUT', message, { field: 'target' });
  }
  const read = (sql: string, field: string): ReportedSchema =>
    inField(field, () => readReportedTable(state.caches, sql, report.table, defaults));
  const before = read(report.createTableBefore, 'createTableBefore');
  const after =
    report.createTablesAfter?.map((sql, index) => read(sql, `createTablesAfter[${index}]`)) ??
    trackReportedDdls(state.caches, before, report.ddls, report.target);
  const { target, ddls, ignoreConflict } = report;
  const value = writeOptimisticInfo({ task, table, target, ddls, before, after, ignoreConflict }, (columns) =>
    state.caches.writeColumns(columns),
  );
  const attemptKey = formatLockstepKey({ kind: 'attempt', task, table });
  return {
    kind: 'write',
    compares: [...checked.compares, taskUnchanged(state, task), reportUnchanged(attemptKey, known)],
    mutations: [
      { kind: 'put', key: formatDmKey({ kind: 'optimistic-info', task, table }), value },
      attemptPut(attemptKey, known, { attempt, atMs: nowMs, content: fingerprint }),
    ],
    answer: (revision) => ({ lockId, revision, repeated: false }),
  };
}

/**
 * Store the info of a source (4-pessimistic.md, *Worker side*): only if its previous operation is absent or not done, else
 * it must wait until that is deleted.
 */
export function planReportSourceInfo(
  state: CoordinatorState,
  ref: SessionRef,
  report: SourceInfoReport,
  nowMs: number,
): RequestPlan<ReportedInfo> {
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  const refused = removedTask(state, ref) ?? excludedSource(state, ref) ?? wrongMode(state, ref, 'pessimistic');
  if (refused !== null) return refused;
  const { task, source } = ref;
  const lockId = formatLockId(task, report.target);
  const { attempt, ...content } = report;
  const fingerprint = contentFingerprint(content);
  const known = state.attempts.get(sourceKey(task, source)) ?? null;
  const repeated = repeatedReport(known, attempt, fingerprint, lockId);
  if (repeated !== null) return repeated;
  const previous = state.pessimistic.entry(sourceKey(task, source));
  if (previous?.operation?.done === true) {
    return refuse(
      'PREVIOUS_OPERATION_PENDING',
      `the operation of source ${source} for lock ${previous.operation.lockId} isn't cleared yet`,
      { task, source },
    );
  }
  const attemptKey = formatLockstepKey({ kind: 'source-attempt', task, source });
  return {
    kind: 'write',
    compares: [
      ...checked.compares,
      taskUnchanged(state, task),
      reportUnchanged(attemptKey, known),
      {
        kind: 'modRevision',
        key: formatDmKey({ kind: 'pessimistic-operation', task, source }),
        operator: '=',
        value: previous?.operationRevision ?? 0,
      },
    ],
    mutations: [
      {
        kind: 'put',
        key: formatDmKey({ kind: 'pessimistic-info', task, source }),
        value: writePessimisticInfo({ task, source, target: report.target, ddls: report.ddls }),
      },
      attemptPut(attemptKey, known, { attempt, atMs: nowMs, content: fingerprint }),
    ],
    answer: (revision) => ({ lockId, revision, repeated: false }),
  };
}

function contentFingerprint(content: object): string {
  return fingerprintText(fingerprintOf(JSON.stringify(content)));
}

/**
 * The compare that nothing was reported since the state's last report: of two equal requests at once only one writes, and
 * the other finds out.
 */
function reportUnchanged(key: string, known: Attempt | null): Compare {
  return { kind: 'modRevision', key, operator: '<', value: (known?.revision ?? 0) + 1 };
}

/** Remember the attempt, and that those before it are over. */
function attemptPut(key: string, known: Attempt | null, reported: Omit<AttemptRecord, 'former'>): Mutation {
  const former = known === null ? [] : [...known.former, attemptFingerprint(known.attempt)].slice(-FORMER_ATTEMPTS);
  return { kind: 'put', key, value: writeAttemptRecord({ ...reported, former }) };
}

function attemptFingerprint(attempt: string): string {
  return fingerprintText(fingerprintOf(attempt));
}

function repeatedReport(
  known: Attempt | null,
  attempt: string,
  content: string,
  lockId: LockId,
): RequestPlan<ReportedInfo> | null {
  if (known?.former.includes(attemptFingerprint(attempt)) === true)
    return refuse('IDEMPOTENCY_KEY_REUSED', `attempt ${attempt} comes late: a newer report is stored`, { attempt });
  if (known?.attempt !== attempt) return null;
  if (known.content !== content)
    return refuse('IDEMPOTENCY_KEY_REUSED', `attempt ${attempt} was used for another report`, { attempt });
  return answer({ lockId, revision: known.revision, repeated: true });
}
