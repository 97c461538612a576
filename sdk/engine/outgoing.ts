import type { RowChange } from '../plugin';

/**
 * Rows on their way downstream. One flush runs at a time; what comes meanwhile makes up the next. Who needs to know that
 * rows are applied keeps the number of the last one (`accepted`) and compares it with `applied`.
 */
export class Outgoing {
  #pending: RowChange[] = [];
  #rows = 0;
  #accepted = 0;
  #applied = 0;
  /** `accepted` when the running flush was cut off; null: none runs. */
  #flushing: number | null = null;

  /** How many changes have ever been accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many of them are applied. */
  get applied(): number {
    return this.#applied;
  }

  get isFlushing(): boolean {
    return this.#flushing !== null;
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** How many rows wait for the next flush. */
  get pendingRows(): number {
    return this.#rows;
  }

  add(change: RowChange): void {
    this.#pending.push(change);
    this.#rows += change.rows.length;
    this.#accepted += 1;
  }

  /** Cut off everything that waits; it counts as flushing until `end`. */
  begin(): readonly RowChange[] {
    const changes = this.#pending;
    this.#pending = [];
    this.#rows = 0;
    this.#flushing = this.#accepted;
    return changes;
  }

  /** The running flush has been applied. */
  end(): void {
    this.#applied = this.#flushing ?? this.#applied;
    this.#flushing = null;
  }
}
