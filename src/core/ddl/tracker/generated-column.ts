import { lowerName } from '../../table/lower-name';
import { columnsReadBy } from '../../table/stored-expression';
import type { Column } from '../../table/table-schema';
import { notApplicable } from './refusal';

/**
 * Check that all columns that a generated one reads are there and visible.
 * @throws LockstepError DDL_NOT_APPLICABLE naming the first that isn't
 */
export function checkGenerated(column: Column, columns: readonly Column[]): void {
  if (column.generated === null) return;
  const known = new Set(columns.filter((other) => !other.hidden).map((other) => lowerName(other.name)));
  for (const name of columnsReadBy(column.generated.expression)) {
    if (!known.has(name)) {
      throw notApplicable(`generated column ${column.name} reads the unknown column ${name}`, { column: column.name });
    }
  }
}

/**
 * Check that no generated column and no index on an expression reads `name`, which is to get another name. MySQL and
 * TiDB both refuse that.
 * @throws LockstepError DDL_NOT_APPLICABLE naming the column that reads it
 */
export function checkNotRead(name: string, columns: readonly Column[]): void {
  const reader = columns.find(
    (column) => column.generated !== null && columnsReadBy(column.generated.expression).has(lowerName(name)),
  );
  if (reader === undefined) return;
  const what = reader.hidden ? 'an index on an expression' : `generated column ${reader.name}`;
  throw notApplicable(`column ${name} cannot be renamed: ${what} reads it`, { column: name, reader: reader.name });
}
