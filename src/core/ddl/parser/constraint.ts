import type { Constraint } from '../ast';
import type { Cursor } from './cursor';
import { parseBracketed } from './expression';
import { acceptEnforced, acceptIndexType, parseIndexOptions } from './index-option';
import { parseKeyParts } from './key-part';
import { acceptIfNotExists } from './names';
import { isPeriod, parsePeriod } from './period';
import { parseReference } from './reference';

type KeyKind = Extract<Constraint, { kind: 'key' }>['keyKind'];

const FirstWords = [
  'CONSTRAINT',
  'PRIMARY',
  'KEY',
  'INDEX',
  'UNIQUE',
  'FULLTEXT',
  'SPATIAL',
  'FOREIGN',
  'CHECK',
] as const;

/** Whether a key or constraint begins here, not a column. */
export function isConstraint(cursor: Cursor): boolean {
  return cursor.isOneOf(...FirstWords) || isVectorKey(cursor) || isPeriod(cursor);
}

/** `VECTOR` alone may be a column's name. */
function isVectorKey(cursor: Cursor): boolean {
  return cursor.areNext('VECTOR', 'INDEX') || cursor.areNext('VECTOR', 'KEY');
}

/** A key, foreign key, check or period. Errors: `DDL_SYNTAX`. */
export function parseConstraint(cursor: Cursor): Constraint {
  if (isPeriod(cursor)) return parsePeriod(cursor);
  const named = cursor.accept('CONSTRAINT');
  const ifNotExists = named && acceptIfNotExists(cursor);
  const symbol = named && !isConstraint(cursor) ? cursor.name("a constraint's name") : null;
  const constraint = parseElement(cursor);
  return {
    ...constraint,
    // The symbol's name wins over the index's.
    name: symbol ?? constraint.name,
    ifNotExists: ifNotExists || constraint.ifNotExists,
  };
}

function parseElement(cursor: Cursor): Constraint {
  if (isVectorKey(cursor)) {
    cursor.advance();
    cursor.advance();
    return parseKey(cursor, 'vector');
  }
  const word = cursor.expectOneOf(...FirstWords.slice(1));
  switch (word) {
    case 'CHECK':
      return parseCheck(cursor);
    case 'FOREIGN':
      cursor.expect('KEY');
      return parseForeignKey(cursor);
    case 'PRIMARY':
      cursor.expect('KEY');
      return parseKey(cursor, 'primary');
    case 'UNIQUE':
      cursor.acceptOneOf('KEY', 'INDEX');
      return parseKey(cursor, 'unique');
    case 'FULLTEXT':
    case 'SPATIAL':
      cursor.acceptOneOf('KEY', 'INDEX');
      return parseKey(cursor, word === 'FULLTEXT' ? 'fulltext' : 'spatial');
    default:
      return parseKey(cursor, 'index');
  }
}

function parseKey(cursor: Cursor, keyKind: KeyKind): Constraint {
  const ifNotExists = acceptIfNotExists(cursor);
  let using = acceptIndexType(cursor);
  const name = using === null && cursor.isName() ? cursor.advance().text : null;
  using ??= acceptIndexType(cursor);
  const parts = parseKeyParts(cursor);
  const options = parseIndexOptions(cursor);
  return { kind: 'key', keyKind, name, ifNotExists, parts, options: { ...options, using: using ?? options.using } };
}

function parseForeignKey(cursor: Cursor): Constraint {
  const ifNotExists = acceptIfNotExists(cursor);
  const indexName = cursor.isName() ? cursor.advance().text : null;
  const parts = parseKeyParts(cursor);
  cursor.expect('REFERENCES');
  const reference = parseReference(cursor);
  return { kind: 'foreign-key', name: null, indexName, ifNotExists, parts, reference };
}

function parseCheck(cursor: Cursor): Constraint {
  const expression = parseBracketed(cursor);
  return { kind: 'check', name: null, ifNotExists: false, expression, enforced: acceptEnforced(cursor) ?? true };
}
