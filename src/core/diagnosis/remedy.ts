/** What a remedy does. Each has a test of its own, which carries it out. */
export type RemedyKind =
  /** Optimistic: the DDLs of a table that waits are executed, or it goes on without them. */
  | 'execute-table'
  | 'skip-table'
  /** A table's stored report is decided again. */
  | 'retry-info'
  /** What is stored of a source goes, because a report of it can't be read. */
  | 'remove-unreadable'
  /** A source that is gone no longer counts, or counts again. */
  | 'exclude-source'
  | 'include-source'
  /** What is stored of a task goes: it was stopped, or all of its tables are to be put anew. */
  | 'remove-task'
  | 'begin-again'
  /** Pessimistic: the sources that are known are all. */
  | 'declare-task'
  /** A source repeats what the last lock has executed: it skips it, or executes it again. */
  | 'skip-repeated'
  | 'execute-repeated'
  /** A source has other DDLs than the lock: it skips them, or executes them alone. */
  | 'skip-other-ddls'
  | 'execute-other-ddls'
  /** The lock goes on without those that are missing: by its owner, by another one, or by nobody. */
  | 'unlock'
  | 'unlock-by-other-owner'
  | 'force-removal'
  /** The owner is done, and the lock ends without those that don't answer. */
  | 'unlock-executed'
  /** An operation of another lock comes first: that lock goes, or what is stored of the source. */
  | 'remove-other-lock'
  | 'remove-other-operation'
  /** A source is blocked on a lock that is gone: it skips, or executes. */
  | 'skip-blocked'
  | 'execute-blocked'
  /** An operation of a lock that is gone goes with what else is stored of its source. */
  | 'remove-stale-operation';

/** Something that a person could do, as data. */
export interface Remedy {
  readonly kind: RemedyKind;
  /** When to do it. */
  readonly sentence: string;
  /** What it would do. */
  readonly effect: string;
  /** A whole command line to copy. */
  readonly command: string;
  /** A whole GraphQL document. */
  readonly mutation: string;
  /** The document's variables, as JSON text. */
  readonly variables: string;
  /** The command by which the same is asked of a dm-master; absent: it can't be. */
  readonly dmctl?: string;
}

/** What a person could do where a dm-master decides: only what it can be asked for. */
export function remediesByDmctl(remedies: readonly Remedy[]): Remedy[] {
  return remedies.flatMap(({ dmctl, ...remedy }) => (dmctl === undefined ? [] : [{ ...remedy, command: dmctl }]));
}
