import { quoteName } from '../model/quote';
import { ColumnFlag } from './column-type';
import { charsetOf } from './collation';
import { lowerName } from './lower-name';
import type { Shape } from './shape';
import { schemaOfShape } from './shape-schema';
import { sqlDefault, sqlText } from './sql-default';
import { sqlType } from './sql-type';
import { executableExpression } from './stored-expression';
import type { Column, Index, TableSchema } from './table-schema';

/**
 * The `CREATE TABLE` statement of a schema, one column or index a line, in definition order, in words that MySQL,
 * MariaDB and TiDB take: what only one of them has stands in a comment that the others skip. Law: the schema tracker
 * reads it as a schema of the same shape, as far as SQL can say it (it cannot: key flags that indexes don't imply, dropped
 * defaults of nullable columns, an empty default of BIT).
 */
export function createTableText(schema: TableSchema): string {
  const hidden = hiddenColumns(schema);
  const columns = schema.columns.filter((column) => !column.hidden).map((column) => columnLine(column, schema));
  const indexes = schema.indexes.map((index) => indexLine(index, schema, hidden));
  return `CREATE TABLE ${quoteName(schema.name)} (\n  ${[...columns, ...indexes].join(',\n  ')}\n)${tableOptions(schema)}`;
}

/**
 * The same of a shape.
 * @param order names of columns in the order wanted, for example that of the first known table; others follow by name
 */
export function createTableTextOfShape(shape: Shape, name: string, order: readonly string[] = []): string {
  return createTableText(schemaOfShape(shape, name, order));
}

/** One column of a shape as its `CREATE TABLE` writes it; null: there is none of that name. */
export function columnDefinition(shape: Shape, name: string): string | null {
  const schema = schemaOfShape(shape, '');
  const column = schema.columns.find((each) => lowerName(each.name) === lowerName(name));
  return column === undefined ? null : columnLine(column, schema);
}

/** One index of a shape as its `CREATE TABLE` writes it; null: there is none of that name. */
export function indexDefinition(shape: Shape, name: string): string | null {
  const schema = schemaOfShape(shape, '');
  const index = schema.indexes.find((each) => lowerName(each.name) === lowerName(name));
  return index === undefined ? null : indexLine(index, schema, hiddenColumns(schema));
}

function hiddenColumns(schema: TableSchema): ReadonlyMap<string, Column> {
  return new Map(schema.columns.filter((column) => column.hidden).map((column) => [lowerName(column.name), column]));
}

function columnLine(column: Column, schema: TableSchema): string {
  let text = `${quoteName(column.name)} ${sqlType(column.type, schema.collation)}`;
  if (column.generated !== null) {
    const expression = executableExpression(column.generated.expression);
    text += ` GENERATED ALWAYS AS (${expression}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`;
  }
  // Some servers make a TIMESTAMP without either word NOT NULL.
  text += (column.type.flags & ColumnFlag.notNull) === 0 ? (column.generated === null ? ' NULL' : '') : ' NOT NULL';
  text += sqlDefault(column);
  if ((column.type.flags & ColumnFlag.autoIncrement) !== 0) text += ' AUTO_INCREMENT';
  text += autoRandomText(column, schema);
  return column.comment === '' ? text : `${text} COMMENT ${sqlText(column.comment)}`;
}

function autoRandomText(column: Column, schema: TableSchema): string {
  const isPrimary = (column.type.flags & ColumnFlag.primaryKey) !== 0;
  return isPrimary && schema.autoRandomBits > 0 ? ` /*T![auto_rand] AUTO_RANDOM(${schema.autoRandomBits}) */` : '';
}

function indexLine(index: Index, schema: TableSchema, hidden: ReadonlyMap<string, Column>): string {
  const parts = index.parts.map(({ column, length }) => {
    const expression = hidden.get(lowerName(column))?.generated?.expression;
    if (expression !== undefined) return `(${executableExpression(expression)})`;
    return quoteName(column) + (length < 0 ? '' : `(${length})`);
  });
  let text = `${indexHead(index)} (${parts.join(', ')})`;
  if (index.type === 2) text += ' USING HASH';
  if (index.primary && schema.primaryKeyKind !== 'index') text += ' /*T![clustered_index] CLUSTERED */';
  if (index.comment !== '') text += ` COMMENT ${sqlText(index.comment)}`;
  return index.invisible ? `${text} /*!80000 INVISIBLE */` : text;
}

function indexHead(index: Index): string {
  if (index.primary) return 'PRIMARY KEY';
  return `${index.unique ? 'UNIQUE KEY' : 'KEY'} ${quoteName(index.name)}`;
}

function tableOptions(schema: TableSchema): string {
  const charset = schema.charset === '' ? charsetOf(schema.collation) : schema.charset;
  let text = ` DEFAULT CHARSET=${charset} COLLATE=${schema.collation}`;
  if (schema.autoIncrementId > 0n) text += ` AUTO_INCREMENT=${schema.autoIncrementId}`;
  if (schema.compression !== '') text += ` COMPRESSION=${sqlText(schema.compression)}`;
  if (schema.shardRowIdBits > 0) text += ` /*T! SHARD_ROW_ID_BITS=${schema.shardRowIdBits} */`;
  if (schema.preSplitRegions > 0) text += ` /*T! PRE_SPLIT_REGIONS=${schema.preSplitRegions} */`;
  return schema.comment === '' ? text : `${text} COMMENT=${sqlText(schema.comment)}`;
}
