import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { Revision } from '../model/revision';
import type { Remedy } from './remedy';

/** What is wrong. */
export type ProblemKind =
  | 'unreadable-record'
  | 'newer-record'
  /** The store never takes what is to be written. */
  | 'impossible-write'
  | 'orphan-lock'
  | 'phantom-lock'
  /** A worker says that it is blocked on a lock that doesn't exist. */
  | 'blocked-without-lock'
  | 'stale-operation'
  /** A report that no lock takes in. */
  | 'unanswered-info'
  /** A server that starts must read very many changes. */
  | 'long-start'
  | 'watch-lag'
  | 'store-nearly-full';

/** Something that somebody should look at; what isn't concerned is null. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly sentence: string;
  readonly help: string;
  readonly task: TaskName | null;
  readonly lockId: LockId | null;
  readonly source: SourceId | null;
  readonly key: string | null;
  readonly revision: Revision | null;
  readonly remedies: readonly Remedy[];
}

/** Of a problem that concerns nothing in particular. */
export const NOTHING = { task: null, lockId: null, source: null, key: null, revision: null, remedies: [] } as const;
