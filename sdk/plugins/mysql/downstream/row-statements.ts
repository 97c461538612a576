import { LockstepError } from '../../../../src/core/model/error';
import { quoteName } from '../../../../src/core/model/quote';
import { lowerName } from '../../../../src/core/table/lower-name';
import type { JsonValue, Row, RowChange, RowImages } from '../../../plugin';
import { checkSize } from '../packet-limit';
import type { PacketLimit } from '../packet-limit';
import { sqlLiteral } from '../values/sql-literal';
import { FinalRows } from './final-rows';
import { spreadValues } from './large-values';
import type { SpreadValues } from './large-values';
import type { TargetColumn, TargetTable } from './target-table';

/** A statement that writes rows. */
export interface RowStatement {
  readonly sql: string;
  /** What is executed before. */
  readonly preparing: readonly string[];
  /** It writes what strict mode refuses: the empty member of an ENUM. */
  readonly isLenient: boolean;
  /** What is executed if it has found no row; null: nothing. */
  readonly otherwise: RowStatement | null;
}

/** A statement of several rows grows to at most so many bytes or rows: long ones hinder others. */
const MOST_BYTES = 256 * 1_024;
const MOST_ROWS = 1_000;

/** A larger statement of one row isn't sent, even if the server takes it: the client would have to cut it into packets. */
const MOST_BYTES_OF_ROW = 16 * 1_024 * 1_024 - 1_024;

/** How the rows of a change are written: what its columns are downstream. */
interface Layout {
  readonly table: TargetTable;
  readonly columns: readonly TargetColumn[];
  /** Names of the columns in the rows. */
  readonly names: readonly string[];
  /** What a row is found by; null: by all its values. */
  readonly key: readonly number[] | null;
  /** Whether no other key could be in the way of a row. */
  readonly hasOneKey: boolean;
  /** An INSERT whose rows replace those of the same keys. */
  readonly head: string;
  readonly tail: string;
  /** How many bytes these two have. */
  readonly bytes: number;
}

/** What follows one another in a statement. */
interface Open {
  readonly kind: 'upsert' | 'delete';
  readonly layout: string;
  readonly head: string;
  readonly tail: string;
  readonly separator: string;
  parts: string[];
  bytes: number;
  isLenient: boolean;
}

/**
 * Turns changes into statements: rows that are written alike share one. In a table of one key each row is written once, as
 * it is in the end; in others all in their order, because rows may give a value of a unique key to each other. Everything
 * may be written again: inserts and updates replace the row of the same key, deletes need none.
 */
export class RowStatements {
  readonly #statements: RowStatement[] = [];
  readonly #layouts = new Map<string, Layout>();
  /** Of each table of one key what its changes come to so far, all of one layout. */
  readonly #final = new Map<string, { readonly layout: Layout; readonly rows: FinalRows }>();
  #open: Open | null = null;

  /** @param limit what the server takes at once */
  constructor(private readonly limit: PacketLimit) {}

  /** @throws LockstepError PLUGIN_FAILED for a column that the table lacks, PACKET_TOO_LARGE for a row that doesn't fit */
  add(change: RowChange, table: TargetTable): void {
    const layout = this.#layoutOf(change, table);
    for (const images of change.rows)
      if (layout.hasOneKey) this.#addFinal(layout, change, images);
      else this.#addRow(layout, change, images);
  }

  /** Everything that was added. */
  finish(): readonly RowStatement[] {
    for (const name of [...this.#final.keys()]) this.#settle(name);
    this.#close();
    return this.#statements;
  }

  #layoutOf(change: RowChange, table: TargetTable): Layout {
    const name = `${table.name} ${change.repeated} ${change.columns.join('\n')}`;
    const known = this.#layouts.get(name) ?? layoutOf(change, table);
    this.#layouts.set(name, known);
    return known;
  }

  #addFinal(layout: Layout, { repeated }: RowChange, { before, after }: RowImages): void {
    const { name } = layout.table;
    if (this.#final.get(name)?.layout !== layout) this.#settle(name);
    const isMoved = before !== undefined && after !== undefined && !hasSameKey(layout, before, after);
    if (isMoved && !repeated) {
      this.#settle(name);
      this.#update(layout, before, after);
      return;
    }
    const { rows } = this.#final.get(name) ?? { rows: new FinalRows() };
    this.#final.set(name, { layout, rows });
    if (before !== undefined && (isMoved || after === undefined)) rows.remove(keyText(layout, before), before);
    if (after !== undefined) rows.put(keyText(layout, after), after);
  }

  /** Write what the changes of a table have come to. */
  #settle(name: string): void {
    const final = this.#final.get(name);
    this.#final.delete(name);
    if (final === undefined) return;
    const { layout, rows } = final;
    for (const row of rows.deleted) this.#delete(layout, row);
    for (const row of rows.written) this.#upsert(layout, row);
  }

  #addRow(layout: Layout, { repeated }: RowChange, { before, after }: RowImages): void {
    if (before === undefined) {
      if (after !== undefined) this.#upsert(layout, after);
      return;
    }
    if (after === undefined) {
      this.#delete(layout, before);
      return;
    }
    if (layout.key !== null && hasSameKey(layout, before, after)) {
      this.#upsert(layout, after);
    } else if (repeated) {
      this.#delete(layout, before);
      this.#upsert(layout, after);
    } else this.#update(layout, before, after);
  }

  #upsert(layout: Layout, row: Row): void {
    const { head, tail, bytes } = layout;
    const { literals, preparing } = this.#spread(layout, row, bytes);
    const part = `(${literals.join(', ')})`;
    const lenient = isLenient(layout, row);
    if (preparing.length === 0)
      this.#append({ kind: 'upsert', layout: head, head, tail, separator: ', ' }, part, lenient);
    else this.#alone({ sql: `${head}${part}${tail}`, preparing, isLenient: lenient, otherwise: null }, layout, row);
  }

  /** The values of a row for a statement that has so many bytes besides. */
  #spread(layout: Layout, row: Row, besides: number): SpreadValues {
    const literals = valuesOf(layout, row);
    const most = Math.min(this.limit.mostBytes, MOST_BYTES_OF_ROW) - besides;
    // Cheap first: no character takes more than three bytes.
    const characters = literals.reduce((sum, { length }) => sum + length + 2, 2);
    const isSmall =
      characters * 3 <= most || literals.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 2) <= most;
    if (isSmall) return { literals, preparing: [] };
    const values = layout.names.map((name) => row[name] ?? null);
    return spreadValues(values, literals, this.limit, () => rowName(layout, row));
  }

  /** A statement that no other row shares. */
  #alone(statement: RowStatement, layout: Layout, row: Row): void {
    this.#close();
    checkSize(Buffer.byteLength(statement.sql), this.limit, () => rowName(layout, row));
    this.#statements.push(statement);
  }

  #delete(layout: Layout, row: Row): void {
    const { table, key, columns } = layout;
    const values = valuesOf(layout, row);
    const [only] = key ?? [];
    if (key === null) {
      const sql = `DELETE FROM ${table.name} WHERE ${conditionOf(layout, values)} LIMIT 1`;
      this.#alone({ sql, preparing: [], isLenient: false, otherwise: null }, layout, row);
    } else if (only !== undefined && key.length === 1) {
      const head = `DELETE FROM ${table.name} WHERE ${quoteName(columns[only]?.name ?? '')} IN (`;
      this.#append({ kind: 'delete', layout: head, head, tail: ')', separator: ', ' }, values[only] ?? 'NULL', false);
    } else {
      const head = `DELETE FROM ${table.name} WHERE `;
      const part = `(${conditionOf(layout, values)})`;
      this.#append({ kind: 'delete', layout: head + String(key), head, tail: '', separator: ' OR ' }, part, false);
    }
  }

  /** A row whose key changes, or that has none. */
  #update(layout: Layout, before: Row, after: Row): void {
    const { table, columns, key, head, tail, bytes } = layout;
    const where = conditionOf(layout, valuesOf(layout, before));
    const { literals, preparing } = this.#spread(layout, after, bytes + Buffer.byteLength(where));
    const set = columns.map(({ name }, index) => `${quoteName(name)} = ${literals[index] ?? 'NULL'}`).join(', ');
    const lenient = isLenient(layout, after);
    const sql = `UPDATE ${table.name} SET ${set} WHERE ${where}${key === null ? ' LIMIT 1' : ''}`;
    const otherwise = {
      sql: `${head}(${literals.join(', ')})${tail}`,
      preparing: [],
      isLenient: lenient,
      otherwise: null,
    };
    this.#alone({ sql, preparing, isLenient: lenient, otherwise }, layout, after);
  }

  #append(wanted: Omit<Open, 'parts' | 'bytes' | 'isLenient'>, part: string, lenient: boolean): void {
    const { kind, layout, head, tail } = wanted;
    const bytes = Buffer.byteLength(part) + wanted.separator.length;
    let open = this.#open;
    const fits =
      open?.kind === kind &&
      open.layout === layout &&
      open.isLenient === lenient &&
      open.parts.length < MOST_ROWS &&
      open.bytes + bytes <= Math.min(MOST_BYTES, this.limit.mostBytes);
    if (open === null || !fits) {
      this.#close();
      open = { ...wanted, parts: [], bytes: Buffer.byteLength(head) + Buffer.byteLength(tail), isLenient: lenient };
      this.#open = open;
    }
    open.parts.push(part);
    open.bytes += bytes;
  }

  #close(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    const { head, parts, separator, tail, isLenient: lenient } = open;
    const sql = `${head}${parts.join(separator)}${tail}`;
    this.#statements.push({ sql, preparing: [], isLenient: lenient, otherwise: null });
  }
}

function layoutOf({ columns: names, repeated, table: shard }: RowChange, table: TargetTable): Layout {
  const known: { readonly name: string; readonly column: TargetColumn }[] = [];
  for (const name of names) {
    const column = table.columns.get(lowerName(name));
    if (column === undefined) throw unknownColumn(table, name, `${shard.schema}.${shard.table}`);
    if (!column.isGenerated) known.push({ name, column });
  }
  const indexes = new Map(known.map(({ column }, index) => [lowerName(column.name), index]));
  const key = table.keys
    .map((columns) => columns.flatMap((column) => indexes.get(column) ?? []))
    .find((found, index) => found.length === table.keys[index]?.length);
  const usable = key ?? null;
  const list = known.map(({ column }) => quoteName(column.name));
  const head = `${repeated ? 'REPLACE' : 'INSERT'} INTO ${table.name} (${list.join(', ')}) VALUES `;
  const tail = repeated ? '' : ` ON DUPLICATE KEY UPDATE ${list.map((name) => `${name} = VALUES(${name})`).join(', ')}`;
  return {
    table,
    columns: known.map(({ column }) => column),
    names: known.map(({ name }) => name),
    key: usable,
    hasOneKey: usable !== null && table.hasOneKey,
    head,
    tail,
    bytes: Buffer.byteLength(head) + Buffer.byteLength(tail),
  };
}

function valuesOf({ columns, names, table }: Layout, row: Row): string[] {
  return columns.map(({ isNumber }, index) => {
    const name = names[index] ?? '';
    const value: JsonValue | undefined = row[name];
    if (value === undefined)
      throw new LockstepError('PLUGIN_FAILED', `a row for ${table.name} has no value for ${name}`, { plugin: 'mysql' });
    return sqlLiteral(value, isNumber);
  });
}

function hasSameKey(layout: Layout, before: Row, after: Row): boolean {
  return keyText(layout, before) === keyText(layout, after);
}

function keyText({ key, names }: Layout, row: Row): string {
  return JSON.stringify((key ?? []).map((index) => row[names[index] ?? '']));
}

/** By the key, or by all values that can be compared. */
function conditionOf({ key, columns }: Layout, values: readonly string[]): string {
  const all = columns.flatMap(({ isComparable }, index) => (isComparable ? [index] : []));
  return (key ?? all)
    .map((index) => `${quoteName(columns[index]?.name ?? '')} <=> ${values[index] ?? 'NULL'}`)
    .join(' AND ');
}

/** A row as an error names it: by its key. */
function rowName({ table, key, names }: Layout, row: Row): string {
  const parts = (key ?? []).map((index) => `${names[index] ?? ''} = ${JSON.stringify(row[names[index] ?? ''])}`);
  return `a row of ${table.name}${parts.length === 0 ? ', which has no key,' : ` with ${parts.join(', ')}`}`;
}

function isLenient({ columns, names }: Layout, row: Row): boolean {
  return columns.some(({ isEnum }, index) => isEnum && row[names[index] ?? ''] === 0);
}

function unknownColumn(table: TargetTable, column: string, shard: string): LockstepError {
  return new LockstepError(
    'PLUGIN_FAILED',
    `${table.name} has no column ${column}, which rows of ${shard} have: add it there as the shard has it, then start the worker again`,
    { plugin: 'mysql', column, table: shard },
  );
}
