/** A revision as texts of the API have it: decimal digits. */
export type RevisionText = string;

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`, both without leading zeros. */
export function compareRevisions(a: RevisionText, b: RevisionText): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The greater of two. */
export function laterRevision(a: RevisionText, b: RevisionText): RevisionText {
  return compareRevisions(a, b) < 0 ? b : a;
}

/** An order of the coordinator, as `schema/documents/ShardOperations.graphql` selects it. */
export interface Operation {
  readonly lockId: string;
  /** Null in pessimistic mode: the order is for the source. */
  readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
  readonly ddls: readonly string[];
  /** Null in optimistic mode. */
  readonly exec: boolean | null;
  readonly conflictStage: ConflictStage | null;
  readonly message: string;
  readonly revision: RevisionText;
}

/** How a conflict of an upstream table stands (`ShardConflictStage`). */
export type ConflictStage = 'NONE' | 'DETECTED' | 'RESOLVED' | 'UNLOCKED' | 'SKIP_WAIT_REDIRECT' | 'ERROR';
