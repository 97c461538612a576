import { lowerName } from '../../table/lower-name';
import type { Column } from '../../table/table-schema';
import type { ColumnPosition } from '../ast';
import { notApplicable } from './refusal';

/** Whether a column has this name, without regard to case. */
export function isNamed(column: Column, name: string): boolean {
  return lowerName(column.name) === lowerName(name);
}

/** The column of this name. @throws LockstepError DDL_NOT_APPLICABLE if there is none that a statement can see */
export function requireColumn(columns: readonly Column[], name: string): Column {
  const column = columns.find((other) => isNamed(other, name) && !other.hidden);
  if (column === undefined) throw notApplicable(`the table has no column ${name}`, { column: name });
  return column;
}

/**
 * `columns` with `column` put FIRST or AFTER another; null puts it last.
 * @throws LockstepError DDL_NOT_APPLICABLE if the other isn't there
 */
export function insertColumn(
  columns: readonly Column[],
  column: Column,
  position: ColumnPosition | null,
): readonly Column[] {
  if (position === null) return [...columns, column];
  if (position.kind === 'first') return [column, ...columns];
  const at = columns.findIndex((other) => isNamed(other, position.column) && !other.hidden);
  if (at < 0) {
    throw notApplicable(`column ${column.name} cannot stand after ${position.column}, which the table doesn't have`, {
      column: position.column,
    });
  }
  return columns.toSpliced(at + 1, 0, column);
}
