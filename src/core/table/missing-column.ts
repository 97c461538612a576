import { ColumnFlag, TypeCode } from './column-type';
import type { ColumnItems } from './shape';

/**
 * Whether a table may lack this column and still accept no more than a table that has it: rows without a value for it
 * are accepted. An auto-increment column and one without the has-no-default flag are; a nullable column whose default
 * was dropped is not, since MySQL then wants a value.
 */
export function mayBeMissing(column: ColumnItems): boolean {
  return column.defaultMarks !== ColumnFlag.noDefaultValue;
}

/**
 * The column as it stands in the join when some table lacks it: it keeps its type, has no key role, and rows need no
 * value for it: if they did, and there is no `NULL` to give them, it gets its type's implicit default.
 */
export function withoutMissing(column: ColumnItems): ColumnItems {
  const hadNoDefault = (column.defaultMarks & ColumnFlag.noDefaultValue) !== 0;
  if (!hadNoDefault) return column;
  const defaultValue = column.nullable ? column.defaultValue : (column.defaultValue ?? implicitDefault(column));
  return { ...column, defaultValue, defaultMarks: column.defaultMarks & ~ColumnFlag.noDefaultValue };
}

/**
 * The value that MySQL gives to rows from before a `NOT NULL` column without a default. For BIT it is the empty string,
 * no bytes, which is the number 0: so the recordings have it.
 */
export function implicitDefault(
  column: Pick<ColumnItems, 'code' | 'length' | 'decimals' | 'collation' | 'members'>,
): string {
  switch (column.code) {
    case TypeCode.tinyint:
    case TypeCode.smallint:
    case TypeCode.mediumint:
    case TypeCode.int:
    case TypeCode.bigint:
    case TypeCode.float:
    case TypeCode.double:
    case TypeCode.decimal:
      return '0';
    case TypeCode.timestamp:
    case TypeCode.datetime:
      return `0000-00-00 00:00:00${fraction(column.decimals)}`;
    case TypeCode.date:
      return '0000-00-00';
    case TypeCode.time:
      return `00:00:00${fraction(column.decimals)}`;
    case TypeCode.year:
      return '0000';
    case TypeCode.json:
      return 'null';
    case TypeCode.enum:
      return column.members?.[0] ?? '';
    case TypeCode.char:
      return column.collation === 'binary' ? '\0'.repeat(Math.max(column.length, 0)) : '';
    default:
      return '';
  }
}

function fraction(digits: number): string {
  return digits > 0 ? `.${'0'.repeat(digits)}` : '';
}
