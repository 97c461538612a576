import type { ApiOperation } from '../support/api-client';

/** The operations of one source as they come, the newest of each table; in pessimistic mode the table is empty text. */
export class OperationInbox {
  readonly #newest = new Map<string, ApiOperation>();
  readonly #waiting = new Set<() => void>();

  /** An operation came: an older one, or one that came before, changes nothing. */
  add(operation: ApiOperation): void {
    const table = operation.upstreamTable?.table ?? '';
    const known = this.#newest.get(table);
    if (known !== undefined && Number(known.revision) >= Number(operation.revision)) return;
    this.#newest.set(table, operation);
    this.wake();
  }

  /** The first operation of a table above a revision; null when `isOver` says that nobody wants it any more. */
  async next(table: string, above: number, isOver: () => boolean): Promise<ApiOperation | null> {
    for (;;) {
      if (isOver()) return null;
      const newest = this.#newest.get(table);
      if (newest !== undefined && Number(newest.revision) > above) return newest;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Let everybody who waits look again. */
  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const look of waiting) look();
  }
}
