import { invariant } from '../model/invariant';
import type { Revision } from '../model/revision';
import type { ClosedConflict } from '../optimistic/lock';
import { applySync, planSync } from '../optimistic/sync';
import type { Decision, DecisionProblem, SyncRequest } from '../optimistic/sync';
import type { Shape } from '../table/shape';
import type { CoordinatorState } from './coordinator-state';
import { createLock, settleLock } from './optimistic-membership';
import { holdReport, lacksSchemas } from './optimistic-schemas';
import { oweRedirects, settleRedirect } from './optimistic-redirect';
import type { InfoContent, TableEntry } from './table-entry';

/**
 * Decide the info of `entry`, which belongs to its target already (3-optimistic.md, *An info arrives* and *Handling an info
 * in the coordinator*). The lock changes now; the answer is owed from now on. An info without a schema before its DDLs
 * makes no lock and gets no operation, nor does one of a source that is left out of the task: both stay visible as waiting.
 * @param silent record the decision, but put no operation
 */
export function decideInfo(state: CoordinatorState, entry: TableEntry, silent = false): void {
  const { info, target } = entry;
  invariant(info !== null && target !== null, 'a decided info has a target');
  if (info.before === null || state.isExcluded(entry)) return;
  if (lacksSchemas(state, target)) return holdReport(state, target, entry);
  const held = target.lock ?? createLock(state, target, entry, info.before.shape);
  const { member } = entry;
  invariant(member !== null, 'every table of a target is a member of its lock');
  let decision: Decision;
  let redirects: readonly ClosedConflict[] = [];
  const inconsistent = inconsistency(info);
  if (inconsistent === null) {
    const request = requestOf(info, info.before.shape, entry.infoVersion);
    const plan = planSync(held.lock, member, request, (ddl) => state.caches.columnChangeOf(ddl));
    redirects = applySync(held.lock, member, plan);
    decision = plan.decision;
  } else {
    decision = { ddls: [], columns: [], problem: inconsistent };
  }
  const isSilent = silent || info.ignoreConflict;
  // A worker of the API pauses until a person has acted, and what that needs would go with the lock; DM's lock goes.
  if (decision.problem?.stage === 'error' && entry.attempt !== null && !isSilent) held.lock.setDone(member, false);
  state.answers.set(entry.key, {
    infoRevision: entry.infoRevision,
    decision,
    normal: member.normal,
    conflict: member.conflict,
    silent: isSilent,
  });
  oweRedirects(state, entry.key, redirects);
  state.outbox.ask({ kind: 'answer', table: entry.key });
  settleLock(state, target);
}

/** What the stored info of `entry` asks of its lock; null: there is none, or it can't be judged. */
export function syncRequestOf({ info, infoVersion }: TableEntry): SyncRequest | null {
  if (info?.before == null || inconsistency(info) !== null) return null;
  return requestOf(info, info.before.shape, infoVersion);
}

function requestOf({ ddls, after, ignoreConflict }: InfoContent, before: Shape, version: number): SyncRequest {
  return { ddls, before, after: after.map(({ shape }) => shape), version, ignoreConflict };
}

/** Why the info can't be judged at all; null: it can. */
function inconsistency({ ddls, after }: InfoContent): DecisionProblem | null {
  if (ddls.length > 0 && ddls.length === after.length) return null;
  return {
    stage: 'error',
    code: 'INCONSISTENT_INFO',
    message: `the info has ${ddls.length} DDLs and ${after.length} schemas after them; it needs one schema after each DDL`,
  };
}

/** A new info of `entry` has come: whatever was owed for the one before is void. */
export function replaceInfo(
  state: CoordinatorState,
  entry: TableEntry,
  content: InfoContent | null,
  revision: Revision,
  version: number,
): void {
  entry.info = content;
  entry.infoRevision = revision;
  entry.infoVersion = version;
  state.answers.delete(entry.key);
  state.outbox.settle({ kind: 'answer', table: entry.key });
  // Its answer will tell more than that it joined.
  if (content !== null) state.outbox.settle({ kind: 'record-member', table: entry.key });
  settleRedirect(state, entry.key);
}
