import type { AlterDatabase, CreateDatabase, DatabaseOption, DropDatabase } from '../ast';
import type { Cursor } from './cursor';
import {
  acceptCharsetKeyword,
  acceptIfExists,
  acceptIfNotExists,
  parseCharset,
  parseCollation,
  parseEquals,
  parseWord,
} from './names';

/** `{DATABASE | SCHEMA} …`, after `CREATE [OR REPLACE]`. Errors: `DDL_SYNTAX`. */
export function parseCreateDatabase(cursor: Cursor, orReplace: boolean): CreateDatabase {
  cursor.expectOneOf('DATABASE', 'SCHEMA');
  const ifNotExists = acceptIfNotExists(cursor);
  const name = cursor.name("a database's name");
  return { kind: 'create-database', orReplace, ifNotExists, name, options: parseOptions(cursor) };
}

/** `{DATABASE | SCHEMA} [name] …`, after `ALTER`. Errors: `DDL_SYNTAX`. */
export function parseAlterDatabase(cursor: Cursor): AlterDatabase {
  cursor.expectOneOf('DATABASE', 'SCHEMA');
  const first = parseOption(cursor);
  const name = first === null ? cursor.name("a database's name") : null;
  const options = [...(first === null ? [] : [first]), ...parseOptions(cursor)];
  return options.length === 0 ? cursor.fail('CHARACTER SET or COLLATE') : { kind: 'alter-database', name, options };
}

/** `{DATABASE | SCHEMA} …`, after `DROP`. Errors: `DDL_SYNTAX`. */
export function parseDropDatabase(cursor: Cursor): DropDatabase {
  cursor.expectOneOf('DATABASE', 'SCHEMA');
  const ifExists = acceptIfExists(cursor);
  return { kind: 'drop-database', ifExists, name: cursor.name("a database's name") };
}

function parseOptions(cursor: Cursor): DatabaseOption[] {
  const options: DatabaseOption[] = [];
  for (let option = parseOption(cursor); option !== null; option = parseOption(cursor)) options.push(option);
  return options;
}

function parseOption(cursor: Cursor): DatabaseOption | null {
  const defaulted = cursor.accept('DEFAULT');
  if (acceptCharsetKeyword(cursor)) return { name: 'charset', value: parseCharset(parseEquals(cursor)) };
  if (cursor.accept('COLLATE')) return { name: 'collate', value: parseCollation(parseEquals(cursor)) };
  if (cursor.accept('ENCRYPTION')) return { name: 'encryption', value: parseEquals(cursor).string("'Y' or 'N'") };
  if (defaulted) return cursor.fail('CHARACTER SET, COLLATE or ENCRYPTION');
  if (cursor.isOneOf('COMMENT') && cursor.peek(1).kind !== 'word') {
    cursor.advance();
    return { name: 'comment', value: parseEquals(cursor).string('a comment') };
  }
  if (cursor.acceptAll('READ', 'ONLY')) return { name: 'read-only', value: parseReadOnly(parseEquals(cursor)) };
  if (cursor.acceptAll('UPGRADE', 'DATA', 'DIRECTORY', 'NAME')) return { name: 'upgrade-directory', value: '' };
  if (!cursor.acceptAll('PLACEMENT', 'POLICY')) return null;
  return {
    name: 'placement',
    value: cursor.accept('DEFAULT') ? 'default' : parseWord(parseEquals(cursor), 'a policy'),
  };
}

function parseReadOnly(cursor: Cursor): string {
  return cursor.accept('DEFAULT') ? 'DEFAULT' : cursor.digits('0, 1 or DEFAULT');
}
