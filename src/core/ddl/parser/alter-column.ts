import type { AlterSpec } from '../ast';
import { parseColumnDefinition, parsePosition } from './column';
import type { Cursor } from './cursor';
import { parseDefaultValue } from './default-value';
import { parseBracketed } from './expression';
import { acceptEnforced, acceptIgnored, acceptVisibility } from './index-option';
import { acceptIfExists, parseColumnName, parseTableName } from './names';

/** What follows `MODIFY`. Errors: `DDL_SYNTAX`. */
export function parseModify(cursor: Cursor): AlterSpec {
  cursor.accept('COLUMN');
  const ifExists = acceptIfExists(cursor);
  const column = parseColumnDefinition(cursor);
  return { kind: 'modify-column', ifExists, column, position: parsePosition(cursor) };
}

/** What follows `CHANGE`. Errors: `DDL_SYNTAX`. */
export function parseChange(cursor: Cursor): AlterSpec {
  cursor.accept('COLUMN');
  const ifExists = acceptIfExists(cursor);
  const oldName = parseColumnName(cursor);
  const column = parseColumnDefinition(cursor);
  return { kind: 'change-column', ifExists, oldName, column, position: parsePosition(cursor) };
}

/** What follows `RENAME`: a column, an index, or the table itself. Errors: `DDL_SYNTAX`. */
export function parseRename(cursor: Cursor): AlterSpec {
  if (cursor.accept('COLUMN')) {
    const ifExists = acceptIfExists(cursor);
    const from = parseColumnName(cursor);
    cursor.expect('TO');
    return { kind: 'rename-column', ifExists, from, to: parseColumnName(cursor) };
  }
  if (cursor.acceptOneOf('INDEX', 'KEY') !== null) {
    const ifExists = acceptIfExists(cursor);
    const from = cursor.name("an index's name");
    cursor.expect('TO');
    return { kind: 'rename-index', ifExists, from, to: cursor.name("an index's name") };
  }
  if (!cursor.accept('TO') && !cursor.accept('AS')) cursor.acceptSymbol('=');
  return { kind: 'rename-table', to: parseTableName(cursor) };
}

/** What follows `ALTER`: a default, or the visibility of an index, or a check. Errors: `DDL_SYNTAX`. */
export function parseAlter(cursor: Cursor): AlterSpec {
  if (cursor.acceptOneOf('INDEX', 'KEY') !== null) return parseAlterIndex(cursor);
  if (cursor.acceptOneOf('CHECK', 'CONSTRAINT') !== null) return parseAlterCheck(cursor);
  cursor.accept('COLUMN');
  const ifExists = acceptIfExists(cursor);
  const column = parseColumnName(cursor);
  if (cursor.acceptAll('DROP', 'DEFAULT')) return { kind: 'drop-default', ifExists, column };
  cursor.expect('SET');
  const visible = acceptVisibility(cursor);
  if (visible !== null) return { kind: 'column-visibility', ifExists, column, visible };
  cursor.expect('DEFAULT');
  // Its brackets are the printer's, and within them `NOW()` stays what it is.
  const value = cursor.isSymbol('(') ? parseBracketed(cursor) : parseDefaultValue(cursor);
  return { kind: 'set-default', ifExists, column, value };
}

function parseAlterIndex(cursor: Cursor): AlterSpec {
  const ifExists = acceptIfExists(cursor);
  const name = cursor.name("an index's name");
  const ignored = acceptIgnored(cursor);
  if (ignored !== null) return { kind: 'alter-index', ifExists, name, invisible: ignored, ignored: true };
  const visible = acceptVisibility(cursor) ?? cursor.fail('VISIBLE or INVISIBLE');
  return { kind: 'alter-index', ifExists, name, invisible: !visible, ignored: false };
}

function parseAlterCheck(cursor: Cursor): AlterSpec {
  const name = cursor.name("a constraint's name");
  return { kind: 'alter-check', name, enforced: acceptEnforced(cursor) ?? cursor.fail('ENFORCED or NOT ENFORCED') };
}
