import type { ColumnDefinition, ColumnOption, ColumnPosition, DataType } from '../ast';
import { SerialOptions, parseColumnOption } from './column-option';
import type { Cursor } from './cursor';
import { addCharset, parseDataType } from './data-type';
import { isCharsetKeyword, parseColumnName } from './names';

/** `name type option …`. Errors: `DDL_SYNTAX`. */
export function parseColumnDefinition(cursor: Cursor): ColumnDefinition {
  const name = parseColumnName(cursor);
  const options: ColumnOption[] = [];
  const serial = cursor.accept('SERIAL');
  if (serial) options.push(...SerialOptions);
  let type: DataType = serial ? SerialType : parseDataType(cursor);
  for (;;) {
    const parsed = parseColumnOption(cursor);
    if (parsed !== null) options.push(...parsed);
    else if (isCharsetKeyword(cursor)) type = addCharset(cursor, type);
    else return { name, type, options };
  }
}

const SerialType = {
  name: 'BIGINT',
  length: null,
  decimals: null,
  unsigned: true,
  zerofill: false,
  binary: false,
  charset: null,
  members: null,
} as const;

/** `FIRST`, `AFTER c`; null: neither. */
export function parsePosition(cursor: Cursor): ColumnPosition | null {
  if (cursor.accept('FIRST')) return { kind: 'first' };
  return cursor.accept('AFTER') ? { kind: 'after', column: parseColumnName(cursor) } : null;
}
