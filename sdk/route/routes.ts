import { LockstepError } from '../../src/core/model/error';
import type { TargetName, UpstreamTableName } from '../plugin';
import { compileBlockAllowList } from './block-allow-list';
import type { BlockAllowList } from './block-allow-list';
import { compilePattern } from './pattern';
import type { Matcher } from './pattern';

/** Where tables go that match, in DM's style. */
export interface Route {
  readonly schemaPattern: string;
  /** Absent: all tables of the schemas, each into the table of its own name. */
  readonly tablePattern?: string;
  readonly targetSchema: string;
  /** Absent: the table's own name. */
  readonly targetTable?: string;
}

interface CompiledRoute {
  readonly route: Route;
  readonly schema: Matcher;
  readonly table: Matcher;
}

/** The routes of a worker, and what it looks at: a pure function from upstream tables to targets. */
export class Routes {
  readonly #routes: readonly CompiledRoute[];
  readonly #allows: (table: UpstreamTableName) => boolean;

  /** @throws LockstepError INVALID_INPUT for a bad pattern, an empty target, or no route at all */
  constructor(routes: readonly Route[], blockAllowList: BlockAllowList = {}) {
    if (routes.length === 0)
      throw new LockstepError('INVALID_INPUT', 'routes is empty: nothing would be merged', { field: 'routes' });
    this.#routes = routes.map(compileRoute);
    this.#allows = compileBlockAllowList(blockAllowList);
  }

  /**
   * Where a table goes; null: it isn't merged.
   * @throws LockstepError ROUTES_DISAGREE with the table and both targets
   */
  targetOf(table: UpstreamTableName): TargetName | null {
    if (!this.#allows(table)) return null;
    const matching = this.#routes.filter((route) => route.schema(table.schema) && route.table(table.table));
    const [first, ...others] = matching.map(({ route }) => targetOf(route, table));
    if (first === undefined) return null;
    for (const other of others) if (!isSame(first, other)) throw disagreement(table, first, other);
    return first;
  }

  /** The schemas into which tables of a schema go, each once. */
  targetSchemasOf(schema: string): readonly string[] {
    const matching = this.#routes.filter((route) => route.schema(schema));
    return [...new Set(matching.map(({ route }) => route.targetSchema))];
  }

  /** The routes that none of the tables matches. */
  unusedBy(tables: readonly UpstreamTableName[]): readonly Route[] {
    const allowed = tables.filter(this.#allows);
    const isUsed = ({ schema, table }: CompiledRoute): boolean =>
      allowed.some((name) => schema(name.schema) && table(name.table));
    return this.#routes.filter((route) => !isUsed(route)).map(({ route }) => route);
  }

  /**
   * The targets of the tables that a source has at its start.
   * @throws LockstepError ROUTES_DISAGREE; ROUTES_MAP_NOTHING if there are tables, and none is routed
   */
  check(tables: readonly UpstreamTableName[]): void {
    const routed = tables.filter((table) => this.targetOf(table) !== null);
    if (tables.length === 0 || routed.length > 0) return;
    const names = tables.slice(0, SHOWN_TABLES).map(({ schema, table }) => `${schema}.${table}`);
    const routes = this.#routes.map(({ route }) => `${route.schemaPattern}.${route.tablePattern ?? '*'}`);
    const more = tables.length > names.length ? ', …' : '';
    const message = `no route (${routes.join(', ')}) matches any of the source's ${tables.length} tables (${names.join(', ')}${more})`;
    throw new LockstepError('ROUTES_MAP_NOTHING', message, { routes, tables: names });
  }
}

/** How many tables an error names. */
const SHOWN_TABLES = 10;

function compileRoute(route: Route, index: number): CompiledRoute {
  if (route.targetSchema === '' || route.targetTable === '') {
    throw new LockstepError('INVALID_INPUT', `the target of route ${index} is empty`, { field: `routes.${index}` });
  }
  return { route, schema: compilePattern(route.schemaPattern), table: compilePattern(route.tablePattern ?? '*') };
}

function targetOf({ targetSchema, targetTable }: Route, { table }: UpstreamTableName): TargetName {
  return { schema: targetSchema, table: targetTable ?? table };
}

function isSame(a: TargetName, b: TargetName): boolean {
  return a.schema === b.schema && a.table === b.table;
}

function disagreement({ schema, table }: UpstreamTableName, a: TargetName, b: TargetName): LockstepError {
  const targets = [a, b].map((target) => `${target.schema}.${target.table}`);
  return new LockstepError('ROUTES_DISAGREE', `routes lead ${schema}.${table} to ${targets.join(' and to ')}`, {
    table: `${schema}.${table}`,
    targets,
  });
}
