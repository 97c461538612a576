import type { CreateTable, CreateTableLike, OnCommit } from '../ast';
import { parseElements } from './alter-add';
import type { Token } from '../lexer/token';
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
  const { columns, constraints } = isSelect(cursor) ? refuseSelect(cursor) : parseColumns(cursor);
  const options = parseTableOptions(cursor, true);
  const partitioning = parsePartitioning(cursor);
  if (isSelect(cursor)) refuseSelect(cursor);
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

/** The columns; of a table that has none yet, perhaps options and a `SELECT`. */
function parseColumns(cursor: Cursor): ReturnType<typeof parseElements> {
  if (cursor.isSymbol('(')) return parseElements(cursor);
  const { token } = cursor;
  parseTableOptions(cursor, true);
  parsePartitioning(cursor);
  return isSelect(cursor) ? refuseSelect(cursor) : cursor.failAt(token, '"("');
}

/** Whether a `SELECT` comes here that gives the table its rows, perhaps in brackets. */
function isSelect(cursor: Cursor): boolean {
  return isSelectToken(cursor.token) || (cursor.isSymbol('(') && isSelectToken(cursor.peek(1), true));
}

function isSelectToken({ kind, upper, text }: Token, inBrackets = false): boolean {
  return kind === 'symbol' ? inBrackets && text === '(' : SelectWords.has(upper);
}

/** Reserved words, so no column is called like them. */
const SelectWords: ReadonlySet<string> = new Set(['AS', 'SELECT', 'IGNORE', 'REPLACE', 'WITH', 'TABLE', 'VALUES']);

/**
 * What `CREATE TABLE … SELECT` makes depends on other tables, and nobody but its own server may run it again; logs of rows
 * hold the table's definition and the rows instead.
 */
function refuseSelect(cursor: Cursor): never {
  return cursor.failUnsupported('CREATE TABLE … SELECT');
}
