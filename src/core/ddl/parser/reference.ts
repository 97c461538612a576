import type { Reference } from '../ast';
import type { Cursor } from './cursor';
import { parseKeyParts } from './key-part';
import { parseTableName } from './names';

/** `t (c, …) [MATCH …] [ON DELETE …] [ON UPDATE …]`, after `REFERENCES`. Errors: `DDL_SYNTAX`. */
export function parseReference(cursor: Cursor): Reference {
  const table = parseTableName(cursor);
  const parts = cursor.isSymbol('(') ? parseKeyParts(cursor) : [];
  const match = cursor.accept('MATCH') ? cursor.expectOneOf('FULL', 'PARTIAL', 'SIMPLE') : null;
  let onDelete: string | null = null;
  let onUpdate: string | null = null;
  for (;;) {
    // A column's `ON UPDATE CURRENT_TIMESTAMP` is another thing.
    if (cursor.areNext('ON', 'DELETE')) onDelete = parseAction(cursor);
    else if (cursor.areNext('ON', 'UPDATE') && Actions.has(cursor.peek(2).upper)) onUpdate = parseAction(cursor);
    else return { table, parts, match, onDelete, onUpdate };
  }
}

const Actions: ReadonlySet<string> = new Set(['RESTRICT', 'CASCADE', 'SET', 'NO']);

function parseAction(cursor: Cursor): string {
  cursor.advance();
  cursor.advance();
  const word = cursor.expectOneOf('RESTRICT', 'CASCADE', 'SET', 'NO');
  if (word === 'NO') cursor.expect('ACTION');
  return word === 'SET' ? `SET ${cursor.expectOneOf('NULL', 'DEFAULT')}` : word === 'NO' ? 'NO ACTION' : word;
}
