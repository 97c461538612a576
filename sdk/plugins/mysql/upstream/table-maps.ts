import { brokenEvent } from '../binlog/byte-reader';
import type { RowsEvent } from '../binlog/rows-event';
import { parseTableMap } from '../binlog/table-map';
import type { TableMap } from '../binlog/table-map';
import { LoggedRows, RowPlans } from '../values/logged-rows';

interface Known {
  readonly body: Buffer;
  readonly map: TableMap;
  readonly plans: RowPlans;
}

/** No more than so many tables are remembered; a statement has fewer. */
const MOST = 10_000;

/** The tables that row events speak of by number. Said anew in every transaction; what is the same is read once. */
export class TableMaps {
  readonly #known = new Map<number, Known>();

  take(body: Buffer): void {
    const id = body.readUIntLE(0, 6);
    if (this.#known.get(id)?.body.equals(body) === true) return;
    // Behind all others, also if it was known by another form.
    this.#known.delete(id);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST && oldest !== undefined) this.#known.delete(oldest);
    const map = parseTableMap(body);
    this.#known.set(id, { body, map, plans: new RowPlans(map) });
  }

  /** @throws LockstepError PLUGIN_FAILED if nothing has told of the table */
  rowsOf(event: RowsEvent): { readonly map: TableMap; readonly logged: LoggedRows } {
    const known = this.#known.get(event.tableId);
    if (known === undefined) throw brokenEvent(`rows of the unknown table ${event.tableId}`);
    return { map: known.map, logged: new LoggedRows(event, known.plans) };
  }
}
