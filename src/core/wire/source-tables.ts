import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../model/names';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../model/names';
import { writeMap, writeObject, writeText } from './go-json';
import { goField, goText } from './go-json-reader';
import type { JsonValue } from './json-reader';
import { parseJson } from './json-reader';
import { wellFormed } from './utf8';

/** Downstream schema → downstream table → upstream schema → upstream tables. */
export type TableTree = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>>;

/** All upstream tables of one source that one task routes to each target, as DM stores them; names are unchecked. */
export interface DmSourceTables {
  readonly task: string;
  readonly source: string;
  /** Null: never set. DM tells it from the empty tree, which says that all tables were removed. */
  readonly tables: TableTree | null;
}

/** Source tables whose names can all be parts of keys. */
export interface SourceTables extends DmSourceTables {
  readonly task: TaskName;
  readonly source: SourceId;
}

/** One upstream table and the target that it is routed into. */
export interface Route {
  readonly target: DownstreamTable;
  readonly table: UpstreamTable;
}

/** The value as DM decodes it. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function decodeSourceTables(text: string, where = 'source tables'): DmSourceTables {
  return sourceTablesOf(parseJson(text, where));
}

/** The value with its names checked. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readSourceTables(text: string, where = 'source tables'): SourceTables {
  const root = parseJson(text, where);
  const { task, source, tables } = sourceTablesOf(root);
  return root.convert(() => {
    const read = { task: parseTaskName(task), source: parseSourceId(source), tables };
    listRoutes(read).forEach(({ target, table }) => {
      parseDownstreamTable(target.schema, target.table);
      parseUpstreamTable(table.source, table.schema, table.table);
    });
    return read;
  });
}

/** The value byte for byte as DM writes it; names on every level in the order of their bytes. */
export function writeSourceTables({ task, source, tables }: DmSourceTables): string {
  return writeObject({
    task: writeText(task),
    source: writeText(source),
    tables:
      tables === null
        ? 'null'
        : writeLevel(tables, (downTables) =>
            writeLevel(downTables, (upSchemas) =>
              writeLevel(upSchemas, (upTables) => writeMap([...upTables].map((name) => [name, '{}']))),
            ),
          ),
  });
}

/** The tables one by one, in the order of the tree. */
export function listRoutes({ source, tables }: SourceTables): Route[] {
  const routes: Route[] = [];
  for (const [downSchema, downTables] of tables ?? []) {
    for (const [downTable, upSchemas] of downTables) {
      const target = { schema: downSchema, table: downTable };
      for (const [schema, upTables] of upSchemas) {
        for (const table of upTables) routes.push({ target, table: { source, schema, table } });
      }
    }
  }
  return routes;
}

/** The tree of these routes; they must all be of one source. */
export function tableTreeOf(routes: Iterable<Route>): TableTree {
  const tree = new Map<string, Map<string, Map<string, Set<string>>>>();
  for (const { target, table } of routes) {
    const downTables = child(tree, target.schema, () => new Map<string, Map<string, Set<string>>>());
    const upSchemas = child(downTables, target.table, () => new Map<string, Set<string>>());
    child(upSchemas, table.schema, () => new Set<string>()).add(table.table);
  }
  return tree;
}

function child<T>(level: Map<string, T>, name: string, make: () => T): T {
  const present = level.get(name);
  if (present !== undefined) return present;
  const made = make();
  level.set(name, made);
  return made;
}

function sourceTablesOf(root: JsonValue): DmSourceTables {
  return {
    task: goText(goField(root, 'task')),
    source: goText(goField(root, 'source')),
    tables: goField(root, 'tables').nullable((tables) =>
      readLevel(tables, (downTables) =>
        readLevel(downTables, (upSchemas) =>
          readLevel(upSchemas, (upTables) => new Set(readLevel(upTables, leaf).keys())),
        ),
      ),
    ),
  };
}

/** A level of the tree; DM reads null as a level without names. */
function readLevel<T>(value: JsonValue, read: (value: JsonValue) => T): Map<string, T> {
  return value.or(new Map<string, T>(), (level) => {
    const entries = new Map<string, T>();
    level.map((entry, name) => entries.set(wellFormed(name), read(entry)));
    return entries;
  });
}

/** What stands at an upstream table: an object without fields that DM knows, or null. */
function leaf(value: JsonValue): null {
  if (value.isPresent) value.names();
  return null;
}

function writeLevel<T>(level: ReadonlyMap<string, T>, write: (value: T) => string): string {
  return writeMap([...level].map(([name, value]) => [name, write(value)]));
}
