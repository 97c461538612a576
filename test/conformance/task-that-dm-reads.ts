/**
 * DM's own pattern is unanchored and works within one line: of a text with line breaks it takes the first line that
 * holds a lock ID, and the part after it doesn't count.
 */
const DM_LOCK_ID = /(?<task>[^\n]*)-`[^\n]*`[^\n]`[^\n]*`/u;

/**
 * The task that DM takes a lock ID to belong to; null if DM sees none. Equal to the task of `parseLockId` wherever that
 * accepts a text of one line; this one is for repeating what DM does with a text that it was given.
 */
export function taskThatDmReads(lockId: string): string | null {
  const task = DM_LOCK_ID.exec(lockId)?.groups?.['task'] ?? '';
  return task === '' ? null : task;
}
