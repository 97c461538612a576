import type { AlterSpec, AlterTable, Statement, TableName } from './ast';
import { classify } from './classify';
import { specNumber } from './spec-number';
import { tablesOf } from './tables';
import type { TablePair } from './tables';

/** One piece of a statement: what a worker executes and reports on its own. */
export interface Piece {
  readonly statement: Statement;
  /** DM's name of the statement. */
  readonly kind: string;
  /** DM's number of the change, of a piece of `ALTER TABLE`; otherwise null. */
  readonly spec: string | null;
  readonly tables: readonly TablePair[];
}

/**
 * Split a statement as DM does: one piece for each change of `ALTER TABLE`, each dropped table, each renamed pair. Names
 * are completed with the current database; creating and dropping become repeatable (`IF [NOT] EXISTS`). A statement
 * that wasn't parsed beyond its kind has no pieces.
 */
export function splitStatement(statement: Statement, currentDatabase: string): readonly Piece[] {
  const complete = (name: TableName): TableName => ({ schema: name.schema ?? currentDatabase, table: name.table });
  return divide(statement, currentDatabase, complete).map((part) => toPiece(part, currentDatabase));
}

function toPiece(statement: Statement, currentDatabase: string): Piece {
  const [spec] = statement.kind === 'alter-table' ? statement.specs : [];
  return {
    statement,
    kind: classify(statement).kind,
    spec: spec === undefined ? null : String(specNumber(spec)),
    tables: tablesOf(statement, currentDatabase),
  };
}

type Complete = (name: TableName) => TableName;

function divide(statement: Statement, currentDatabase: string, complete: Complete): readonly Statement[] {
  switch (statement.kind) {
    case 'create-table':
      return [{ ...statement, ifNotExists: !statement.orReplace, name: complete(statement.name) }];
    case 'create-table-like': {
      const { orReplace, name, source } = statement;
      return [{ ...statement, ifNotExists: !orReplace, name: complete(name), source: complete(source) }];
    }
    case 'alter-table':
      return divideAlter(statement, complete);
    case 'drop-table':
      return statement.names.map((name) => ({ ...statement, ifExists: true, names: [complete(name)] }));
    case 'rename-table':
      return statement.renames.map(({ from, to }) => ({
        ...statement,
        renames: [{ from: complete(from), to: complete(to) }],
      }));
    case 'truncate-table':
      return [{ ...statement, name: complete(statement.name) }];
    case 'create-index':
      return [{ ...statement, table: complete(statement.table) }];
    case 'drop-index':
      return [{ ...statement, ifExists: true, table: complete(statement.table) }];
    case 'create-database':
      return [{ ...statement, ifNotExists: !statement.orReplace }];
    case 'alter-database':
      return [{ ...statement, name: statement.name ?? currentDatabase }];
    case 'drop-database':
      return [{ ...statement, ifExists: true }];
    default:
      return [];
  }
}

/** After a rename later changes are of the table under its new name. */
function divideAlter(statement: AlterTable, complete: Complete): readonly AlterTable[] {
  let name = complete(statement.name);
  return statement.specs.flatMap(divideSpec).map((spec) => {
    const completed = completeSpec(spec, complete);
    const part: AlterTable = { ...statement, name, specs: [completed] };
    if (completed.kind === 'rename-table') name = completed.to;
    return part;
  });
}

/** The table of `EXCHANGE PARTITION` stays as it is written, as with DM. */
function completeSpec(spec: AlterSpec, complete: Complete): AlterSpec {
  switch (spec.kind) {
    case 'rename-table':
      return { ...spec, to: complete(spec.to) };
    case 'convert-partition':
    case 'convert-table':
      return { ...spec, table: complete(spec.table) };
    default:
      return spec;
  }
}

/** `ADD COLUMN (a …, b …, KEY …)` is a change for each of them; with one column at most it stays whole, as with DM. */
function divideSpec(spec: AlterSpec): readonly AlterSpec[] {
  if (spec.kind !== 'add-columns' || spec.columns.length <= 1) return [spec];
  const { ifNotExists, columns, constraints } = spec;
  return [
    ...columns.map((column): AlterSpec => ({ kind: 'add-column', ifNotExists, column, position: null })),
    ...constraints.map((constraint): AlterSpec => ({ kind: 'add-constraint', constraint })),
  ];
}
