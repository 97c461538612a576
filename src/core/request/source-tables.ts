import type { CharacterSet } from '../ddl/tracker';
import { parseUpstreamTable } from '../model/names';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../model/names';
import type { Revision } from '../model/revision';
import type { Mutation } from '../model/store';
import { sourceKey, tableKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { writeTableInfo } from '../wire/table-info';
import { formatDmKey } from '../wire/dm-keys';
import { writeInitialSchemaRecord } from '../wire/initial-schema-record';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { tableTreeOf, writeSourceTables } from '../wire/source-tables';
import type { Route } from '../wire/source-tables';
import { writeSourceTablesRecord } from '../wire/source-tables-record';
import { readReportedSchema } from './reported-schema';
import type { RequestPlan } from './request-plan';
import { checkSession } from './session';
import type { SessionRef } from './session';

/** One upstream table with its route and, where the worker knows it, its schema as `CREATE TABLE`. */
export interface RegisteredTable {
  readonly schema: string;
  readonly table: string;
  readonly target: DownstreamTable;
  /** Null: not known. */
  readonly createTable: string | null;
}

/** Put all tables of a source with their schemas. The value is the revision. @throws LockstepError of the schemas */
export function planPutSourceTables(
  state: CoordinatorState,
  ref: SessionRef,
  tables: readonly RegisteredTable[],
  defaults?: CharacterSet,
): RequestPlan<Revision> {
  const routes = tables.map((registered) => routeOf(ref, registered));
  const wanted = new Set(routes.map(({ table }) => tableKey(ref.task, table)));
  const gone = currentRoutes(state, ref).filter(({ table }) => !wanted.has(tableKey(ref.task, table)));
  const schemas = tables.flatMap((registered) => schemaPut(ref, registered, defaults));
  return planRoutes(state, ref, routes, [
    ...schemas,
    ...gone.flatMap(({ table }) => schemaDelete(state, ref.task, table)),
  ]);
}

/** Add one table to those of a source, or give it another route. @throws LockstepError of the schema */
export function planAddSourceTable(
  state: CoordinatorState,
  ref: SessionRef,
  added: RegisteredTable,
  defaults?: CharacterSet,
): RequestPlan<Revision> {
  const route = routeOf(ref, added);
  const others = currentRoutes(state, ref).filter(
    ({ table }) => tableKey(ref.task, table) !== tableKey(ref.task, route.table),
  );
  return planRoutes(state, ref, [...others, route], schemaPut(ref, added, defaults));
}

/** Remove one table from those of a source: it was dropped upstream. */
export function planRemoveSourceTable(
  state: CoordinatorState,
  ref: SessionRef,
  removed: { readonly schema: string; readonly table: string },
): RequestPlan<Revision> {
  const table = parseUpstreamTable(ref.source, removed.schema, removed.table);
  const others = currentRoutes(state, ref).filter(
    (route) => tableKey(ref.task, route.table) !== tableKey(ref.task, table),
  );
  return planRoutes(state, ref, others, schemaDelete(state, ref.task, table));
}

function planRoutes(
  state: CoordinatorState,
  ref: SessionRef,
  routes: readonly Route[],
  more: readonly Mutation[],
): RequestPlan<Revision> {
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  const { task, source } = ref;
  const own = isPessimistic(state, task);
  const key = own
    ? formatLockstepKey({ kind: 'source-tables', task, source })
    : formatDmKey({ kind: 'optimistic-source-tables', task, source });
  const tables = writeSourceTables({ task, source, tables: tableTreeOf(routes) });
  const revision = own
    ? (state.pessimisticRoutes.get(sourceKey(task, source))?.revision ?? 0)
    : (state.sourceTables.get(sourceKey(task, source))?.revision ?? 0);
  return {
    kind: 'write',
    compares: [...checked.compares, { kind: 'modRevision', key, operator: '=', value: revision }],
    mutations: [{ kind: 'put', key, value: own ? writeSourceTablesRecord({ tables }) : tables }, ...more],
    answer: (written) => written,
  };
}

function isPessimistic(state: CoordinatorState, task: TaskName): boolean {
  return state.tasks.get(task)?.mode === 'pessimistic';
}

/** The routes of a source as they are stored. */
export function currentRoutes(
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

function schemaPut(
  { task, source }: SessionRef,
  { schema, table, createTable }: RegisteredTable,
  defaults?: CharacterSet,
): Mutation[] {
  if (createTable === null) return [];
  const key = formatLockstepKey({ kind: 'initial-schema', task, table: parseUpstreamTable(source, schema, table) });
  const info = writeTableInfo({ ...readReportedSchema(createTable, defaults), name: table });
  return [{ kind: 'put', key, value: writeInitialSchemaRecord({ schema: info }) }];
}

function schemaDelete(state: CoordinatorState, task: TaskName, table: UpstreamTable): Mutation[] {
  const entry = state.tables.get(tableKey(task, table));
  return entry?.initial == null
    ? []
    : [{ kind: 'delete', key: formatLockstepKey({ kind: 'initial-schema', task, table }) }];
}
