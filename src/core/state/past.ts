import type { LockEvent } from '../model/lock-event';
import type { LockId } from '../model/lock-id';
import type { SourceId } from '../model/names';
import type { Revision } from '../model/revision';
import { sourceKey, taskSourceOfKey } from '../model/table-key';
import type { SourceKey } from '../model/table-key';
import { parseLockId } from '../model/lock-id';

/** What the last lock of a target that executed anything executed downstream. */
export interface ExecutedDdls {
  readonly incarnation: Revision;
  /** Without repetition, in the order in which they were ordered. */
  readonly ddls: readonly string[];
  /** The source that was told to execute the last of them. */
  readonly by: SourceId;
  /** When that was ordered. */
  readonly atMs: number;
}

/** A worker that is gone. */
export interface OfflineWorker {
  readonly worker: string;
  /** In milliseconds since 1970. */
  readonly sinceMs: number;
}

/** How many locks, and how many sources, are remembered; the oldest are forgotten first. */
const CAPACITY = 50_000;

/** How many DDLs are remembered of one lock. */
const DDLS_A_LOCK = 64;

/**
 * What the journal tells of the past and people ask for afterwards: since when workers are gone, and what the last locks
 * executed. Nothing is decided by it, so that what a trimmed journal has forgotten only makes explanations shorter.
 */
export class Past {
  readonly #offline = new Map<SourceKey, OfflineWorker>();
  readonly #running = new Map<LockId, ExecutedDdls>();
  readonly #former = new Map<LockId, ExecutedDdls>();

  /** When the worker of a source went offline, in milliseconds; null: nobody knows. */
  offlineSinceMs(source: SourceKey): number | null {
    return this.#offline.get(source)?.sinceMs ?? null;
  }

  /** The workers that went offline and whose source nobody has taken over. */
  get offlineWorkers(): Iterable<OfflineWorker> {
    return this.#offline.values();
  }

  /** The workers that went offline, by the sources that nobody has taken over since. */
  get offline(): ReadonlyMap<SourceKey, OfflineWorker> {
    return this.#offline;
  }

  /** What the lock of this ID before the one of `incarnation` executed; null: nothing is known. */
  executedBefore(lockId: LockId, incarnation: Revision): ExecutedDdls | null {
    const last = this.#running.get(lockId);
    if (last !== undefined && last.incarnation < incarnation) return last;
    return this.#former.get(lockId) ?? null;
  }

  /** An event of the journal. */
  take(event: LockEvent, atMs: number): void {
    switch (event.kind) {
      case 'WorkerOffline':
        return remember(this.#offline, sourceKey(event.task, event.source), { worker: event.worker, sinceMs: atMs });
      case 'WorkerOnline':
        this.#offline.delete(sourceKey(event.task, event.source));
        return;
      case 'OperationPut':
        if (event.exec !== false && event.ddls.length > 0) this.#execute(event, atMs);
        return;
      case 'MetaRemoved':
        return this.#forget(event);
      default:
        return;
    }
  }

  #execute(
    { lockId, incarnation, ddls, participant }: Extract<LockEvent, { kind: 'OperationPut' }>,
    atMs: number,
  ): void {
    const last = this.#running.get(lockId);
    if (last !== undefined && last.incarnation !== incarnation) remember(this.#former, lockId, last);
    const before = last?.incarnation === incarnation ? last.ddls : [];
    const all = [...new Set([...before, ...ddls])].slice(-DDLS_A_LOCK);
    remember(this.#running, lockId, { incarnation, ddls: all, by: participant.source, atMs });
  }

  /** Nothing is kept of what a person removed. */
  #forget({ task, sources }: Extract<LockEvent, { kind: 'MetaRemoved' }>): void {
    for (const key of this.#offline.keys()) {
      const of = taskSourceOfKey(key);
      if (of.task === task && (sources.length === 0 || sources.includes(of.source))) this.#offline.delete(key);
    }
    if (sources.length > 0) return;
    for (const locks of [this.#running, this.#former])
      for (const lockId of locks.keys()) if (parseLockId(lockId).task === task) locks.delete(lockId);
  }
}

/** The last that was said comes last, so that the oldest is the first. */
function remember<K, V>(kept: Map<K, V>, key: K, value: V): void {
  kept.delete(key);
  kept.set(key, value);
  if (kept.size <= CAPACITY) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}
