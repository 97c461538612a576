import type { AlterSpec, Statement, TableName } from './ast';
import type { Piece } from './split';
import { invariant, unreachable } from '../model/invariant';
import type { TablePair } from './tables';

/**
 * The statement of a piece with its n-th table renamed to the n-th target; of a statement about a database the database
 * to the first target's schema. There must be as many targets as the piece has tables.
 */
export function routeStatement(piece: Piece, targets: readonly TablePair[]): Statement {
  invariant(targets.length === piece.tables.length, 'a target for each table of the piece');
  let next = 0;
  const rename = (): TableName => {
    const target = targets[next];
    invariant(target, 'no more tables than the piece counts');
    next += 1;
    return { schema: target[0], table: target[1] };
  };
  return routeTables(piece.statement, rename);
}

type Rename = () => TableName;

function routeTables(statement: Statement, rename: Rename): Statement {
  switch (statement.kind) {
    case 'create-table':
    case 'truncate-table':
      return { ...statement, name: rename() };
    case 'create-table-like':
      return { ...statement, name: rename(), source: rename() };
    case 'alter-table':
      return { ...statement, name: rename(), specs: statement.specs.map((spec) => routeSpec(spec, rename)) };
    case 'drop-table':
      return { ...statement, names: statement.names.map(rename) };
    case 'rename-table':
      return { ...statement, renames: statement.renames.map(() => ({ from: rename(), to: rename() })) };
    case 'create-index':
    case 'drop-index':
      return { ...statement, table: rename() };
    case 'create-database':
    case 'alter-database':
    case 'drop-database':
      return { ...statement, name: rename().schema ?? '' };
    case 'other':
      return statement;
    default:
      return unreachable(statement);
  }
}

function routeSpec(spec: AlterSpec, rename: Rename): AlterSpec {
  if (spec.kind === 'rename-table') return { ...spec, to: rename() };
  return 'table' in spec ? { ...spec, table: rename() } : spec;
}
