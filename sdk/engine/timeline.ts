import type { Position } from '../plugin';

/** The order of an upstream's positions. */
export type ComparePositions = (a: Position, b: Position) => number;

/** Where the reader is, and how far it has ever been. Null: before everything. */
export class Timeline {
  #cursor: Position | null;
  #head: Position | null;

  constructor(
    readonly compare: ComparePositions,
    start: { readonly cursor: Position | null; readonly head: Position | null },
  ) {
    this.#cursor = start.cursor;
    this.#head = start.head;
  }

  /** Behind the last event that was read. */
  get cursor(): Position | null {
    return this.#cursor;
  }

  /** The furthest place that was ever read. */
  get head(): Position | null {
    return this.#head;
  }

  /** Whether nothing up to the head is still to be read again. */
  get isAtHead(): boolean {
    return !this.isBefore(this.#cursor, this.#head);
  }

  /** Whether `a` lies before `b`. */
  isBefore(a: Position | null, b: Position | null): boolean {
    if (b === null) return false;
    return a === null || this.compare(a, b) < 0;
  }

  /** The reader has come to a position. */
  advance(position: Position): void {
    this.#cursor = position;
    if (this.isBefore(this.#head, position)) this.#head = position;
  }

  /** The reader begins again. */
  seek(from: Position | null): void {
    this.#cursor = from;
  }
}
