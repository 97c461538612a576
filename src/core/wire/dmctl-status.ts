import { writeDmctl } from './dmctl-value';
import type { DmctlValue } from './dmctl-value';

/** A sharding group that isn't complete, in `query-status`. */
export interface DmctlGroup {
  /** The downstream table, quoted. */
  readonly target: string;
  readonly ddls: readonly string[];
  readonly firstPos: string;
  /** Upstream tables, quoted. */
  readonly synced: readonly string[];
  readonly unsynced: readonly string[];
}

/** What a worker does for a task, in `query-status`. */
export interface DmctlSubTask {
  readonly name: string;
  /** For example `Running`. */
  readonly stage: string;
  /** What it can't go past; null: nothing. */
  readonly error: string | null;
  /** Empty: it is blocked on none. */
  readonly unresolvedDdlLockId: string;
  readonly blockingDdls: readonly string[];
  readonly unresolvedGroups: readonly DmctlGroup[];
  /** Whether it has read all that its source has. */
  readonly synced: boolean;
}

/** One worker of `query-status <task>`. */
export interface DmctlWorkerStatus {
  readonly result: boolean;
  readonly worker: string;
  /** Why nothing is known of it; empty if something is. */
  readonly msg: string;
  readonly subTasks: readonly DmctlSubTask[];
}

/** One task of `query-status`. */
export interface DmctlTask {
  readonly name: string;
  readonly status: string;
  readonly sources: readonly string[];
}

/** What `query-status <task>` prints, without the newline that dmctl adds; fields that say nothing are printed too. */
export function writeDmctlStatus(workers: readonly DmctlWorkerStatus[]): string {
  const listed = workers.map(({ result, worker, msg, subTasks }) => ({
    result,
    worker,
    msg,
    subTaskStatus: subTasks.map(subTask),
  }));
  return writeDmctl({ result: true, msg: '', workers: listed });
}

/** What `query-status` prints, without the newline that dmctl adds. */
export function writeDmctlTasks(tasks: readonly DmctlTask[]): string {
  const listed = tasks.map(({ name, status, sources }) => ({ taskName: name, taskStatus: status, sources }));
  return writeDmctl({ result: true, msg: '', tasks: listed });
}

function subTask(status: DmctlSubTask): DmctlValue {
  const { name, stage, error, unresolvedDdlLockId, blockingDdls, unresolvedGroups, synced } = status;
  return {
    name,
    stage,
    unit: 'Sync',
    result: error === null ? null : { isCanceled: false, errors: [errorOf(error)], detail: null },
    unresolvedDDLLockID: unresolvedDdlLockId,
    sync: {
      blockingDDLs: blockingDdls,
      unresolvedGroups: unresolvedGroups.map(({ target, ddls, firstPos, ...tables }) => ({
        target,
        DDLs: ddls,
        firstPos,
        synced: tables.synced,
        unsynced: tables.unsynced,
      })),
      synced,
    },
  };
}

/** DM's workers tell a number and classes as well; ours a sentence. */
function errorOf(message: string): DmctlValue {
  const unknown = { ErrCode: 0, ErrClass: '', ErrScope: '', ErrLevel: '' };
  return { ...unknown, Message: message, RawCause: '', Workaround: '' };
}
