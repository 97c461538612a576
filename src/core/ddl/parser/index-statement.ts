import type { CreateIndex, DropIndex } from '../ast';
import { parseAlgorithm, parseLock } from './lock-clause';
import type { Cursor } from './cursor';
import { acceptIndexType, parseIndexOptions } from './index-option';
import { parseKeyParts } from './key-part';
import { acceptIfExists, acceptIfNotExists, parseTableName, skipWait } from './names';

const KeyKinds: ReadonlyMap<string, CreateIndex['keyKind']> = new Map([
  ['UNIQUE', 'unique'],
  ['FULLTEXT', 'fulltext'],
  ['SPATIAL', 'spatial'],
  ['VECTOR', 'vector'],
]);

/** `[UNIQUE] INDEX …`, after `CREATE [OR REPLACE]`. Errors: `DDL_SYNTAX`. */
export function parseCreateIndex(cursor: Cursor, orReplace: boolean): CreateIndex {
  cursor.acceptOneOf('ONLINE', 'OFFLINE');
  const keyKind = KeyKinds.get(cursor.acceptOneOf(...KeyKinds.keys()) ?? '') ?? 'index';
  cursor.expect('INDEX');
  const ifNotExists = acceptIfNotExists(cursor);
  const indexName = cursor.name("an index's name");
  const using = acceptIndexType(cursor);
  cursor.expect('ON');
  const table = parseTableName(cursor);
  skipWait(cursor);
  const parts = parseKeyParts(cursor);
  const written = parseIndexOptions(cursor);
  const options = { ...written, using: written.using ?? using };
  return {
    kind: 'create-index',
    orReplace,
    keyKind,
    ifNotExists,
    indexName,
    table,
    parts,
    options,
    ...parseClauses(cursor),
  };
}

/** `INDEX i ON t`, after `DROP`. Errors: `DDL_SYNTAX`. */
export function parseDropIndex(cursor: Cursor): DropIndex {
  cursor.acceptOneOf('ONLINE', 'OFFLINE');
  cursor.expect('INDEX');
  const ifExists = acceptIfExists(cursor);
  const indexName = cursor.name("an index's name");
  cursor.expect('ON');
  const table = parseTableName(cursor);
  skipWait(cursor);
  return { kind: 'drop-index', ifExists, indexName, table, ...parseClauses(cursor) };
}

/** `LOCK`, `ALGORITHM` and `WAIT` in any order. */
function parseClauses(cursor: Cursor): { lock: string | null; algorithm: string | null } {
  let lock: string | null = null;
  let algorithm: string | null = null;
  for (;;) {
    if (cursor.accept('LOCK')) lock = parseLock(cursor);
    else if (cursor.accept('ALGORITHM')) algorithm = parseAlgorithm(cursor);
    else if (cursor.isOneOf('WAIT', 'NOWAIT')) skipWait(cursor);
    else return { lock, algorithm };
  }
}
