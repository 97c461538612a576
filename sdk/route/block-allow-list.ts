import type { UpstreamTableName } from '../plugin';
import { compilePattern } from './pattern';
import type { Matcher } from './pattern';

/** A table by patterns of its schema and name. */
export interface TablePattern {
  readonly schema: string;
  readonly table: string;
}

/**
 * Which tables of a source are looked at, in DM's style. Of schemas, and then of tables, the first list that isn't empty
 * decides: what `do…` names, or all but what `ignore…` names.
 */
export interface BlockAllowList {
  readonly doSchemas?: readonly string[];
  readonly ignoreSchemas?: readonly string[];
  readonly doTables?: readonly TablePattern[];
  readonly ignoreTables?: readonly TablePattern[];
}

/** Whether a table may be looked at. @throws LockstepError INVALID_INPUT for a bad pattern */
export function compileBlockAllowList(list: BlockAllowList): (table: UpstreamTableName) => boolean {
  const schemas = choose((list.doSchemas ?? []).map(compilePattern), (list.ignoreSchemas ?? []).map(compilePattern));
  const tables = choose((list.doTables ?? []).map(compileTable), (list.ignoreTables ?? []).map(compileTable));
  return (table) => schemas(table.schema) && tables(table);
}

function compileTable({ schema, table }: TablePattern): (name: UpstreamTableName) => boolean {
  const matchers: readonly [Matcher, Matcher] = [compilePattern(schema), compilePattern(table)];
  return (name) => matchers[0](name.schema) && matchers[1](name.table);
}

function choose<T>(allowed: readonly ((name: T) => boolean)[], blocked: readonly ((name: T) => boolean)[]) {
  return (name: T): boolean =>
    allowed.length > 0 ? allowed.some((matches) => matches(name)) : !blocked.some((matches) => matches(name));
}
