/** How two table schemas stand to each other; not comparable is an answer, not an error. */
export type Ordering = 'less' | 'equal' | 'greater' | 'incomparable';

/** Why two schemas contradict each other: where, and in words that a person understands. */
export interface Incompatible {
  readonly kind: 'incompatible';
  /** For example `columns.c1.type`. */
  readonly path: string;
  /** For example `INT and VARCHAR cannot be joined`. */
  readonly reason: string;
}
