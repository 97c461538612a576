import type { TableSchema } from '../../table/table-schema';

/** The schema that CREATE TABLE … LIKE makes: everything but the name and the auto-increment ID is the source's. */
export function createLike(source: TableSchema, name: string): TableSchema {
  return { ...source, name, autoIncrementId: 0n };
}
