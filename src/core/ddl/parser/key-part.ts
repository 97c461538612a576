import type { KeyPart } from '../ast';
import type { Cursor } from './cursor';
import { parseBracketed } from './expression';
import { parseColumnName } from './names';

/** `(c, c(10), c DESC, (expression), period WITHOUT OVERLAPS)`. Errors: `DDL_SYNTAX`. */
export function parseKeyParts(cursor: Cursor): KeyPart[] {
  return cursor.bracketed(() => parseKeyPart(cursor));
}

function parseKeyPart(cursor: Cursor): KeyPart {
  if (cursor.isSymbol('(')) {
    const key = { kind: 'expression', expression: parseBracketed(cursor) } as const;
    return { key, length: null, descending: parseDirection(cursor) };
  }
  const name = parseColumnName(cursor);
  if (cursor.acceptAll('WITHOUT', 'OVERLAPS'))
    return { key: { kind: 'period', name }, length: null, descending: false };
  const key = { kind: 'column', name } as const;
  let length: number | null = null;
  if (cursor.acceptSymbol('(')) {
    length = cursor.count('a length');
    cursor.expectSymbol(')');
  }
  return { key, length, descending: parseDirection(cursor) };
}

/** `ASC` or `DESC`, or neither; whether it descends. */
export function parseDirection(cursor: Cursor): boolean {
  return cursor.acceptOneOf('ASC', 'DESC') === 'DESC';
}
