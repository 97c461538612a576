import type { Revision } from '../model/revision';
import type { TableEntry } from './table-entry';

/** The tables whose reports to one lock wait for schemas; some of the reports may have gone meanwhile. */
export class HeldReports implements Iterable<TableEntry> {
  readonly #tables = new Set<TableEntry>();
  #first: { readonly entry: TableEntry; readonly revision: Revision } | null = null;

  /** The report of `entry` waits. */
  add(entry: TableEntry): void {
    this.#tables.add(entry);
    if (this.#first !== null && entry.infoRevision < this.#first.revision) this.#take(entry);
  }

  /** The table whose report came first of those that `waits` holds for; null: none does. */
  first(waits: (entry: TableEntry) => boolean): TableEntry | null {
    const known = this.#first;
    if (known !== null && known.entry.infoRevision === known.revision && waits(known.entry)) return known.entry;
    const [first] = [...this.#tables].filter(waits).sort((a, b) => a.infoRevision - b.infoRevision);
    if (first === undefined) this.#first = null;
    else this.#take(first);
    return first ?? null;
  }

  [Symbol.iterator](): Iterator<TableEntry> {
    return this.#tables.values();
  }

  #take(entry: TableEntry): void {
    this.#first = { entry, revision: entry.infoRevision };
  }
}
