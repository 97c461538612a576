import type { Expression } from '../../../src/core/ddl/ast';
import { Cursor } from '../../../src/core/ddl/parser/cursor';
import { parseExpression } from '../../../src/core/ddl/parser/expression';
import type { TableName } from '../../../src/core/ddl/ast';

/** A statement that changes rows, as far as scripts have them. */
export type RowStatement =
  | {
      readonly kind: 'insert';
      readonly table: TableName;
      /** Null: all of the table, in their order. */
      readonly columns: readonly string[] | null;
      readonly rows: readonly (readonly Expression[])[];
    }
  | {
      readonly kind: 'update';
      readonly table: TableName;
      readonly set: readonly { readonly column: string; readonly value: Expression }[];
      readonly where: Expression | null;
    }
  | { readonly kind: 'delete'; readonly table: TableName; readonly where: Expression | null };

/**
 * `INSERT INTO t (…) VALUES (…), …`, `UPDATE t SET … WHERE …`, `DELETE FROM t WHERE …`; null: it begins with another word.
 * @throws LockstepError DDL_SYNTAX
 */
export function parseRowStatement(sql: string): RowStatement | null {
  const cursor = new Cursor(sql, {});
  const statement = readStatement(cursor);
  if (statement !== null && !cursor.isEnd()) cursor.fail('the end of the statement');
  return statement;
}

function readStatement(cursor: Cursor): RowStatement | null {
  if (cursor.accept('INSERT')) return readInsert(cursor);
  if (cursor.accept('UPDATE')) return readUpdate(cursor);
  if (!cursor.accept('DELETE')) return null;
  cursor.expect('FROM');
  return { kind: 'delete', table: readTable(cursor), where: readWhere(cursor) };
}

function readInsert(cursor: Cursor): RowStatement {
  cursor.expect('INTO');
  const table = readTable(cursor);
  const columns = cursor.isSymbol('(') ? cursor.bracketed(() => cursor.name('a column')) : null;
  cursor.expectOneOf('VALUES', 'VALUE');
  const rows = cursor.list(() => cursor.bracketed(() => parseExpression(cursor)));
  return { kind: 'insert', table, columns, rows };
}

function readUpdate(cursor: Cursor): RowStatement {
  const table = readTable(cursor);
  cursor.expect('SET');
  const set = cursor.list(() => {
    const column = cursor.name('a column');
    cursor.expectSymbol('=');
    return { column, value: parseExpression(cursor) };
  });
  return { kind: 'update', table, set, where: readWhere(cursor) };
}

function readTable(cursor: Cursor): TableName {
  const first = cursor.name('a table');
  return cursor.acceptSymbol('.')
    ? { schema: first, table: cursor.nameAfterDot('a table') }
    : { schema: null, table: first };
}

function readWhere(cursor: Cursor): Expression | null {
  return cursor.accept('WHERE') ? parseExpression(cursor) : null;
}
