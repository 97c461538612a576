import type { ColumnDefinition, ColumnOption, ColumnPosition } from '../ast';
import { parseColumnOption } from './column-option';
import type { Cursor } from './cursor';
import { parseDataType } from './data-type';
import { parseColumnName } from './names';

/** What `SERIAL` stands for beside `BIGINT UNSIGNED`. */
const SerialOptions: readonly ColumnOption[] = [{ kind: 'not-null' }, { kind: 'auto-increment' }, { kind: 'unique' }];

/** `name type option …`. Errors: `DDL_SYNTAX`. */
export function parseColumnDefinition(cursor: Cursor): ColumnDefinition {
  const name = parseColumnName(cursor);
  const options: ColumnOption[] = [];
  const serial = cursor.accept('SERIAL');
  if (serial) options.push(...SerialOptions);
  const type = serial ? SerialType : parseDataType(cursor);
  for (;;) {
    const parsed = parseColumnOption(cursor);
    if (parsed === null) return { name, type, options };
    options.push(...parsed);
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
