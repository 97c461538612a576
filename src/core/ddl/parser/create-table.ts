import type { CreateTable, CreateTableLike, OnCommit } from '../ast';
import { parseElements } from './alter-add';
import type { Cursor } from './cursor';
import { acceptIfNotExists, parseTableName } from './names';
import { parsePartitioning } from './partition';
import { parseTableOptions } from './table-option';

/** `[[GLOBAL] TEMPORARY] TABLE …`, after `CREATE [OR REPLACE]`. Errors: `DDL_SYNTAX`, `DDL_UNSUPPORTED` (`… SELECT`). */
export function parseCreateTable(cursor: Cursor, orReplace: boolean): CreateTable | CreateTableLike {
  const global = cursor.accept('GLOBAL');
  const temporary = cursor.accept('TEMPORARY');
  if (global && !temporary) cursor.fail('TEMPORARY');
  cursor.expect('TABLE');
  const ifNotExists = acceptIfNotExists(cursor);
  const name = parseTableName(cursor);
  const source = parseLike(cursor);
  const head = { temporary, orReplace, ifNotExists, name };
  if (source !== null) return { kind: 'create-table-like', ...head, source, onCommit: parseOnCommit(cursor, global) };
  if (!cursor.isSymbol('(')) refuseSelect(cursor);
  const { columns, constraints } = parseElements(cursor);
  const options = parseTableOptions(cursor, true);
  const partitioning = parsePartitioning(cursor);
  refuseSelect(cursor);
  const onCommit = parseOnCommit(cursor, global);
  return { kind: 'create-table', ...head, columns, constraints, options, partitioning, onCommit };
}

function parseOnCommit(cursor: Cursor, global: boolean): OnCommit | null {
  if (!global) return null;
  cursor.expect('ON', 'COMMIT');
  const kept = cursor.expectOneOf('DELETE', 'PRESERVE') === 'PRESERVE';
  cursor.expect('ROWS');
  return kept ? 'PRESERVE' : 'DELETE';
}

/** `LIKE t`, `(LIKE t)`; null: neither. */
function parseLike(cursor: Cursor): CreateTableLike['source'] | null {
  if (cursor.accept('LIKE')) return parseTableName(cursor);
  if (!cursor.isSymbol('(') || cursor.peek(1).upper !== 'LIKE') return null;
  cursor.expectSymbol('(');
  cursor.expect('LIKE');
  const source = parseTableName(cursor);
  cursor.expectSymbol(')');
  return source;
}

/** The columns of `CREATE TABLE … SELECT` depend on other tables; upstreams log such statements in another form. */
function refuseSelect(cursor: Cursor): void {
  if (cursor.isOneOf('AS', 'SELECT', 'IGNORE', 'REPLACE', 'WITH', 'TABLE', 'VALUES'))
    cursor.failUnsupported('CREATE TABLE … SELECT');
}
