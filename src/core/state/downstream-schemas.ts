import type { LockId } from '../model/lock-id';
import type { TaskName } from '../model/names';
import type { DownstreamRecord } from '../model/records';
import type { TableKey } from '../model/table-key';
import { HeldReports } from './held-reports';
import type { TableEntry } from './table-entry';

/**
 * What is known of table schemas that stand in a task's downstream, in DM's checkpoint table: for which tasks they are read,
 * whose reports wait for them, and, where this server leads, what it has asked for and got.
 */
export class DownstreamSchemas {
  /** The tasks that this server can read, with the schema of DM's own tables: what a leader records. */
  configured: ReadonlyMap<TaskName, string> = new Map();
  /** The tasks that are read, as recorded: so every server waits for the same. */
  readonly recorded = new Map<TaskName, DownstreamRecord>();
  /** The reports that wait for schemas, by their locks, there or yet to be made. */
  readonly held = new Map<LockId, HeldReports>();
  /** What the shell was asked to read, and hasn't brought. */
  readonly asked = new Set<TableKey>();
  /** What it brought, until the record of it comes back; null: there is no checkpoint of the table. */
  readonly found = new Map<TableKey, string | null>();
  /** Why a task's downstream can't be read now. */
  readonly failures = new Map<TaskName, string>();

  /** The report of `entry` to a lock waits. */
  hold(lockId: LockId, entry: TableEntry): void {
    const held = this.held.get(lockId) ?? new HeldReports();
    this.held.set(lockId, held);
    held.add(entry);
  }

  /** This server doesn't lead any more: what it has read isn't written by it. */
  forgetReading(): void {
    this.asked.clear();
    this.found.clear();
    this.failures.clear();
  }
}
