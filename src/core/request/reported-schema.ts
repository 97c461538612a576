import { parseStatement } from '../ddl';
import { applyStatement, buildTable } from '../ddl/tracker';
import type { CharacterSet } from '../ddl/tracker';
import { LockstepError } from '../model/error';
import type { DownstreamTable } from '../model/names';
import type { TableSchema } from '../table/table-schema';

/**
 * The schema of a `CREATE TABLE` that a worker reports. `AUTO_INCREMENT = n` is left out: each shard has its own, and it
 * would keep the schemas apart for ever.
 * @throws LockstepError DDL_SYNTAX, DDL_UNSUPPORTED, INVALID_INPUT
 */
export function readReportedSchema(sql: string, defaults?: CharacterSet): TableSchema {
  const statement = parseStatement(sql);
  if (statement.kind !== 'create-table')
    throw new LockstepError('INVALID_INPUT', `expected CREATE TABLE, found: ${shorten(sql)}`, { field: 'createTable' });
  return { ...buildTable(statement, defaults), autoIncrementId: 0 };
}

/**
 * The schemas after each of the DDLs, which must name the target.
 * @throws LockstepError DDL_SYNTAX, DDL_UNSUPPORTED, DDL_NOT_APPLICABLE, INVALID_INPUT
 */
export function trackDdls(before: TableSchema, ddls: readonly string[], target: DownstreamTable): TableSchema[] {
  const after: TableSchema[] = [];
  let schema = before;
  for (const ddl of ddls) {
    schema = trackDdl(schema, ddl, target);
    after.push(schema);
  }
  return after;
}

function trackDdl(schema: TableSchema, ddl: string, target: DownstreamTable): TableSchema {
  const statement = parseStatement(ddl);
  if (statement.kind === 'create-table') {
    checkTarget(statement.name, target, ddl);
    return { ...buildTable(statement), name: schema.name, autoIncrementId: 0 };
  }
  if (statement.kind !== 'alter-table' && statement.kind !== 'create-index' && statement.kind !== 'drop-index') {
    throw new LockstepError('DDL_UNSUPPORTED', `this statement isn't coordinated: ${shorten(ddl)}`, {
      ddl: shorten(ddl),
    });
  }
  checkTarget(statement.kind === 'alter-table' ? statement.name : statement.table, target, ddl);
  return applyStatement(schema, statement);
}

function checkTarget(
  name: { readonly schema: string | null; readonly table: string },
  target: DownstreamTable,
  ddl: string,
): void {
  if (name.table === target.table && (name.schema === null || name.schema === target.schema)) return;
  throw new LockstepError(
    'INVALID_INPUT',
    `the DDL names ${name.schema ?? ''}.${name.table}, not the target ${target.schema}.${target.table}: ${shorten(ddl)}`,
    { field: 'ddls' },
  );
}

/** How much of a statement an error shows. */
const SHOWN_CHARACTERS = 120;

function shorten(sql: string): string {
  return sql.length <= SHOWN_CHARACTERS ? sql : `${sql.slice(0, SHOWN_CHARACTERS)}…`;
}
