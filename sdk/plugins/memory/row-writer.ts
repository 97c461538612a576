import { lowerName } from '../../../src/core/table/lower-name';
import type { JsonValue, Row, RowChange, RowImages } from '../../plugin';
import { SqlError, storeValue } from '../database';
import type { MemoryDatabase, MemoryTable } from '../database';

/** MySQL's number for a row that a log names and the table doesn't have. */
const ROW_MISSING = 1032;

/**
 * Applies changes of rows, all or none. What was applied before (`repeated`) is applied in a repeatable way: an insert
 * replaces, and what is gone already needn't be there.
 */
export class RowWriter {
  readonly #undo: (() => void)[] = [];

  constructor(private readonly database: MemoryDatabase) {}

  /** @throws SqlError; then nothing is changed */
  apply(changes: readonly RowChange[]): void {
    try {
      for (const change of changes) for (const images of change.rows) this.#applyOne(change, images);
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    }
  }

  #applyOne({ target, repeated }: RowChange, { before, after }: RowImages): void {
    const table = this.database.table(target.schema, target.table);
    const old = before === undefined ? null : table.find(imageOf(table, before, this.database.now));
    if (before !== undefined && old === null && !repeated)
      throw new SqlError(ROW_MISSING, `Can't find record in '${target.table}': ${JSON.stringify(before)}`);
    if (old !== null) this.#remember(table.remove(old));
    if (after === undefined) return;
    // A column that the shard lacks keeps its value, as an UPDATE of the others leaves it.
    const kept = Object.fromEntries(Object.entries(old ?? {}).filter(([name]) => !hasColumn(after, name)));
    const row = table.complete({ ...kept, ...after }, this.database.now);
    this.#remember(table.insert(row, repeated));
  }

  #remember(undo: (() => void) | null): void {
    if (undo !== null) this.#undo.push(undo);
  }
}

/** A row of a log as the table would keep it; what the log doesn't say is the column's default, or null. */
function imageOf(table: MemoryTable, given: Row, nowText: string): Row {
  const values = new Map(Object.entries(given).map(([name, value]) => [lowerName(name), value]));
  const image: Record<string, JsonValue> = {};
  for (const column of table.columns) {
    const value = values.get(lowerName(column.name)) ?? column.defaultValue;
    image[lowerName(column.name)] =
      value === null ? null : storeValue(column, value === 'CURRENT_TIMESTAMP' ? nowText : value);
  }
  return image;
}

function hasColumn(row: Row, name: string): boolean {
  return Object.keys(row).some((column) => lowerName(column) === name);
}
