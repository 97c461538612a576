import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { PessimisticOperation } from '../model/operation';
import type { PessimisticInfo } from '../model/pessimistic-info';
import type { TaskRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import { taskSourceOfKey } from '../model/table-key';
import type { SourceKey } from '../model/table-key';
import type { DmShardMode } from '../wire/dm-subtask';
import type { HeldLock } from './held-lock';
import { LockContents } from './lock-contents';
import { SourceEntry } from './source-entry';

/** What is known of the sources of a task. */
export interface TaskSources {
  /** Without those that were left out. */
  readonly sources: readonly SourceId[];
  /** Whether this is known to be all of them, and any at all (deviation P10). */
  readonly declared: boolean;
  readonly excluded: ReadonlySet<SourceId>;
  /** The record that says so; null: DM's subtask keys do. */
  readonly record: TaskRecord | null;
}

/** What is stored that names one lock. */
interface OfLock {
  infos: number;
  readonly operations: Set<SourceEntry>;
  /** Those of them that say to execute, and aren't done. */
  readonly executing: Set<SourceEntry>;
}

const NOBODY: ReadonlySet<SourceEntry> = new Set();

/** The pessimistic part of the state. */
export class PessimisticState {
  readonly #locks = new Map<LockId, HeldLock>();
  readonly #locksByTask = new Map<TaskName, Map<LockId, HeldLock>>();
  readonly #sources = new Map<TaskName, Map<SourceId, SourceEntry>>();
  readonly #stored = new Map<LockId, OfLock>();
  readonly #contents = new LockContents();
  /** What DM's subtask keys say: sources of a task and how their shards are merged. */
  readonly subtasks = new Map<TaskName, Map<SourceId, DmShardMode>>();
  /** What was last found out about the sources of each task; `taskSourcesOf` sees to it that it is true. */
  readonly taskSources = new Map<TaskName, TaskSources>();
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
    return [...this.#sources.values()].flatMap((ofTask) => [...ofTask.values()]);
  }

  /** What is stored of a source; undefined: nothing. */
  entry(key: SourceKey): SourceEntry | undefined {
    const { task, source } = taskSourceOfKey(key);
    return this.find(task, source);
  }

  /** What is stored of a source of a task; undefined: nothing. */
  find(task: TaskName, source: SourceId): SourceEntry | undefined {
    return this.#sources.get(task)?.get(source);
  }

  /** The entry of a source, made if there is none. */
  entryOf(task: TaskName, source: SourceId): SourceEntry {
    let entry = this.find(task, source);
    if (entry === undefined) {
      entry = new SourceEntry(task, this.#nameOf(task, source));
      const ofTask = this.#sources.get(task) ?? new Map<SourceId, SourceEntry>();
      this.#sources.set(task, ofTask.set(entry.source, entry));
    }
    return entry;
  }

  /** Forget an entry of which nothing is stored any more. */
  dropIfForgotten(entry: SourceEntry): void {
    if (!entry.isForgotten) return;
    const ofTask = this.#sources.get(entry.task);
    ofTask?.delete(entry.source);
    if (ofTask?.size === 0) this.#sources.delete(entry.task);
  }

  /** The info of `entry` is this one; null: none is stored. */
  setInfo(entry: SourceEntry, info: PessimisticInfo | null, revision: Revision): void {
    if (entry.info !== null) this.#leave(entry.info.lockId, (ofLock) => (ofLock.infos -= 1));
    entry.info = info === null ? null : this.#contents.ofInfo(entry.task, info);
    entry.infoRevision = info === null ? NO_REVISION : revision;
    if (entry.info !== null) this.#ofLock(entry.info.lockId).infos += 1;
  }

  /** The operation of `entry` is this one; null: none is stored. */
  setOperation(entry: SourceEntry, operation: PessimisticOperation | null, revision: Revision): void {
    if (entry.operation !== null) {
      this.#leave(entry.operation.lockId, ({ operations, executing }) => {
        operations.delete(entry);
        executing.delete(entry);
      });
    }
    entry.operation = operation === null ? null : this.#contents.ofOperation(entry, operation);
    entry.operationRevision = operation === null ? NO_REVISION : revision;
    if (operation === null) entry.putRevision = NO_REVISION;
    else this.#keepOperation(entry, operation, revision);
  }

  /** Whether any info or operation that is stored names a lock. */
  isStored(lockId: LockId): boolean {
    return this.#stored.has(lockId);
  }

  /** Sources whose stored operation names a lock. */
  operationsOf(lockId: LockId): ReadonlySet<SourceEntry> {
    return this.#stored.get(lockId)?.operations ?? NOBODY;
  }

  /** Sources whose stored operation says to execute the DDLs of a lock, and isn't done. */
  executingOf(lockId: LockId): ReadonlySet<SourceEntry> {
    return this.#stored.get(lockId)?.executing ?? NOBODY;
  }

  #keepOperation(entry: SourceEntry, { lockId, exec, done }: PessimisticOperation, revision: Revision): void {
    if (!done) entry.putRevision = revision;
    const { operations, executing } = this.#ofLock(lockId);
    operations.add(entry);
    if (exec && !done) executing.add(entry);
  }

  #ofLock(lockId: LockId): OfLock {
    const known = this.#stored.get(lockId);
    if (known !== undefined) return known;
    const made: OfLock = { infos: 0, operations: new Set(), executing: new Set() };
    this.#stored.set(lockId, made);
    return made;
  }

  #leave(lockId: LockId, change: (ofLock: OfLock) => void): void {
    const ofLock = this.#ofLock(lockId);
    change(ofLock);
    if (ofLock.infos === 0 && ofLock.operations.size === 0) this.#stored.delete(lockId);
  }

  /** The same name as one text, if a lock of the task has it. */
  #nameOf(task: TaskName, source: SourceId): SourceId {
    for (const { lock } of this.locksOf(task)) {
      const part = lock.participants.get(source);
      if (part !== undefined) return part.source;
    }
    return source;
  }
}
