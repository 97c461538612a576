import type { AlterSpec, Statement, TableName } from './ast';
import { unreachable } from '../model/invariant';

/** A table as schema and name; of a statement about a database the name is empty. */
export type TablePair = readonly [schema: string, table: string];

/**
 * The tables that a statement touches, in the order in which DM counts them: its own, then the source of `LIKE`, the
 * target of a rename, the table of a change of partitions. `REFERENCES` doesn't count. Unqualified names are completed
 * with the current database.
 */
export function tablesOf(statement: Statement, currentDatabase: string): readonly TablePair[] {
  const complete = ({ schema, table }: TableName): TablePair => [schema ?? currentDatabase, table];
  switch (statement.kind) {
    case 'create-database':
    case 'drop-database':
      return [[statement.name, '']];
    case 'alter-database':
      return [[statement.name ?? currentDatabase, '']];
    case 'other':
      return [];
    default:
      return namesIn(statement).map(complete);
  }
}

type TableStatement = Exclude<Statement, { kind: 'create-database' | 'alter-database' | 'drop-database' | 'other' }>;

function namesIn(statement: TableStatement): readonly TableName[] {
  switch (statement.kind) {
    case 'create-table':
    case 'truncate-table':
      return [statement.name];
    case 'create-table-like':
      return [statement.name, statement.source];
    case 'create-index':
    case 'drop-index':
      return [statement.table];
    case 'drop-table':
      return statement.names;
    case 'rename-table':
      return statement.renames.flatMap(({ from, to }) => [from, to]);
    case 'alter-table':
      return [statement.name, ...statement.specs.flatMap(namesInSpec)];
    default:
      return unreachable(statement);
  }
}

function namesInSpec(spec: AlterSpec): readonly TableName[] {
  if (spec.kind === 'rename-table') return [spec.to];
  return 'table' in spec ? [spec.table] : [];
}
