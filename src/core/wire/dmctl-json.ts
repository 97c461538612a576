import { writeDmctl } from './dmctl-value';

/** One line of `show-ddl-locks`. */
export interface DmctlLock {
  readonly id: string;
  readonly task: string;
  readonly mode: 'optimistic' | 'pessimistic';
  /** Pessimistic: a source. Optimistic: the table in conflict, or empty. */
  readonly owner: string;
  readonly ddls: readonly string[];
  readonly synced: readonly string[];
  readonly unsynced: readonly string[];
}

/** How an action went for one worker, as dmctl prints it. */
export interface DmctlWorker {
  readonly result: boolean;
  readonly worker: string;
  readonly msg: string;
}

/** What an empty list of locks says. */
const NO_LOCKS = 'no DDL lock exists';

/** What `show-ddl-locks` prints, byte for byte, without the newline that dmctl adds. */
export function writeDmctlLocks(locks: readonly DmctlLock[], msg = locks.length === 0 ? NO_LOCKS : ''): string {
  const listed = locks.map(({ id, task, mode, owner, ddls, synced, unsynced }) => ({
    ID: id,
    task,
    mode,
    owner,
    DDLs: ddls,
    synced,
    unsynced,
  }));
  return writeDmctl({ result: true, msg, locks: listed });
}

/**
 * What `unlock-ddl-lock` and `break-ddl-lock` print, byte for byte, without the newline that dmctl adds.
 * @param workers how it went for each of them, if that is to be told (deviation P13)
 */
export function writeDmctlResult(result: boolean, msg: string, workers: readonly DmctlWorker[] = []): string {
  const told = workers.map(({ result: isOk, worker, msg: why }) => ({ result: isOk, worker, msg: why }));
  return writeDmctl(told.length === 0 ? { result, msg } : { result, msg, workers: told });
}
