import type { DropTable, RenameTable, TableName, TruncateTable } from '../ast';
import type { Cursor } from './cursor';
import { acceptIfExists, parseTableName, skipWait } from './names';

/** `[[GLOBAL] TEMPORARY] TABLE …` or `VIEW …`, after `DROP`. Errors: `DDL_SYNTAX`. */
export function parseDropTable(cursor: Cursor): DropTable {
  const global = cursor.accept('GLOBAL');
  const temporary = cursor.accept('TEMPORARY');
  if (global && !temporary) cursor.fail('TEMPORARY');
  const view = cursor.expectOneOf('TABLE', 'TABLES', 'VIEW') === 'VIEW';
  const ifExists = acceptIfExists(cursor);
  const names = parseTableNames(cursor);
  skipWait(cursor);
  cursor.acceptOneOf('RESTRICT', 'CASCADE');
  return { kind: 'drop-table', view, temporary, global, ifExists, names };
}

/**
 * Table names separated by commas. Of a name that is repeated there is one node: half a million of them kept the garbage
 * collector busy for longer than the parser.
 */
function parseTableNames(cursor: Cursor): TableName[] {
  let last = parseTableName(cursor);
  const names = [last];
  while (cursor.acceptSymbol(',')) {
    const name = parseTableName(cursor);
    if (name.table !== last.table || name.schema !== last.schema) last = name;
    names.push(last);
  }
  return names;
}

/** `TABLE a TO b, …`, after `RENAME`. Errors: `DDL_SYNTAX`. */
export function parseRenameTable(cursor: Cursor): RenameTable {
  cursor.expectOneOf('TABLE', 'TABLES');
  const ifExists = acceptIfExists(cursor);
  const renames = cursor.list(() => {
    const from = parseTableName(cursor);
    skipWait(cursor);
    cursor.expect('TO');
    return { from, to: parseTableName(cursor) };
  });
  return { kind: 'rename-table', ifExists, renames };
}

/** `[TABLE] t`, after `TRUNCATE`. Errors: `DDL_SYNTAX`. */
export function parseTruncateTable(cursor: Cursor): TruncateTable {
  cursor.accept('TABLE');
  const name = parseTableName(cursor);
  skipWait(cursor);
  return { kind: 'truncate-table', name };
}
