import type { AlterSpec } from '../ast';
import type { Cursor } from './cursor';
import { acceptIfExists, parseColumnName } from './names';
import { isPeriod, parseDropPeriod } from './period';

/** What follows `DROP`. Errors: `DDL_SYNTAX`. */
export function parseDrop(cursor: Cursor): AlterSpec {
  if (cursor.accept('PRIMARY')) return parseDropPrimary(cursor);
  if (cursor.acceptOneOf('INDEX', 'KEY') !== null) return named(cursor, 'drop-index', "an index's name");
  if (cursor.accept('FOREIGN')) {
    cursor.expect('KEY');
    return named(cursor, 'drop-foreign-key', "a foreign key's name");
  }
  if (cursor.acceptOneOf('CHECK', 'CONSTRAINT') !== null) return named(cursor, 'drop-check', "a constraint's name");
  if (cursor.accept('PARTITION')) return parseDropPartition(cursor);
  if (cursor.acceptAll('SYSTEM', 'VERSIONING')) return { kind: 'fixed', text: 'DROP SYSTEM VERSIONING', number: 0 };
  return isPeriod(cursor) ? parseDropPeriod(cursor) : parseDropColumn(cursor);
}

function parseDropPrimary(cursor: Cursor): AlterSpec {
  cursor.expect('KEY');
  return { kind: 'drop-primary-key' };
}

function named(cursor: Cursor, kind: 'drop-index' | 'drop-foreign-key' | 'drop-check', what: string): AlterSpec {
  const ifExists = acceptIfExists(cursor);
  return { kind, ifExists, name: cursor.name(what) };
}

function parseDropPartition(cursor: Cursor): AlterSpec {
  const ifExists = acceptIfExists(cursor);
  const names = cursor.list(() => cursor.name("a partition's name"));
  return { kind: 'partitions', action: 'drop', ifExists, noWriteToBinlog: false, names };
}

function parseDropColumn(cursor: Cursor): AlterSpec {
  cursor.accept('COLUMN');
  const ifExists = acceptIfExists(cursor);
  const name = parseColumnName(cursor);
  cursor.acceptOneOf('RESTRICT', 'CASCADE');
  return { kind: 'drop-column', ifExists, name };
}
