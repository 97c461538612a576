import type { AlterSpec, Statement } from '../../../src/core/ddl/ast';
import { lowerName } from '../../../src/core/table/lower-name';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { SqlErrorNumber } from '../database';
import type { SqlError } from '../database';

/** Errors by which a database says that a change has been made before. */
const TELLING: ReadonlySet<number> = new Set<number>([
  SqlErrorNumber.databaseExists,
  SqlErrorNumber.databaseMissing,
  SqlErrorNumber.tableExists,
  SqlErrorNumber.tableUnknown,
  SqlErrorNumber.duplicateColumn,
  SqlErrorNumber.duplicateKeyName,
  SqlErrorNumber.multiplePrimaryKeys,
  SqlErrorNumber.cannotDrop,
]);

/**
 * Whether the error of a statement says that the downstream has its change already. A rename says only that the old name
 * is unknown; it was made if the new name is there.
 */
export function isAlreadyDone(
  error: Pick<SqlError, 'number'>,
  statement: Statement,
  schema: TableSchema | null,
): boolean {
  if (TELLING.has(error.number)) return true;
  if (error.number !== SqlErrorNumber.columnUnknown && error.number !== SqlErrorNumber.keyMissing) return false;
  if (statement.kind !== 'alter-table' || schema === null) return false;
  return statement.specs.every((spec) => hasNewName(schema, spec));
}

function hasNewName({ columns, indexes }: TableSchema, spec: AlterSpec): boolean {
  const has = (names: readonly { readonly name: string }[], wanted: string): boolean =>
    names.some(({ name }) => lowerName(name) === lowerName(wanted));
  switch (spec.kind) {
    case 'rename-column':
      return has(columns, spec.to);
    case 'change-column':
      return has(columns, spec.column.name);
    case 'rename-index':
      return has(indexes, spec.to);
    default:
      return false;
  }
}
