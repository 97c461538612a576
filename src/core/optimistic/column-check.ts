import { compare } from '../table/compare';
import type { Shape } from '../table/shape';

/** What a DDL's first spec does to a column, if it adds or drops one; the name as written. */
export interface ColumnChange {
  readonly kind: 'add' | 'drop';
  readonly column: string;
}

/** Tells what a DDL's first spec does to a column; null: nothing. */
export type ColumnChangeOf = (ddl: string) => ColumnChange | UnreadableDdl | null;

/** A DDL that doesn't parse. */
export interface UnreadableDdl {
  readonly kind: 'unreadable';
  /** Where and why, in words. */
  readonly message: string;
}

/** What the check of an added or dropped column found. */
export type ColumnFinding =
  | { readonly kind: 'none' }
  | UnreadableDdl
  /** The column is now partially dropped. */
  | { readonly kind: 'dropped'; readonly column: string }
  | { readonly kind: 'different-length'; readonly column: string; readonly lengths: readonly [number, number] }
  | { readonly kind: 'not-fully-dropped'; readonly column: string };

/** The joins around a DDL and the schema after it. */
export interface ColumnContext {
  readonly oldJoined: Shape;
  readonly newJoined: Shape;
  readonly post: Shape;
  /** Whether this table has dropped the column and the drop isn't complete. */
  readonly isPartiallyDropped: (column: string) => boolean;
}

/**
 * The check of added and dropped columns (3-optimistic.md): a column may be added only with one length everywhere and only
 * when it isn't partially dropped; a dropped one is remembered. Nothing is checked where the joins are incomparable.
 */
export function checkColumn(change: ColumnChange | UnreadableDdl, context: ColumnContext): ColumnFinding {
  const order = compare(context.oldJoined, context.newJoined);
  if (order === 'incomparable') return { kind: 'none' };
  if (change.kind === 'unreadable') return change;
  if (change.kind === 'add' && order !== 'greater') return checkAdded(change.column, context);
  if (change.kind === 'drop' && order !== 'less') return { kind: 'dropped', column: change.column };
  return { kind: 'none' };
}

function checkAdded(column: string, { oldJoined, newJoined, post, isPartiallyDropped }: ColumnContext): ColumnFinding {
  const length = lengthOf(newJoined, column);
  for (const other of [lengthOf(oldJoined, column), lengthOf(post, column)]) {
    if (other !== null && length !== null && other !== length)
      return { kind: 'different-length', column, lengths: [other, length] };
  }
  return isPartiallyDropped(column) ? { kind: 'not-fully-dropped', column } : { kind: 'none' };
}

function lengthOf(shape: Shape, column: string): number | null {
  return shape.column(column)?.length ?? null;
}
