import { parseStatement } from '../ddl';
import { applyStatement, buildTable } from '../ddl/tracker';
import type { CharacterSet } from '../ddl/tracker';
import { LockstepError } from '../model/error';
import type { DownstreamTable } from '../model/names';
import type { ContentCache } from '../state/content-cache';
import type { KnownSchema } from '../table/known-schema';
import type { TableSchema } from '../table/table-schema';

/** A reported schema, and the text by which it is known again: that of its `CREATE TABLE` without the table's name. */
export interface ReportedSchema extends KnownSchema {
  /** Null: it is never known again. */
  readonly key: string | null;
}

/** Longer statements are read each time, in characters. */
const LONGEST_KEPT = 65_536;

/** How many columns may be gone through in all, by the DDLs of one report one after the other: it takes a second or so. */
const MOST_COLUMNS_TRACKED = 1_000_000;

/** What may stand before the name of the table. */
const BEFORE_NAME = /^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:`[^`]*`\s*\.\s*)?$/iu;

/**
 * The schema of the table `name`, as a report tells it. All shards of a table tell the same but for their names, so it is
 * read once for all of them.
 * @throws LockstepError DDL_SYNTAX, DDL_UNSUPPORTED, INVALID_INPUT
 */
export function readReportedTable(
  caches: ContentCache,
  sql: string,
  name: string,
  defaults?: CharacterSet,
): ReportedSchema {
  const key = keyOf(sql, name, defaults);
  const read = (): KnownSchema => {
    const schema = readReportedSchema(sql, defaults);
    return { schema, shape: caches.shapes.intern(schema) };
  };
  const known = key === null ? read() : caches.reportedSchemas.get(key, read);
  return { ...named(known, name), key };
}

/**
 * The schemas of a table after each of the DDLs of a report, which must name the target.
 * @throws LockstepError DDL_SYNTAX, DDL_UNSUPPORTED, DDL_NOT_APPLICABLE, INVALID_INPUT
 */
export function trackReportedDdls(
  caches: ContentCache,
  { schema: before, key }: ReportedSchema,
  ddls: readonly string[],
  target: DownstreamTable,
): KnownSchema[] {
  const count = ddls.length * before.columns.length;
  if (count > MOST_COLUMNS_TRACKED) {
    const message = `${ddls.length} DDLs of a table with ${before.columns.length} columns are too much at once: report them in parts`;
    throw new LockstepError('INVALID_INPUT', message, { field: 'ddls' });
  }
  const track = (): readonly KnownSchema[] =>
    trackDdls(before, ddls, target).map((schema) => ({ schema, shape: caches.shapes.intern(schema) }));
  const length = ddls.reduce((sum, ddl) => sum + ddl.length, 0);
  const known =
    key === null || length > LONGEST_KEPT
      ? track()
      : caches.trackedSchemas.get(JSON.stringify([key, target.schema, target.table, ddls]), track);
  return known.map((each) => named(each, before.name));
}

function named({ schema, shape }: KnownSchema, name: string): KnownSchema {
  return { schema: { ...schema, name }, shape };
}

/** The statement without the table's name, if that stands where it must. */
function keyOf(sql: string, name: string, defaults: CharacterSet | undefined): string | null {
  const quoted = `\`${name}\``;
  const at = sql.indexOf(quoted);
  if (at < 0 || name.includes('`') || sql.length > LONGEST_KEPT || !BEFORE_NAME.test(sql.slice(0, at))) return null;
  return JSON.stringify([defaults ?? null, sql.slice(at + quoted.length)]);
}

/**
 * The schema of a `CREATE TABLE` that a worker reports. `AUTO_INCREMENT = n` is left out: each shard has its own, and it
 * would keep the schemas apart for ever.
 * @throws LockstepError DDL_SYNTAX, DDL_UNSUPPORTED, INVALID_INPUT
 */
export function readReportedSchema(sql: string, defaults?: CharacterSet): TableSchema {
  const statement = parseStatement(sql);
  if (statement.kind !== 'create-table')
    throw new LockstepError('INVALID_INPUT', `expected CREATE TABLE, found: ${shorten(sql)}`);
  return { ...buildTable(statement, defaults), autoIncrementId: 0n };
}

/**
 * The schemas after each of the DDLs, which must name the target.
 * @throws LockstepError DDL_SYNTAX, DDL_UNSUPPORTED, DDL_NOT_APPLICABLE, INVALID_INPUT
 */
function trackDdls(before: TableSchema, ddls: readonly string[], target: DownstreamTable): TableSchema[] {
  const after: TableSchema[] = [];
  let schema = before;
  for (const [index, ddl] of ddls.entries()) {
    schema = inField(`ddls[${index}]`, () => trackDdl(schema, ddl, target));
    after.push(schema);
  }
  return after;
}

/** Do what reads a field of a report; its errors name the field. */
export function inField<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    throw new LockstepError(error.code, error.message, { ...error.fields, field });
  }
}

function trackDdl(schema: TableSchema, ddl: string, target: DownstreamTable): TableSchema {
  const statement = parseStatement(ddl);
  if (statement.kind === 'create-table') {
    checkTarget(statement.name, target, ddl);
    return { ...buildTable(statement), name: schema.name, autoIncrementId: 0n };
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
  );
}

/** How much of a statement an error shows. */
const SHOWN_CHARACTERS = 120;

function shorten(sql: string): string {
  return sql.length <= SHOWN_CHARACTERS ? sql : `${sql.slice(0, SHOWN_CHARACTERS)}…`;
}
