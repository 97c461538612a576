import { parseStatement } from '../../../../src/core/ddl';
import { applyStatement, buildTable } from '../../../../src/core/ddl/tracker';
import type { CharacterSet } from '../../../../src/core/ddl/tracker';
import type { Column, Index, TableSchema } from '../../../../src/core/table/table-schema';

/** The schema of a CREATE TABLE text. */
export function built(sql: string, defaults?: CharacterSet): TableSchema {
  const statement = parseStatement(sql);
  if (statement.kind !== 'create-table') throw new Error(`not a CREATE TABLE: ${sql}`);
  return buildTable(statement, defaults);
}

/** The schema after statements. */
export function altered(schema: TableSchema, ...sqls: readonly string[]): TableSchema {
  return sqls.reduce((changed, sql) => applyStatement(changed, parseStatement(sql)), schema);
}

/** Code, flags, length and decimals; then what else there is. */
export function describeColumn(column: Column): string {
  const { type } = column;
  const parts = [`${column.name} ${type.code} f${type.flags} (${type.length},${type.decimals})`];
  if (type.collation !== 'binary') parts.push(`${type.charset}/${type.collation}`);
  if (type.members !== null) parts.push(`[${type.members.join('|')}]`);
  if (column.defaultValue !== null) parts.push(`default ${JSON.stringify(column.defaultValue)}`);
  if (column.defaultIsExpression) parts.push('computed');
  if (column.originDefault !== null) parts.push(`origin ${JSON.stringify(column.originDefault)}`);
  if (column.generated !== null) {
    parts.push(`${column.generated.stored ? 'stored' : 'virtual'} ${column.generated.expression}`);
  }
  if (column.comment !== '') parts.push(`comment ${column.comment}`);
  if (column.hidden) parts.push('hidden');
  return parts.join(' ');
}

export function describeIndex(index: Index): string {
  const kind = index.primary ? 'primary' : index.unique ? 'unique' : 'key';
  const parts = index.parts.map(({ column, length }) => (length < 0 ? column : `${column}(${length})`));
  const type = index.type === 1 ? '' : ` type ${index.type}`;
  const comment = index.comment === '' ? '' : ` comment ${index.comment}`;
  return `${kind} ${index.name}(${parts.join(',')})${type}${comment}${index.invisible ? ' invisible' : ''}`;
}

/** All columns and indexes, one a line. */
export function describeSchema(schema: TableSchema): string[] {
  return [...schema.columns.map(describeColumn), ...schema.indexes.map(describeIndex)];
}
