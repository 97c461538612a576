import type { Column } from '../../table/table-schema';
import type { BuiltColumn } from './column-definition';
import type { Lookup } from './named-list';
import { notApplicable } from './refusal';
import type { TableDraft } from './table-draft';

/**
 * Check that all columns that a generated one reads are there and visible.
 * @throws LockstepError DDL_NOT_APPLICABLE naming the first that isn't
 */
export function checkReads({ column, reads }: BuiltColumn, columns: Lookup<Column>): void {
  for (const name of reads) {
    const read = columns.find(name);
    if (read === undefined || read.hidden) {
      throw notApplicable(`generated column ${column.name} reads the unknown column ${name}`, { column: column.name });
    }
  }
}

/**
 * Check that no generated column and no index on an expression reads `name`, which is to get another name. MySQL and
 * TiDB both refuse that.
 * @throws LockstepError DDL_NOT_APPLICABLE naming the column that reads it
 */
export function checkNotRead(draft: TableDraft, name: string): void {
  const reader = draft.readerOf(name);
  if (reader === null) return;
  const what = reader.hidden ? 'an index on an expression' : `generated column ${reader.name}`;
  throw notApplicable(`column ${name} cannot be renamed: ${what} reads it`, { column: name, reader: reader.name });
}
