import type { TableName } from '../ast';
import { quoteName } from '../../model/quote';
import { quoteString } from '../printer/literal';
import type { Cursor } from './cursor';

/** `table`, `schema.table` or `.table`. */
export function parseTableName(cursor: Cursor): TableName {
  if (cursor.acceptSymbol('.')) return { schema: null, table: cursor.nameAfterDot("a table's name") };
  const first = cursor.name("a table's name");
  if (!cursor.acceptSymbol('.')) return { schema: null, table: first };
  return { schema: first, table: cursor.nameAfterDot("a table's name") };
}

/** A column's name where only the table's own columns are meant; qualifiers are read over. */
export function parseColumnName(cursor: Cursor): string {
  let name = cursor.acceptSymbol('.') ? cursor.nameAfterDot("a column's name") : cursor.name("a column's name");
  while (cursor.acceptSymbol('.')) name = cursor.nameAfterDot("a column's name");
  return name;
}

/** A word or string that names something fixed, such as an engine or a charset. */
export function parseWord(cursor: Cursor, what: string): string {
  const { kind } = cursor.token;
  return kind === 'word' || kind === 'name' || kind === 'string' ? cursor.advance().text : cursor.fail(what);
}

export function acceptIfExists(cursor: Cursor): boolean {
  return cursor.acceptAll('IF', 'EXISTS');
}

export function acceptIfNotExists(cursor: Cursor): boolean {
  return cursor.acceptAll('IF', 'NOT', 'EXISTS');
}

/** `CHARACTER SET`, `CHAR SET` or `CHARSET`. */
export function acceptCharsetKeyword(cursor: Cursor): boolean {
  if (cursor.accept('CHARSET')) return true;
  return cursor.is('CHARACTER') ? cursor.acceptAll('CHARACTER', 'SET') : cursor.acceptAll('CHAR', 'SET');
}

export function isCharsetKeyword(cursor: Cursor): boolean {
  return cursor.is('CHARSET') || cursor.areNext('CHARACTER', 'SET') || cursor.areNext('CHAR', 'SET');
}

/** A charset's name in lower case; `utf8mb3` is `utf8`. */
export function parseCharset(cursor: Cursor): string {
  const name = parseWord(cursor, "a character set's name").toLowerCase();
  return name === 'utf8mb3' ? 'utf8' : name;
}

/** Collations of `utf8mb3` that TiDB calls by their older name. */
const CollationAliases: ReadonlyMap<string, string> = new Map([
  ['utf8mb3_bin', 'utf8_bin'],
  ['utf8mb3_general_ci', 'utf8_general_ci'],
  ['utf8mb3_unicode_ci', 'utf8_unicode_ci'],
]);

/** A collation's name in lower case. */
export function parseCollation(cursor: Cursor): string {
  const name = parseWord(cursor, "a collation's name").toLowerCase();
  return CollationAliases.get(name) ?? name;
}

/** Pass `=`, which most options may have. */
export function parseEquals(cursor: Cursor): Cursor {
  cursor.acceptSymbol('=');
  return cursor;
}

/** MariaDB's attributes of engines, `name = value`, in normal form; null: none follows. Errors: `DDL_SYNTAX`. */
export function parseEngineAttribute(cursor: Cursor): string | null {
  if (!cursor.isName() || !cursor.isSymbolNext('=')) return null;
  // How a statement is carried out is no attribute of what it makes.
  if (cursor.is('ALGORITHM')) return null;
  const name = quoteName(cursor.advance().text);
  cursor.expectSymbol('=');
  const { token } = cursor;
  if (token.kind === 'string') return `${name} = ${quoteString(cursor.string('a value'))}`;
  if (token.kind !== 'word' && token.kind !== 'number') cursor.fail('a value');
  return `${name} = ${cursor.advance().text}`;
}

/** MariaDB's `WAIT n` and `NOWAIT`: how long to wait for a lock, of no meaning to others. */
export function skipWait(cursor: Cursor): void {
  if (cursor.accept('WAIT')) cursor.digits('a number of seconds');
  else cursor.accept('NOWAIT');
}
