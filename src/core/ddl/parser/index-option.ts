import { NoIndexOptions } from '../ast';
import type { IndexOptions } from '../ast';
import { quoteString } from '../printer/literal';
import type { Cursor } from './cursor';
import { parseEngineAttribute, parseEquals, parseWord } from './names';

/** The options after an index's columns, the last of each kind. Errors: `DDL_SYNTAX`. */
export function parseIndexOptions(cursor: Cursor): IndexOptions {
  let options = NoIndexOptions;
  for (;;) {
    const option = parseIndexOption(cursor);
    const attribute = option === null ? acceptAttribute(cursor) : null;
    if (option !== null) options = { ...options, ...option };
    else if (attribute === null) return options;
    else options = { ...options, attributes: [...options.attributes, attribute] };
  }
}

function parseIndexOption(cursor: Cursor): Partial<IndexOptions> | null {
  const using = acceptIndexType(cursor);
  if (using !== null) return { using };
  const visible = acceptVisibility(cursor);
  if (visible !== null) return { invisible: !visible };
  const scope = cursor.acceptOneOf('GLOBAL', 'LOCAL');
  if (scope !== null) return { global: scope === 'GLOBAL' };
  const clustered = cursor.acceptOneOf('CLUSTERED', 'NONCLUSTERED');
  if (clustered !== null) return { clustered: clustered === 'CLUSTERED' };
  if (cursor.accept('COMMENT')) return { comment: parseEquals(cursor).string('a comment') };
  if (cursor.accept('KEY_BLOCK_SIZE')) return { keyBlockSize: parseEquals(cursor).count('a size') };
  if (cursor.acceptAll('WITH', 'PARSER')) return { parser: cursor.name("a parser's name") };
  const ignored = acceptIgnored(cursor);
  return ignored === null ? null : { ignored };
}

/** Of MySQL's storage engines, or any that MariaDB has; null: none follows. */
function acceptAttribute(cursor: Cursor): string | null {
  const name = cursor.acceptOneOf('ENGINE_ATTRIBUTE', 'SECONDARY_ENGINE_ATTRIBUTE');
  if (name === null) return parseEngineAttribute(cursor);
  return `${name} = ${quoteString(parseWord(parseEquals(cursor), 'a JSON text'))}`;
}

/** `USING BTREE`, `TYPE BTREE`; null: none follows. */
export function acceptIndexType(cursor: Cursor): string | null {
  const isType = cursor.is('USING') || (cursor.is('TYPE') && IndexTypes.includes(cursor.peek(1).upper));
  if (!isType) return null;
  cursor.advance();
  return cursor.expectOneOf(...IndexTypes);
}

const IndexTypes: readonly string[] = ['BTREE', 'HASH', 'RTREE', 'HYPO', 'HNSW', 'INVERTED'];

/** Whether `VISIBLE` follows; null: neither it nor `INVISIBLE`. */
export function acceptVisibility(cursor: Cursor): boolean | null {
  const word = cursor.acceptOneOf('VISIBLE', 'INVISIBLE');
  return word === null ? null : word === 'VISIBLE';
}

/** MariaDB's way to hide an index from the optimiser: whether `IGNORED` follows; null: neither it nor `NOT IGNORED`. */
export function acceptIgnored(cursor: Cursor): boolean | null {
  if (cursor.accept('IGNORED')) return true;
  return cursor.acceptAll('NOT', 'IGNORED') ? false : null;
}

/** Whether `ENFORCED` follows; null: neither it nor `NOT ENFORCED`. */
export function acceptEnforced(cursor: Cursor): boolean | null {
  if (cursor.accept('ENFORCED')) return true;
  return cursor.acceptAll('NOT', 'ENFORCED') ? false : null;
}
