import { ColumnFlag, TypeCode } from '../../table/column-type';
import { KEY_FLAGS } from '../../table/key-role';
import { lowerName } from '../../table/lower-name';
import type { Column, Index, IndexPart, TableSchema } from '../../table/table-schema';
import type { AlterSpec, ColumnDefinition, ColumnPosition } from '../ast';
import { addKey } from './alter-indexes';
import { buildColumn } from './column-definition';
import type { BuiltColumn } from './column-definition';
import { insertColumn, isNamed, requireColumn } from './column-position';
import { evaluateDefault } from './default-value';
import { checkGenerated, checkNotRead } from './generated-column';
import { keyOfColumn } from './key-constraint';
import { originDefaultOf } from './origin-default';
import { notApplicable } from './refusal';

type Spec<Kind extends AlterSpec['kind']> = Extract<AlterSpec, { kind: Kind }>;

/** The column that a change is about; null: it isn't there, and with `ifExists` nothing is to be done. */
function findColumn(schema: TableSchema, name: string, ifExists: boolean): Column | null {
  if (ifExists && !schema.columns.some((column) => isNamed(column, name) && !column.hidden)) return null;
  return requireColumn(schema.columns, name);
}

/** Types that an index can hold a prefix of. */
const PREFIXABLE: ReadonlySet<number> = new Set([
  TypeCode.char,
  TypeCode.varchar,
  TypeCode.tinyblob,
  TypeCode.blob,
  TypeCode.mediumblob,
  TypeCode.longblob,
]);

/** ADD COLUMN. Keys that the definition asks for are added too, which is more than TiDB does. */
export function addColumn(
  schema: TableSchema,
  definition: ColumnDefinition,
  position: ColumnPosition | null,
  ifNotExists: boolean,
): TableSchema {
  if (schema.columns.some((column) => isNamed(column, definition.name))) {
    if (ifNotExists) return schema;
    throw notApplicable(`the table has a column ${definition.name} already`, { column: definition.name });
  }
  const built = buildColumn(definition, schema);
  checkGenerated(built.column, schema.columns);
  const column = { ...built.column, originDefault: originDefaultOf(built.column, null) };
  const added = { ...schema, columns: insertColumn(schema.columns, column, position) };
  const autoRandomBits = Math.max(schema.autoRandomBits, built.autoRandomBits);
  return addInlineKeys({ ...added, autoRandomBits }, built);
}

function addInlineKeys(schema: TableSchema, built: BuiltColumn): TableSchema {
  return built.keys.reduce((changed, key) => addKey(changed, keyOfColumn(built.column.name, key)), schema);
}

/**
 * DROP COLUMN: the column leaves its indexes, an index without columns goes. Key flags of the columns that are left
 * stay as they are, as in TiDB (deviation 7).
 */
export function dropColumn(schema: TableSchema, name: string, ifExists: boolean): TableSchema {
  const dropped = findColumn(schema, name, ifExists);
  if (dropped === null) return schema;
  if (schema.columns.filter((column) => !column.hidden).length === 1) {
    throw notApplicable(`column ${name} is the only one of the table and cannot be dropped`, { column: name });
  }
  const indexes = schema.indexes
    .map((index) => ({ ...index, parts: index.parts.filter((part) => !isPartOn(part, name)) }))
    .filter((index) => index.parts.length > 0);
  const hasPrimary = indexes.some((index) => index.primary);
  return {
    ...schema,
    columns: schema.columns.filter((column) => column !== dropped),
    indexes,
    primaryKeyKind: hasPrimary ? schema.primaryKeyKind : 'index',
  };
}

/**
 * MODIFY and CHANGE COLUMN: the new definition in place of the old; of the old one only the key flags stay. Indexes
 * follow a new name and lose a prefix that the new type cannot have.
 */
export function changeColumn(schema: TableSchema, spec: Spec<'modify-column' | 'change-column'>): TableSchema {
  const old = findColumn(schema, spec.kind === 'change-column' ? spec.oldName : spec.column.name, spec.ifExists);
  if (old === null) return schema;
  checkNewName(schema.columns, old, spec.column.name);
  const built = buildColumn(spec.column, schema, old.type.flags & KEY_FLAGS);
  checkGenerated(built.column, schema.columns);
  const column = { ...built.column, originDefault: originDefaultOf(built.column, old) };
  const changed = {
    ...schema,
    columns: replaceColumn(schema.columns, old, column, spec.position),
    indexes: schema.indexes.map((index) => followColumn(index, old.name, column)),
    // TiDB takes what the definition says, whichever column it defines.
    autoRandomBits: built.autoRandomBits,
  };
  return addInlineKeys(changed, built);
}

function checkNewName(columns: readonly Column[], old: Column, name: string): void {
  if (isNamed(old, name)) return;
  if (columns.some((column) => isNamed(column, name))) {
    throw notApplicable(`column ${old.name} cannot be called ${name}: the table has such a column`, { column: name });
  }
  checkNotRead(old.name, columns);
}

function replaceColumn(
  columns: readonly Column[],
  old: Column,
  column: Column,
  position: ColumnPosition | null,
): readonly Column[] {
  if (position === null) return columns.map((other) => (other === old ? column : other));
  const others = columns.filter((other) => other !== old);
  return insertColumn(others, column, position);
}

function followColumn(index: Index, oldName: string, column: Column): Index {
  const parts = index.parts.map((part) => {
    if (!isPartOn(part, oldName)) return part;
    const isPrefix = PREFIXABLE.has(column.type.code) && column.type.length > part.length;
    return { column: column.name, length: isPrefix ? part.length : -1 };
  });
  return { ...index, parts };
}

function isPartOn(part: IndexPart, name: string): boolean {
  return lowerName(part.column) === lowerName(name);
}

/** RENAME COLUMN; to its own name in other letters is nothing, as in TiDB. */
export function renameColumn(schema: TableSchema, { from, to, ifExists }: Spec<'rename-column'>): TableSchema {
  const old = findColumn(schema, from, ifExists);
  if (old === null || isNamed(old, to)) return schema;
  checkNewName(schema.columns, old, to);
  const rename = (part: IndexPart): IndexPart => (isPartOn(part, from) ? { ...part, column: to } : part);
  return {
    ...schema,
    columns: schema.columns.map((column) => (column === old ? { ...column, name: to } : column)),
    indexes: schema.indexes.map((index) => ({ ...index, parts: index.parts.map(rename) })),
  };
}

/** ALTER COLUMN … SET DEFAULT. */
export function setDefault(schema: TableSchema, spec: Spec<'set-default'>): TableSchema {
  const old = findColumn(schema, spec.column, spec.ifExists);
  if (old === null) return schema;
  const { value, isExpression } = evaluateDefault(old.name, old.type, spec.value);
  return withColumn(schema, old, {
    ...old,
    type: { ...old.type, flags: old.type.flags & ~ColumnFlag.noDefaultValue },
    defaultValue: value,
    defaultIsExpression: isExpression,
  });
}

/** ALTER COLUMN … DROP DEFAULT: "no default value" is flagged on nullable columns too. */
export function dropDefault(schema: TableSchema, { column, ifExists }: Spec<'drop-default'>): TableSchema {
  const old = findColumn(schema, column, ifExists);
  if (old === null) return schema;
  return withColumn(schema, old, {
    ...old,
    type: { ...old.type, flags: old.type.flags | ColumnFlag.noDefaultValue },
    defaultValue: null,
    defaultIsExpression: false,
  });
}

function withColumn(schema: TableSchema, old: Column, column: Column): TableSchema {
  return { ...schema, columns: schema.columns.map((other) => (other === old ? column : other)) };
}
