import { parseStatement } from '../../src/core/ddl';
import { applyStatement, buildTable } from '../../src/core/ddl/tracker';
import type { TableSchema } from '../../src/core/table/table-schema';
import { writeTableInfo } from '../../src/core/wire/table-info';

const TYPES = ['INT NOT NULL', 'VARCHAR(64)', "DECIMAL(12,2) DEFAULT '0.00'", 'DATETIME(3)', 'BIGINT UNSIGNED', 'TEXT'];

/** A `CREATE TABLE` of so many columns, of the kinds that applications have. */
export function createTableText(columns: number, name = 'orders'): string {
  const others = Array.from(
    { length: columns - 1 },
    (_, index) => `\`column_${index}\` ${TYPES[index % TYPES.length] ?? 'INT'}`,
  );
  return `CREATE TABLE \`${name}\` (\`id\` BIGINT NOT NULL AUTO_INCREMENT, ${others.join(', ')}, PRIMARY KEY (\`id\`), KEY \`by_first\` (\`column_0\`))`;
}

/** The schema of a statement. */
export function schemaOf(sql: string): TableSchema {
  const statement = parseStatement(sql);
  if (statement.kind !== 'create-table') throw new Error('expected CREATE TABLE');
  return buildTable(statement);
}

/** The schema after a DDL. */
export function schemaAfter(schema: TableSchema, ddl: string): TableSchema {
  return applyStatement(schema, parseStatement(ddl));
}

/** The table info of a schema as text in two halves, between which the table's own name stands. */
export function tableInfoTemplate(schema: TableSchema): (name: string) => string {
  const [head, ...rest] = writeTableInfo({ ...schema, name: '\u0001' }).split('\\u0001');
  const [middle, tail] = rest;
  if (head === undefined || middle === undefined || tail === undefined) throw new Error('expected the name twice');
  return (name) => `${head}${name}${middle}${name}${tail}`;
}
