import { LockstepError } from '../../../../src/core/model/error';
import { quoteTable } from '../../../../src/core/model/quote';
import { lowerName } from '../../../../src/core/table/lower-name';
import type { TargetName } from '../../../plugin';
import type { ServerConnection, SqlRow } from '../connection';
import { isMissing } from '../server-error';

/** A column of a table that rows are written to. */
export interface TargetColumn {
  readonly name: string;
  readonly isGenerated: boolean;
  /** Whether its values are written as digits. */
  readonly isNumber: boolean;
  readonly isEnum: boolean;
  /** Whether its values can be compared with a literal. */
  readonly isComparable: boolean;
}

/** What writing rows has to know of a table. */
export interface TargetTable {
  /** Quoted, with its schema. */
  readonly name: string;
  /** By their names in lower case. */
  readonly columns: ReadonlyMap<string, TargetColumn>;
  /** Columns by which a row is found, in lower case: of the primary key, then of unique keys that have no nulls. */
  readonly keys: readonly (readonly string[])[];
  /** Whether it has one unique index only, and that is the key. */
  readonly hasOneKey: boolean;
}

const NUMBERS: ReadonlySet<string> = new Set(
  'tinyint smallint mediumint int bigint decimal float double year bit'.split(' '),
);

/** Tables as they were when they were last looked at, each with the text that it had. */
export class TargetTables {
  readonly #known = new Map<string, { readonly text: string; readonly table: TargetTable }>();

  /**
   * A table as it is within a transaction: from here on it can't change until that ends.
   * @throws LockstepError PLUGIN_FAILED if there is no such table; ServerError
   */
  async look(connection: ServerConnection, target: TargetName): Promise<TargetTable> {
    const name = quoteTable(target.schema, target.table);
    // Takes the lock that keeps the table as it is; SHOW CREATE alone takes none beyond itself.
    await connection.rows(`SELECT 1 FROM ${name} LIMIT 0`).catch((error: unknown) => {
      throw isMissing(error) ? noTarget(name) : error;
    });
    const [row] = await connection.rows(`SHOW CREATE TABLE ${name}`);
    const text = row?.text('Create Table') ?? '';
    const known = this.#known.get(name);
    // Of partitions and counters nothing depends.
    if (known?.text === text) return known.table;
    const table = await readTable(connection, target, name);
    this.#known.set(name, { text, table });
    return table;
  }
}

function noTarget(name: string): LockstepError {
  return new LockstepError(
    'PLUGIN_FAILED',
    `the downstream has no table ${name}, into which shards are merged: create it as SHOW CREATE TABLE has it of a shard`,
    { plugin: 'mysql', table: name },
  );
}

async function readTable(connection: ServerConnection, target: TargetName, name: string): Promise<TargetTable> {
  const of = [target.schema, target.table];
  const columns = await connection.rows(
    `SELECT COLUMN_NAME, DATA_TYPE, EXTRA FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
    of,
  );
  const parts = await connection.rows(
    `SELECT INDEX_NAME, COLUMN_NAME, NULLABLE, SUB_PART FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
    of,
  );
  if (columns.length === 0)
    throw new LockstepError('PLUGIN_FAILED', `the downstream shows no columns of ${name}`, { plugin: 'mysql' });
  const keys = readKeys(parts);
  return {
    name,
    columns: new Map(columns.map((row) => [lowerName(row.text('COLUMN_NAME')), readColumn(row)])),
    keys,
    hasOneKey: keys.length === 1 && new Set(parts.map((row) => row.text('INDEX_NAME'))).size === 1,
  };
}

function readColumn(row: SqlRow): TargetColumn {
  const type = row.text('DATA_TYPE').toLowerCase();
  return {
    name: row.text('COLUMN_NAME'),
    isGenerated: /\b(?:GENERATED|VIRTUAL|PERSISTENT)\b/iu.test(row.text('EXTRA').replace(/DEFAULT_GENERATED/giu, '')),
    isNumber: NUMBERS.has(type),
    isEnum: type === 'enum',
    isComparable: type !== 'json',
  };
}

function readKeys(parts: readonly SqlRow[]): readonly (readonly string[])[] {
  const keys = new Map<string, SqlRow[]>();
  for (const row of parts) {
    const index = row.text('INDEX_NAME');
    keys.set(index, [...(keys.get(index) ?? []), row]);
  }
  return [...keys]
    .filter(([, rows]) => rows.every((row) => row.text('NULLABLE') !== 'YES' && row.text('SUB_PART') === ''))
    .sort(([a], [b]) => Number(b === 'PRIMARY') - Number(a === 'PRIMARY'))
    .map(([, rows]) => rows.map((row) => lowerName(row.text('COLUMN_NAME'))));
}
