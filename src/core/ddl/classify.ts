import type { Statement } from './ast';
import { unreachable } from '../model/invariant';

/** What DM calls a statement, and whether it is DDL. */
export interface Classification {
  readonly kind: string;
  readonly isDDL: boolean;
}

/** The kind of a statement by DM's name of it. */
export function classify(statement: Statement): Classification {
  if (statement.kind === 'other') return { kind: statement.name, isDDL: statement.isDDL };
  return { kind: nameOf(statement.kind), isDDL: true };
}

function nameOf(kind: Exclude<Statement['kind'], 'other'>): string {
  switch (kind) {
    case 'create-table':
    case 'create-table-like':
      return 'CreateTableStmt';
    case 'alter-table':
      return 'AlterTableStmt';
    case 'drop-table':
      return 'DropTableStmt';
    case 'rename-table':
      return 'RenameTableStmt';
    case 'truncate-table':
      return 'TruncateTableStmt';
    case 'create-index':
      return 'CreateIndexStmt';
    case 'drop-index':
      return 'DropIndexStmt';
    case 'create-database':
      return 'CreateDatabaseStmt';
    case 'alter-database':
      return 'AlterDatabaseStmt';
    case 'drop-database':
      return 'DropDatabaseStmt';
    default:
      return unreachable(kind);
  }
}
