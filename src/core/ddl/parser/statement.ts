import type { Statement } from '../ast';
import { parseAlterTable } from './alter-table';
import { parseCreateTable } from './create-table';
import type { Cursor } from './cursor';
import { parseAlterDatabase, parseCreateDatabase, parseDropDatabase } from './database';
import { parseCreateIndex, parseDropIndex } from './index-statement';
import { parseOtherStatement, skipStatement } from './other-statement';
import { parseDropTable, parseRenameTable, parseTruncateTable } from './table-statement';

/** Exactly one statement, perhaps with semicolons after it. Errors: `DDL_SYNTAX`, `DDL_NESTED_TOO_DEEPLY`, `DDL_UNSUPPORTED`. */
export function parseOneStatement(cursor: Cursor): Statement {
  if (cursor.isEnd()) cursor.fail('a statement');
  const statement = parseKnown(cursor) ?? parseOtherStatement(cursor);
  // Of `ALTER TABLE … ANALYZE PARTITION` too nothing is read beyond its kind.
  if (statement.kind === 'other') skipStatement(cursor, false);
  const ended = cursor.isSymbol(';');
  while (cursor.acceptSymbol(';'));
  return cursor.isEnd() ? statement : cursor.fail(ended ? 'one statement only' : 'the end of the statement');
}

function parseKnown(cursor: Cursor): Statement | null {
  const noun = cursor.peek(1).upper;
  switch (cursor.token.upper) {
    case 'CREATE':
      return parseCreate(cursor);
    case 'ALTER':
      return parseAlter(cursor, noun);
    case 'DROP':
      return parseDrop(cursor, noun);
    case 'RENAME':
      return noun === 'TABLE' || noun === 'TABLES' ? after(cursor, parseRenameTable) : null;
    case 'TRUNCATE':
      return after(cursor, parseTruncateTable);
    default:
      return null;
  }
}

function after(cursor: Cursor, parse: (cursor: Cursor) => Statement): Statement {
  cursor.advance();
  return parse(cursor);
}

function parseCreate(cursor: Cursor): Statement | null {
  const orReplace = cursor.areNext('CREATE', 'OR', 'REPLACE');
  const noun = cursor.peek(orReplace ? 3 : 1).upper;
  if (!Created.has(noun)) return null;
  if (orReplace) cursor.expect('CREATE', 'OR', 'REPLACE');
  else cursor.expect('CREATE');
  if (noun === 'TABLE' || noun === 'TEMPORARY' || noun === 'GLOBAL') return parseCreateTable(cursor, orReplace);
  return noun === 'DATABASE' || noun === 'SCHEMA'
    ? parseCreateDatabase(cursor, orReplace)
    : parseCreateIndex(cursor, orReplace);
}

const Created: ReadonlySet<string> = new Set(
  'TABLE TEMPORARY GLOBAL DATABASE SCHEMA INDEX UNIQUE FULLTEXT SPATIAL VECTOR ONLINE OFFLINE'.split(' '),
);

function parseAlter(cursor: Cursor, noun: string): Statement | null {
  switch (noun) {
    case 'TABLE':
    case 'ONLINE':
    case 'OFFLINE':
    case 'IGNORE':
      return after(cursor, parseAlterTable);
    case 'DATABASE':
    case 'SCHEMA':
      return after(cursor, parseAlterDatabase);
    default:
      return null;
  }
}

function parseDrop(cursor: Cursor, noun: string): Statement | null {
  switch (noun) {
    case 'TABLE':
    case 'TABLES':
    case 'TEMPORARY':
    case 'GLOBAL':
    case 'VIEW':
      return after(cursor, parseDropTable);
    case 'DATABASE':
    case 'SCHEMA':
      return after(cursor, parseDropDatabase);
    case 'INDEX':
    case 'ONLINE':
    case 'OFFLINE':
      return after(cursor, parseDropIndex);
    default:
      return null;
  }
}
