import { classify, parseStatement, printStatement, routeStatement, splitStatement } from '../../src/core/ddl';
import type { Piece } from '../../src/core/ddl';
import type { Statement } from '../../src/core/ddl/ast';
import { LockstepError } from '../../src/core/model/error';
import { unquoteName } from '../../src/core/model/quote';
import type { TargetName, UpstreamEvent, UpstreamTableName } from '../plugin';
import type { Routes } from '../route/routes';

type DdlEvent = Extract<UpstreamEvent, { kind: 'ddl' }>;

/** What a statement means for one routed table, or for databases. */
export type DdlPart =
  /** It changes the table; `ddls` name the target, `statements` are the same changes for tracking its schema. */
  | {
      readonly kind: 'alter';
      readonly table: UpstreamTableName;
      readonly target: TargetName;
      readonly ddls: readonly string[];
      readonly statements: readonly Statement[];
    }
  | {
      readonly kind: 'create';
      readonly table: UpstreamTableName;
      readonly target: TargetName;
      readonly ddl: string;
      readonly statement: Extract<Statement, { kind: 'create-table' }>;
    }
  /** `CREATE TABLE … LIKE`: what it makes has to be asked of the upstream, unless `source` is a shard. */
  | {
      readonly kind: 'create-like';
      readonly table: UpstreamTableName;
      readonly target: TargetName;
      readonly source: UpstreamTableName;
    }
  | { readonly kind: 'drop'; readonly table: UpstreamTableName; readonly target: TargetName }
  | { readonly kind: 'drop-database'; readonly schema: string }
  | { readonly kind: 'create-database'; readonly ddls: readonly string[] }
  /** It isn't executed, and changes no schema that is tracked. */
  | { readonly kind: 'ignored'; readonly statement: string };

/**
 * What a statement of a source's stream means for the routed tables; nothing for others.
 * @throws LockstepError DDL_SYNTAX with line and column, DDL_NESTED_TOO_DEEPLY, DDL_UNSUPPORTED; EVENT_UNSUPPORTED for a
 *   routed table that is renamed; ROUTES_DISAGREE
 */
export function readDdl(event: DdlEvent, routes: Routes): readonly DdlPart[] {
  const statement = readStatement(event, routes);
  if (statement === null) return [{ kind: 'ignored', statement: 'a table that isn’t merged' }];
  if (statement.kind === 'other' && ROW_STATEMENTS.has(statement.name)) throw rowsAsStatement(event);
  if ('temporary' in statement && statement.temporary)
    return [{ kind: 'ignored', statement: classify(statement).kind }];
  if (statement.kind === 'other' || statement.kind === 'truncate-table' || statement.kind === 'alter-database')
    return [{ kind: 'ignored', statement: classify(statement).kind }];
  if (statement.kind === 'drop-database') return [{ kind: 'drop-database', schema: statement.name }];
  const pieces = splitStatement(statement, event.schema);
  const [first] = pieces;
  if (first === undefined) return [];
  if (statement.kind === 'create-database') return [createDatabase(first, routes)];
  if (statement.kind === 'drop-table' || statement.kind === 'rename-table')
    return pieces.flatMap((piece) => partOf(piece, [piece], routes));
  return partOf(first, pieces, routes);
}

/** Null: it can't be read, and is about a table that isn't merged. @throws LockstepError as `readDdl` */
function readStatement({ sql, schema }: DdlEvent, routes: Routes): Statement | null {
  try {
    return parseStatement(sql);
  } catch (error) {
    const [, first, second] = NAMED_TABLE.exec(sql) ?? [];
    if (!(error instanceof LockstepError) || first === undefined) throw error;
    const name =
      second === undefined
        ? { schema, table: unquoteName(first) }
        : { schema: unquoteName(first), table: unquoteName(second) };
    if (routes.targetOf(name) !== null) throw error;
    return null;
  }
}

/** The table that a statement names first, perhaps with its schema. */
const NAMED_TABLE =
  /^\s*(?:CREATE|ALTER)\s+(?:OR\s+REPLACE\s+)?TABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(`(?:[^`]|``)+`|[\w$]+)(?:\s*\.\s*(`(?:[^`]|``)+`|[\w$]+))?/iu;

/** Statements that change rows: a log in ROW format has their rows instead. */
const ROW_STATEMENTS: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'LoadDataStmt']);

function rowsAsStatement({ sql }: DdlEvent): LockstepError {
  return new LockstepError('EVENT_UNSUPPORTED', `the log has a change of rows as a statement: ${sql.slice(0, 120)}`);
}

function createDatabase(piece: Piece, routes: Routes): DdlPart {
  const schema = piece.tables[0]?.[0] ?? '';
  const ddls = routes
    .targetSchemasOf(schema)
    .map((target) => printStatement(makeOnly(routeStatement(piece, [[target, '']]))));
  return { kind: 'create-database', ddls };
}

/** The part of the table that the pieces are about. */
function partOf(first: Piece, pieces: readonly Piece[], routes: Routes): readonly DdlPart[] {
  const table = nameOf(first);
  if (pieces.some((piece) => isRename(piece.statement))) refuseRename(pieces, routes);
  const target = routes.targetOf(table);
  if (target === null) return [];
  const { statement } = first;
  switch (statement.kind) {
    case 'create-table':
      return [{ kind: 'create', table, target, ddl: printRouted(first, target, routes), statement }];
    case 'create-table-like':
      return [{ kind: 'create-like', table, target, source: nameOf(first, 1) }];
    case 'drop-table':
      return statement.view ? [] : [{ kind: 'drop', table, target }];
    default: {
      const ddls = pieces.map((piece) => printRouted(piece, target, routes));
      return [{ kind: 'alter', table, target, ddls, statements: pieces.map((piece) => piece.statement) }];
    }
  }
}

/** A `CREATE TABLE` text as a creation of `table` that its target is made with. @throws as `readDdl` */
export function readCreateTable(
  sql: string,
  table: UpstreamTableName,
  target: TargetName,
): Extract<DdlPart, { kind: 'create' }> {
  const statement = parseStatement(sql);
  if (statement.kind !== 'create-table')
    throw new LockstepError('PLUGIN_FAILED', `not a CREATE TABLE statement: ${sql.slice(0, 120)}`, {
      plugin: 'upstream',
    });
  const routed: Statement = { ...statement, name: { schema: target.schema, table: target.table } };
  return { kind: 'create', table, target, ddl: printStatement(makeOnly(routed)), statement };
}

/** A creation as it is carried out downstream: `OR REPLACE` of one shard would take the rows of all others away. */
function makeOnly(statement: Statement): Statement {
  const makes = statement.kind === 'create-table' || statement.kind === 'create-database';
  return makes ? { ...statement, orReplace: false, ifNotExists: true } : statement;
}

function printRouted(piece: Piece, target: TargetName, routes: Routes): string {
  const targets = piece.tables.map(([schema, table], index) => {
    if (index === 0) return [target.schema, target.table] as const;
    const other = routes.targetOf({ schema, table });
    return other === null ? ([schema, table] as const) : ([other.schema, other.table] as const);
  });
  return printStatement(makeOnly(routeStatement(piece, targets)));
}

function nameOf({ tables }: Piece, index = 0): UpstreamTableName {
  const [schema, table] = tables[index] ?? ['', ''];
  return { schema, table };
}

function isRename(statement: Statement): boolean {
  return (
    statement.kind === 'rename-table' ||
    (statement.kind === 'alter-table' && statement.specs.some(({ kind }) => kind === 'rename-table'))
  );
}

function refuseRename(pieces: readonly Piece[], routes: Routes): void {
  const names = pieces.flatMap(({ tables }) => tables).map(([schema, table]) => ({ schema, table }));
  const routed = names.find((table) => routes.targetOf(table) !== null);
  if (routed === undefined) return;
  throw new LockstepError('EVENT_UNSUPPORTED', `the shard ${routed.schema}.${routed.table} is renamed`, {
    table: `${routed.schema}.${routed.table}`,
  });
}
