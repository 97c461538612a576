import { formatLockId } from '../model/lock-id';
import type { LockId } from '../model/lock-id';
import type { DownstreamTable, SourceId, TaskName } from '../model/names';
import type { KeptFormingGroup } from '../model/records';
import { quoteTable } from '../model/quote';
import { NO_REVISION } from '../model/revision';
import { taskSourceOfKey } from '../model/table-key';
import { onceARevision } from '../state/once-a-revision';
import { ddlsText, listText, sinceText } from './words';
import type { WaitReason } from './wait-reason';

/** A group inside one source that isn't complete. */
export interface FormingPart {
  readonly source: SourceId;
  readonly group: KeptFormingGroup;
}

/** A lock that will be: groups inside sources form, none is complete, so that no source has reported yet. */
export interface FormingLock {
  readonly lockId: LockId;
  readonly task: TaskName;
  readonly target: DownstreamTable;
  readonly parts: readonly FormingPart[];
}

/** The locks that will be, by their IDs. */
export const formingLocks = onceARevision((state): ReadonlyMap<LockId, FormingLock> => {
  const locks = new Map<LockId, FormingLock & { readonly parts: FormingPart[] }>();
  for (const [key, { formingGroups, revision }] of state.statuses) {
    if (formingGroups.length === 0 || !state.sessions.has(key)) continue;
    // Its report came after it said so: the group is complete.
    if ((state.attempts.get(key)?.revision ?? NO_REVISION) > revision) continue;
    const { task, source } = taskSourceOfKey(key);
    for (const group of formingGroups) {
      const lockId = formatLockId(task, group.target);
      if (state.pessimistic.locks.has(lockId)) continue;
      const lock = locks.get(lockId) ?? { lockId, task, target: group.target, parts: [] };
      locks.set(lockId, lock);
      lock.parts.push({ source, group });
    }
  }
  return locks;
});

/** When another of its tables last met the DDLs, in milliseconds. */
export function formingSinceMs({ parts }: FormingLock): number {
  return Math.max(...parts.map(({ group }) => group.sinceMs));
}

/** For which tables a lock waits that will be. */
export function formingWaits({ parts }: FormingLock): WaitReason[] {
  return parts.map(({ source, group }) => {
    const missing = group.unsynced.map(({ schema, table }) => quoteTable(schema, table));
    const met = group.synced.length;
    const sentence =
      `Inside source ${source} ${met} of ${met + missing.length} tables have met ${ddlsText(group.ddls)}${sinceText(group.sinceMs)}; ` +
      `these have not: ${listText(missing)}. Run the DDL on them; until then the source reports nothing.`;
    return { kind: 'shards-missing', sentence, source, table: null, sinceMs: group.sinceMs };
  });
}
