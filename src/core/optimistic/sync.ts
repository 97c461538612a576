import type { ErrorCode } from '../model/error-catalogue';
import { unreachable } from '../model/invariant';
import { compare, explainIncomparable } from '../table/compare';
import type { Incompatible } from '../table/ordering';
import { isShape } from '../table/shape';
import type { Shape } from '../table/shape';
import { checkColumn } from './column-check';
import type { ColumnChangeOf, ColumnFinding } from './column-check';
import { LockDraft } from './draft';
import type { ClosedConflict, LockMember, LockSchemas, OptimisticLock, TableSchemas } from './lock';

/** What an info asks of a lock. */
export interface SyncRequest {
  readonly ddls: readonly string[];
  readonly before: Shape;
  /** The schema after each DDL; as many as DDLs, at least one. */
  readonly after: readonly Shape[];
  /** The store's version of the info's key. */
  readonly version: number;
  readonly ignoreConflict: boolean;
}

/** What the coordinator answers an info. */
export interface Decision {
  /** DDLs to execute downstream; some, all or none of the info's. */
  readonly ddls: readonly string[];
  /** Columns that the info drops, as written. */
  readonly columns: readonly string[];
  /** Null: no conflict and no error. */
  readonly problem: DecisionProblem | null;
}

/** Why an info isn't simply executed. */
export interface DecisionProblem {
  readonly stage: 'detected' | 'skip and wait for redirect' | 'error';
  readonly code: ErrorCode;
  /** Why, in words. */
  readonly message: string;
}

/** A decision and what the lock will be with it. */
export interface SyncPlan {
  readonly decision: Decision;
  readonly schemas: LockSchemas;
  readonly caller: TableSchemas;
  /** Whether the other tables' conflicts are over: each gets a redirect. */
  readonly closesConflicts: boolean;
  /** Whether the caller has something new to carry out. */
  readonly reopens: boolean;
  readonly version: number;
}

/**
 * Decide an info of `member` (3-optimistic.md, *An info arrives*): which of its DDLs the downstream executes now, and why
 * not the others. Reads the lock, changes nothing.
 */
export function planSync(
  lock: OptimisticLock,
  member: LockMember,
  request: SyncRequest,
  columnChangeOf: ColumnChangeOf,
): SyncPlan {
  const draft = new LockDraft(lock, member);
  const decision = decide(draft, lock, member, request, columnChangeOf);
  if (decision.problem !== null) settle(draft, request, decision.problem.stage);
  const stage = decision.problem?.stage;
  return {
    decision,
    schemas: draft.schemas,
    caller: draft.caller,
    closesConflicts: draft.closesConflicts,
    reopens: decision.ddls.length > 0 || stage === 'detected' || stage === 'skip and wait for redirect',
    version: Math.max(member.version, request.version),
  };
}

/** Carry out a plan. The tables whose conflicts it closed, which get a redirect. */
export function applySync(lock: OptimisticLock, member: LockMember, plan: SyncPlan): ClosedConflict[] {
  const closed = plan.closesConflicts ? lock.closeConflicts() : [];
  lock.adopt(member, plan.caller.normal, plan.caller.conflict, plan.schemas);
  member.version = plan.version;
  if (plan.reopens) lock.setDone(member, false);
  const { decision } = plan;
  if (decision.problem === null) for (const column of decision.columns) lock.dropped.raise(member.key, column, 0);
  return closed.filter((other) => other.member !== member);
}

/** Judge the DDLs one by one until one has a problem. */
function decide(
  draft: LockDraft,
  lock: OptimisticLock,
  member: LockMember,
  request: SyncRequest,
  columnChangeOf: ColumnChangeOf,
): Decision {
  const ddls: string[] = [];
  const columns: string[] = [];
  let prev = request.before;
  for (const [index, post] of request.after.entries()) {
    const ddl = request.ddls[index] ?? '';
    const verdict = judge(draft, prev, post);
    if (verdict === 'skip') return { ddls, columns, problem: skipProblem(ddl, prev, post) };
    if (verdict === 'detected') return { ddls: [], columns: [], problem: detectedProblem(draft, ddl, prev, post) };
    const isPartiallyDropped = (column: string): boolean =>
      lock.dropped.has(member.key, column) || hasName(columns, column);
    const finding = findColumnChange(draft, columnChangeOf, { ddl, prev, post, isPartiallyDropped });
    const problem = columnProblem(ddl, finding);
    if (problem !== null) return { ddls: [], columns: [], problem };
    if (finding.kind === 'dropped') columns.push(finding.column);
    if (verdict === 'execute') ddls.push(ddl);
    prev = post;
  }
  return { ddls, columns, problem: null };
}

/** After an error the caller goes back to where it was; after an ignored conflict it is where the info says. */
function settle(draft: LockDraft, request: SyncRequest, stage: DecisionProblem['stage']): void {
  if (request.ignoreConflict) draft.place(request.after.at(-1) ?? request.before, null);
  else if (stage !== 'skip and wait for redirect') draft.place(request.before, null);
}

/** What becomes of one DDL: executed downstream; held, because another shard still needs the old shape; or in conflict. */
type Verdict = 'execute' | 'hold' | 'detected' | 'skip';

function judge(draft: LockDraft, prev: Shape, post: Shape): Verdict {
  const idempotent = draft.caller.normal !== prev && draft.caller.normal === post;
  draft.place(prev, null);
  return (
    (compare(prev, post) === 'incomparable' ? null : judgeNormal(draft, prev, post)) ??
    judgeConflict(draft, prev, post, idempotent)
  );
}

/** The verdict over a DDL between comparable schemas; null if the shards don't join with it. */
function judgeNormal(draft: LockDraft, prev: Shape, post: Shape): Verdict | null {
  const oldJoined = draft.schemas.normals.joined();
  draft.place(post, null);
  const newJoined = draft.schemas.normals.joined();
  if (!isShape(newJoined)) return null;
  if (draft.othersWait && draft.finalsAgree()) {
    draft.closeConflicts();
    return 'execute';
  }
  const widens = compare(prev, post) !== 'greater';
  return widens || oldJoined !== newJoined || post === oldJoined ? 'execute' : 'hold';
}

function judgeConflict(draft: LockDraft, prev: Shape, post: Shape, idempotent: boolean): Verdict {
  if (idempotent || draft.othersMoved(prev, post)) {
    draft.place(post, null);
    return 'execute';
  }
  draft.place(prev, post);
  if (!draft.conflictsAgree()) return 'detected';
  if (!draft.finalsAgree()) return 'skip';
  draft.closeConflicts();
  return 'execute';
}

function findColumnChange(
  draft: LockDraft,
  columnChangeOf: ColumnChangeOf,
  step: { ddl: string; prev: Shape; post: Shape; isPartiallyDropped: (column: string) => boolean },
): ColumnFinding {
  const change = columnChangeOf(step.ddl);
  if (change === null) return { kind: 'none' };
  const oldJoined = draft.normalsWith(step.prev).joined();
  const newJoined = draft.normalsWith(step.post).joined();
  if (!isShape(oldJoined) || !isShape(newJoined)) return { kind: 'none' };
  return checkColumn(change, { oldJoined, newJoined, post: step.post, isPartiallyDropped: step.isPartiallyDropped });
}

function hasName(names: readonly string[], name: string): boolean {
  return names.some((other) => other.toLowerCase() === name.toLowerCase());
}

function columnProblem(ddl: string, finding: ColumnFinding): DecisionProblem | null {
  const problem = (message: string): DecisionProblem => ({ stage: 'error', code: 'COLUMN_NOT_FULLY_DROPPED', message });
  switch (finding.kind) {
    case 'none':
    case 'dropped':
      return null;
    case 'unreadable':
      return problem(`${ddl} cannot be read: ${finding.message}`);
    case 'different-length':
      return problem(
        `${ddl} adds column ${finding.column} with a different field length: ${finding.lengths.join(' and ')}`,
      );
    case 'not-fully-dropped':
      return problem(
        `${ddl} adds column ${finding.column}, which this table has dropped and which isn't fully dropped downstream yet`,
      );
    default:
      return unreachable(finding);
  }
}

function skipProblem(ddl: string, prev: Shape, post: Shape): DecisionProblem {
  const why = describe(explainIncomparable(prev, post));
  return {
    stage: 'skip and wait for redirect',
    code: 'SKIP_AND_WAIT_FOR_REDIRECT',
    message: `${ddl} waits until the other tables follow, because rows of the old and the new shape don't fit one table${why}`,
  };
}

function detectedProblem(draft: LockDraft, ddl: string, prev: Shape, post: Shape): DecisionProblem {
  // Schemas that each follow from the one before may contradict those of other tables, or what these had before.
  const joins = [draft.schemas.conflicts, draft.schemas.finals, draft.normalsWith(post)].map((each) => each.joined());
  const [contradiction] = joins.flatMap((joined) => (joined === null || isShape(joined) ? [] : [joined]));
  const own = compare(prev, post) === 'incomparable' ? explainIncomparable(prev, post) : null;
  const why = describe(contradiction ?? own);
  return { stage: 'detected', code: 'CONFLICT_DETECTED', message: `${ddl} contradicts the DDLs of other tables${why}` };
}

function describe(reason: Incompatible | null): string {
  return reason === null ? '' : `: ${reason.path}: ${reason.reason}`;
}
