import type { RowChange } from '../plugin';

/**
 * Rows on their way downstream. One flush runs at a time; what comes meanwhile makes up the next. Who needs to know that
 * rows are applied, or that none of them comes again, keeps the number of the last one (`accepted`) and compares it with
 * `applied`, or `stored`.
 */
export class Outgoing {
  #pending: RowChange[] = [];
  #rows = 0;
  #accepted = 0;
  #applied = 0;
  #stored = 0;
  /** `accepted` when the running flush was cut off, and whether a checkpoint goes with it; null: none runs. */
  #flushing: { readonly accepted: number; readonly isStored: boolean } | null = null;

  /** How many changes have ever been accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many of them are applied. */
  get applied(): number {
    return this.#applied;
  }

  /** How many of them a stored checkpoint stands behind: they never come again. */
  get stored(): number {
    return this.#stored;
  }

  get isFlushing(): boolean {
    return this.#flushing !== null;
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** How many rows wait for the next flush; large ones count as several. */
  get pendingRows(): number {
    return this.#rows;
  }

  /** @param weight what it counts at least (`weightOf`) @returns its number */
  add(change: RowChange, weight: number): number {
    this.#pending.push(change);
    this.#rows += Math.max(change.rows.length, weight);
    this.#accepted += 1;
    return this.#accepted;
  }

  /** Cut off everything that waits; it counts as flushing until `end`. @param isStored with a checkpoint */
  begin(isStored: boolean): readonly RowChange[] {
    const changes = this.#pending;
    this.#pending = [];
    this.#rows = 0;
    this.#flushing = { accepted: this.#accepted, isStored };
    return changes;
  }

  /** The running flush has been applied, and its checkpoint stored. */
  end(): void {
    if (this.#flushing === null) return;
    const { accepted, isStored } = this.#flushing;
    this.#applied = accepted;
    if (isStored) this.#stored = accepted;
    this.#flushing = null;
  }
}
