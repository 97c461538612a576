import { parseStatement, printStatement } from '../../src/core/ddl';
import { applyStatement } from '../../src/core/ddl/tracker';
import { quoteName } from '../../src/core/model/quote';
import { columnDefinition, indexDefinition } from '../../src/core/table/create-table';
import { relateColumns } from '../../src/core/table/column-order';
import { KEY_FLAGS } from '../../src/core/table/key-role';
import { lowerName } from '../../src/core/table/lower-name';
import { mayBeMissing } from '../../src/core/table/missing-column';
import { orderingOf } from '../../src/core/table/relation';
import type { Shape, ShapeColumn, ShapeIndex } from '../../src/core/table/shape';
import type { Shapes } from '../../src/core/table/shapes';
import type { Column, TableSchema } from '../../src/core/table/table-schema';
import type { TargetName } from '../plugin';

/** A way from one schema to another, as if a shard had met the DDLs. */
export interface Steps {
  readonly before: TableSchema;
  readonly ddls: readonly string[];
}

/** What keeps rows of one table out of another: names of columns in lower case. */
interface Obstacles {
  /** The other lacks them. */
  readonly extra: ReadonlySet<string>;
  /** The other has them narrower. */
  readonly wider: ReadonlySet<string>;
  /** The other must be given a value for them. */
  readonly missing: ReadonlySet<string>;
}

/** Whether a table of schema `there` takes the rows of a shard of schema `here`, as far as columns say it. */
export function takesRows(shapes: Shapes, there: TableSchema, here: TableSchema): boolean {
  const { extra, wider, missing } = obstaclesOf(shapes, there, here);
  return extra.size + wider.size + missing.size === 0;
}

/** Whether what `here` has and `there` lacks may be columns of `there` under other names. */
export function mayBeRenamed(shapes: Shapes, there: TableSchema, here: TableSchema): boolean {
  const [own, theirs] = [here, there].map((schema) => shapes.intern(schema));
  const lacks = (one: Shape | undefined, other: Shape | undefined): boolean =>
    other?.columns.some(({ name }) => one?.column(name) === undefined) === true;
  return lacks(own, theirs) && lacks(theirs, own);
}

/**
 * A shard that comes with `schema` among others of schema `sibling`, of which the target needn't have all columns: what it
 * would have been before it met the difference, and that difference as DDLs of the target. Columns that contradict each
 * other, and indexes, are left as the shard has them.
 * @returns null: the siblings take its rows; or the difference isn't one that DDLs of columns make
 */
export function stepsTo(
  shapes: Shapes,
  schema: TableSchema,
  { sibling, target }: { readonly sibling: TableSchema; readonly target: TargetName },
): Steps | null {
  const obstacles = obstaclesOf(shapes, sibling, schema);
  const before = schemaBefore(schema, sibling, obstacles);
  const ddls = ddlsOf(shapes.intern(schema), before, obstacles).map((spec) =>
    printStatement(parseStatement(`ALTER TABLE ${quoteName(target.schema)}.${quoteName(target.table)} ${spec}`)),
  );
  if (ddls.length === 0) return null;
  const after = ddls.map((ddl) => parseStatement(ddl)).reduce(applyStatement, before);
  return shapes.intern(after) === shapes.intern(schema) ? { before, ddls } : null;
}

/**
 * Whether a shard of `schema` already has what a DDL changes from `before` to `after`, which is something; a column that it
 * doesn't narrow may be wider, by a DDL that is still to come.
 */
export function hasChange(
  shapes: Shapes,
  schema: TableSchema,
  { before, after }: { readonly before: TableSchema; readonly after: TableSchema },
): boolean {
  const [from, to, own] = [partsOf(shapes, before), partsOf(shapes, after), partsOf(shapes, schema)];
  const changed = [...new Set([...from.keys(), ...to.keys()])].filter((name) => from.get(name) !== to.get(name));
  return changed.length > 0 && changed.every((name) => reaches(own.get(name), from.get(name), to.get(name)));
}

type Part = ShapeColumn | ShapeIndex | string;

/** What DDLs change, by name. */
function partsOf(shapes: Shapes, schema: TableSchema): ReadonlyMap<string, Part> {
  return new Map<string, Part>([
    ...shapes.intern(withoutKeys(schema)).columns.map((column) => [`column ${column.name}`, column] as const),
    ...shapes.intern(schema).indexes.map((index) => [`index ${index.name}`, index] as const),
    ...schema.columns.map(({ name, comment }) => [`comment ${lowerName(name)}`, comment] as const),
    ['comment', schema.comment],
  ]);
}

function reaches(own: Part | undefined, before: Part | undefined, wanted: Part | undefined): boolean {
  return own === wanted || (isWider(own, wanted) && !isWider(before, wanted));
}

/** Whether both are columns, and the one takes more than the other. */
function isWider(one: Part | undefined, other: Part | undefined): boolean {
  const areColumns = typeof one === 'object' && typeof other === 'object' && 'code' in one && 'code' in other;
  return areColumns && orderingOf(relateColumns(one, other)) === 'greater';
}

function obstaclesOf(shapes: Shapes, there: TableSchema, here: TableSchema): Obstacles {
  const [own, theirs] = [here, there].map((schema) => shapes.intern(withoutKeys(schema)));
  const names = { extra: new Set<string>(), wider: new Set<string>(), missing: new Set<string>() };
  for (const column of own?.columns ?? []) {
    const their = theirs?.column(column.name);
    if (their === undefined) names.extra.add(column.name);
    else if (orderingOf(relateColumns(column, their)) === 'greater') names.wider.add(column.name);
  }
  for (const column of theirs?.columns ?? [])
    if (own?.column(column.name) === undefined && !mayBeMissing(column)) names.missing.add(column.name);
  return names;
}

const keyless = new WeakMap<TableSchema, TableSchema>();

/** Whether rows fit is a matter of columns alone: an index may be missing anywhere. Each shard that meets a DDL asks this. */
function withoutKeys(schema: TableSchema): TableSchema {
  const known = keyless.get(schema);
  if (known !== undefined) return known;
  const columns = schema.columns.map((column) => ({
    ...column,
    type: { ...column.type, flags: column.type.flags & ~KEY_FLAGS },
  }));
  const without: TableSchema = { ...schema, columns, indexes: [], primaryKeyKind: 'index' };
  keyless.set(schema, without);
  return without;
}

function schemaBefore(schema: TableSchema, sibling: TableSchema, { extra, wider, missing }: Obstacles): TableSchema {
  const theirs = new Map(sibling.columns.map((column) => [lowerName(column.name), column]));
  const kept = schema.columns.flatMap((column): Column[] => {
    const name = lowerName(column.name);
    if (extra.has(name)) return [];
    const their = theirs.get(name);
    return [wider.has(name) && their !== undefined ? withKeysOf(their, column) : column];
  });
  const indexes = schema.indexes.filter(({ parts }) => parts.every(({ column }) => !extra.has(lowerName(column))));
  const columns = [...kept, ...sibling.columns.filter(({ name }) => missing.has(lowerName(name)))];
  return { ...schema, columns, indexes };
}

function withKeysOf(column: Column, { type: { flags } }: Column): Column {
  return { ...column, type: { ...column.type, flags: (column.type.flags & ~KEY_FLAGS) | (flags & KEY_FLAGS) } };
}

function ddlsOf(shape: Shape, before: TableSchema, { extra, wider, missing }: Obstacles): string[] {
  const indexed = new Set(before.indexes.map(({ name }) => lowerName(name)));
  const define = (name: string): string => columnDefinition(shape, name) ?? quoteName(name);
  return [
    ...[...wider].map((name) => `MODIFY COLUMN ${define(name)}`),
    ...[...extra].map((name) => `ADD COLUMN ${define(name)}`),
    ...shape.indexes
      .filter(({ name }) => !indexed.has(name))
      .map(({ name }) => `ADD ${indexDefinition(shape, name) ?? ''}`),
    ...[...missing].map((name) => `DROP COLUMN ${quoteName(name)}`),
  ];
}
