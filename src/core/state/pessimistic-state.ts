import type { LockId } from '../model/lock-id';
import { formatLockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { PessimisticOperation } from '../model/operation';
import type { PessimisticInfo } from '../model/pessimistic-info';
import type { BreakRecord, PessimisticLockRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import { sourceKey } from '../model/table-key';
import type { SourceKey } from '../model/table-key';
import type { PessimisticLock } from '../pessimistic/lock';
import type { DmShardMode } from '../wire/dm-subtask';

/** What is stored of one source of a pessimistic task: there is one info and one operation, whatever the table. */
export class SourceEntry {
  readonly key: SourceKey;
  info: PessimisticInfo | null = null;
  infoRevision: Revision = NO_REVISION;
  operation: PessimisticOperation | null = null;
  operationRevision: Revision = NO_REVISION;
  /** The revision at which the coordinator put its operation, which stays when the worker puts it back; 0: none. */
  putRevision: Revision = NO_REVISION;
  /** A person breaks it out of its wait; null: no. */
  mark: BreakRecord | null = null;
  markRevision: Revision = NO_REVISION;

  constructor(
    readonly task: TaskName,
    readonly source: SourceId,
  ) {
    this.key = sourceKey(task, source);
  }

  /** The lock that its info is for; null: it has none. */
  get infoLockId(): LockId | null {
    return this.info === null ? null : formatLockId(this.task, this.info.target);
  }

  /** Whether nothing of it is stored. */
  get isForgotten(): boolean {
    return this.info === null && this.operation === null && this.mark === null;
  }
}

/** A lock and what is known of it beside its machine. */
export interface HeldLock {
  readonly lock: PessimisticLock;
  /** Its record as it is stored; null: none is. The journal tells what it says, and no more. */
  told: PessimisticLockRecord | null;
  recordRevision: Revision;
}

/** The pessimistic part of the state. */
export class PessimisticState {
  readonly #locks = new Map<LockId, HeldLock>();
  readonly #locksByTask = new Map<TaskName, Map<LockId, HeldLock>>();
  readonly #sources = new Map<TaskName, Map<SourceId, SourceEntry>>();
  readonly #entries = new Map<SourceKey, SourceEntry>();
  /** What DM's subtask keys say: sources of a task and how their shards are merged. */
  readonly subtasks = new Map<TaskName, Map<SourceId, DmShardMode>>();
  /** When the running waits of manual actions end, by the action's ID. */
  readonly deadlines = new Map<string, number>();

  /** Every lock. */
  get locks(): ReadonlyMap<LockId, HeldLock> {
    return this.#locks;
  }

  /** The locks of a task. */
  locksOf(task: TaskName): Iterable<HeldLock> {
    return this.#locksByTask.get(task)?.values() ?? [];
  }

  /** Keep a lock, in the place of an earlier one of its ID. */
  addLock(held: HeldLock): void {
    const { id, task } = held.lock.origin;
    this.#locks.set(id, held);
    const ofTask = this.#locksByTask.get(task) ?? new Map<LockId, HeldLock>();
    this.#locksByTask.set(task, ofTask.set(id, held));
  }

  /** Forget a lock. */
  dropLock(held: HeldLock): void {
    const { id, task } = held.lock.origin;
    this.#locks.delete(id);
    const ofTask = this.#locksByTask.get(task);
    ofTask?.delete(id);
    if (ofTask?.size === 0) this.#locksByTask.delete(task);
  }

  /** What is stored of the sources of a task. */
  entriesOf(task: TaskName): Iterable<SourceEntry> {
    return this.#sources.get(task)?.values() ?? [];
  }

  /** What is stored of every source of every task. */
  get entries(): Iterable<SourceEntry> {
    return this.#entries.values();
  }

  /** What is stored of a source; undefined: nothing. */
  entry(key: SourceKey): SourceEntry | undefined {
    return this.#entries.get(key);
  }

  /** The entry of a source, made if there is none. */
  entryOf(task: TaskName, source: SourceId): SourceEntry {
    const key = sourceKey(task, source);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = new SourceEntry(task, source);
      this.#entries.set(key, entry);
      const ofTask = this.#sources.get(task) ?? new Map<SourceId, SourceEntry>();
      this.#sources.set(task, ofTask.set(source, entry));
    }
    return entry;
  }

  /** Forget an entry of which nothing is stored any more. */
  dropIfForgotten(entry: SourceEntry): void {
    if (!entry.isForgotten) return;
    this.#entries.delete(entry.key);
    const ofTask = this.#sources.get(entry.task);
    ofTask?.delete(entry.source);
    if (ofTask?.size === 0) this.#sources.delete(entry.task);
  }
}
