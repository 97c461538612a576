import type { CharacterSet } from '../ddl/tracker';
import { LockstepError } from '../model/error';
import { parseUpstreamTable } from '../model/names';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../model/names';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { Mutation } from '../model/store';
import { sourceKey, tableKey } from '../model/table-key';
import type { TableKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { requireReadable } from '../state/unreadable';
import { writeTableInfo } from '../wire/table-info';
import { formatDmKey } from '../wire/dm-keys';
import { writeInitialSchemaRecord } from '../wire/initial-schema-record';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { tableTreeOf, writeSourceTables } from '../wire/source-tables';
import type { Route } from '../wire/source-tables';
import { writeSourceTablesRecord } from '../wire/source-tables-record';
import { inField, readReportedSchema } from './reported-schema';
import { answer, refuse } from './request-plan';
import type { RequestPlan } from './request-plan';
import { checkSession } from './session';
import type { SessionRef } from './session';
import { removedTask } from './task-refusals';

/** One upstream table with its route and, where the worker knows it, its schema as `CREATE TABLE`. */
export interface RegisteredTable {
  readonly schema: string;
  readonly table: string;
  readonly target: DownstreamTable;
  /** Null: not known. */
  readonly createTable: string | null;
}

/** How the tables of a source are told. */
export interface TablesOptions {
  /** What schemas mean that don't say it. */
  readonly defaults?: CharacterSet | undefined;
  /** The revision of the source's tables that the worker knows; null: that of its session, which has changed none so far. */
  readonly after: Revision | null;
}

/** Put all tables of a source with their schemas. The value is the revision. @throws LockstepError of the schemas */
export function planPutSourceTables(
  state: CoordinatorState,
  ref: SessionRef,
  tables: readonly RegisteredTable[],
  { defaults, after }: TablesOptions,
): RequestPlan<Revision> {
  const routes = tables.map((registered) => routeOf(ref, registered));
  const wanted = namedOnce(ref, routes);
  const gone = currentRoutes(state, ref).filter(({ table }) => !wanted.has(tableKey(ref.task, table)));
  const schemas = tables.flatMap((registered, index) =>
    inField(`tables[${index}].createTable`, () => schemaPut(ref, registered, defaults)),
  );
  const more = [...schemas, ...gone.flatMap(({ table }) => schemaDelete(state, ref.task, table))];
  return planRoutes(state, ref, { routes, more, after });
}

/** Add one table to those of a source, or give it another route. @throws LockstepError of the schema */
export function planAddSourceTable(
  state: CoordinatorState,
  ref: SessionRef,
  added: RegisteredTable,
  { defaults, after }: TablesOptions,
): RequestPlan<Revision> {
  requireReadable(state, tablesKey(state, ref));
  const route = routeOf(ref, added);
  const others = currentRoutes(state, ref).filter(
    ({ table }) => tableKey(ref.task, table) !== tableKey(ref.task, route.table),
  );
  const more = inField('table.createTable', () => schemaPut(ref, added, defaults));
  return planRoutes(state, ref, { routes: [...others, route], more, after });
}

/** Remove one table from those of a source: it was dropped upstream. */
export function planRemoveSourceTable(
  state: CoordinatorState,
  ref: SessionRef,
  removed: { readonly schema: string; readonly table: string },
  { after }: TablesOptions,
): RequestPlan<Revision> {
  requireReadable(state, tablesKey(state, ref));
  const table = parseUpstreamTable(ref.source, removed.schema, removed.table);
  const others = currentRoutes(state, ref).filter(
    (route) => tableKey(ref.task, route.table) !== tableKey(ref.task, table),
  );
  return planRoutes(state, ref, { routes: others, more: schemaDelete(state, ref.task, table), after });
}

function planRoutes(
  state: CoordinatorState,
  ref: SessionRef,
  { routes, more, after }: { routes: readonly Route[]; more: readonly Mutation[]; after: Revision | null },
): RequestPlan<Revision> {
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  const { task, source } = ref;
  // It says in which mode tables are stored.
  const removed = removedTask(state, ref);
  if (removed !== null) return removed;
  const own = isPessimistic(state, task);
  const key = tablesKey(state, ref);
  const tables = writeTables(ref, routes);
  const revision = revisionOf(state, ref);
  if (revision > (after ?? ref.epoch)) {
    // Either it was carried out before, or what it knows of the tables is of before.
    if (tables === writeTables(ref, currentRoutes(state, ref))) return answer(revision);
    const message = `the tables of source ${source} have changed at revision ${revision}`;
    return refuse('STALE_SOURCE_TABLES', message, { task, source, revision });
  }
  return {
    kind: 'write',
    compares: [...checked.compares, { kind: 'modRevision', key, operator: '=', value: revision }],
    mutations: [{ kind: 'put', key, value: own ? writeSourceTablesRecord({ tables }) : tables }, ...more],
    answer: (written) => written,
  };
}

function tablesKey(state: CoordinatorState, { task, source }: SessionRef): string {
  return isPessimistic(state, task)
    ? formatLockstepKey({ kind: 'source-tables', task, source })
    : formatDmKey({ kind: 'optimistic-source-tables', task, source });
}

function writeTables({ task, source }: SessionRef, routes: readonly Route[]): string {
  return writeSourceTables({ task, source, tables: tableTreeOf(routes) });
}

/** When the tables of a source were put last. */
function revisionOf(state: CoordinatorState, { task, source }: SessionRef): Revision {
  const known = isPessimistic(state, task) ? state.pessimisticRoutes : state.sourceTables;
  return known.get(sourceKey(task, source))?.revision ?? NO_REVISION;
}

function isPessimistic(state: CoordinatorState, task: TaskName): boolean {
  return state.tasks.get(task)?.mode === 'pessimistic';
}

/** The routes of a source as they are stored. */
function currentRoutes(
  state: CoordinatorState,
  { task, source }: { readonly task: TaskName; readonly source: SourceId },
): Route[] {
  if (isPessimistic(state, task)) return [...(state.pessimisticRoutes.get(sourceKey(task, source))?.routes ?? [])];
  const entries = state.sourceTables.get(sourceKey(task, source))?.tables ?? [];
  return entries.flatMap(({ target, table, membership }) =>
    target === null || membership !== 'source-tables' ? [] : [{ target: target.table, table }],
  );
}

function routeOf({ source }: SessionRef, { schema, table, target }: RegisteredTable): Route {
  return { target, table: parseUpstreamTable(source, schema, table) };
}

/** The tables, of which none may be named twice. @throws LockstepError INVALID_INPUT */
function namedOnce({ task }: SessionRef, routes: readonly Route[]): ReadonlySet<TableKey> {
  const named = new Set<TableKey>();
  for (const [index, { table }] of routes.entries()) {
    const key = tableKey(task, table);
    if (named.has(key)) {
      const message = `the table ${table.schema}.${table.table} is named twice`;
      throw new LockstepError('INVALID_INPUT', message, { field: `tables[${index}]` });
    }
    named.add(key);
  }
  return named;
}

function schemaPut(
  { task, source }: SessionRef,
  { schema, table, createTable }: RegisteredTable,
  defaults?: CharacterSet,
): Mutation[] {
  if (createTable === null) return [];
  const key = formatLockstepKey({ kind: 'initial-schema', task, table: parseUpstreamTable(source, schema, table) });
  const info = writeTableInfo({ ...readReportedSchema(createTable, defaults), name: table });
  return [{ kind: 'put', key, value: writeInitialSchemaRecord({ schema: info, isRegistered: true }) }];
}

function schemaDelete(state: CoordinatorState, task: TaskName, table: UpstreamTable): Mutation[] {
  const entry = state.tables.get(tableKey(task, table));
  return entry?.initial == null
    ? []
    : [{ kind: 'delete', key: formatLockstepKey({ kind: 'initial-schema', task, table }) }];
}
