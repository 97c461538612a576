import { ColumnFlag, TypeCode } from '../../table/column-type';
import { implicitDefault } from '../../table/missing-column';
import type { Column } from '../../table/table-schema';
import { isCharacterType } from '../../table/type-text';

/**
 * The value that rows from before the column have, once ALTER has added or changed it: the default, or for `NOT NULL`
 * without one the type's zero value; else what was recorded before. The moment of the statement isn't known here, so a
 * default of the current time counts as what was recorded before, or the zero time. Not compared.
 */
export function originDefaultOf(column: Column, before: Column | null): string | null {
  if (column.generated !== null) return null;
  if (column.defaultValue !== null) {
    const isComputed = column.defaultIsExpression || /^CURRENT_(?:TIMESTAMP|DATE)$/.test(column.defaultValue);
    return isComputed ? (before?.originDefault ?? implicitDefault(column.type)) : column.defaultValue;
  }
  if ((column.type.flags & ColumnFlag.notNull) !== 0) return implicitDefault(column.type);
  const recorded = before?.originDefault ?? null;
  const keeps = recorded === null || before?.type.code === column.type.code || isCharacterType(column.type.code);
  return keeps || (isNumber(column.type.code) && /^-?\d+$/.test(recorded)) ? recorded : implicitDefault(column.type);
}

function isNumber(code: number): boolean {
  return (
    code <= TypeCode.double || code === TypeCode.bigint || code === TypeCode.mediumint || code === TypeCode.decimal
  );
}
