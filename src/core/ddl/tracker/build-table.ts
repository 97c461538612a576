import { TypeCode } from '../../table/column-type';
import { lowerName } from '../../table/lower-name';
import type { Column, Index, PrimaryKeyKind, TableSchema } from '../../table/table-schema';
import type { CreateTable } from '../ast';
import { PRIMARY_NAME, buildIndex } from './build-index';
import { SERVER_DEFAULT } from './character-set';
import type { CharacterSet } from './character-set';
import { buildColumn } from './column-definition';
import type { BuiltColumn } from './column-definition';
import { addForeignKeyIndexes } from './foreign-key-index';
import { checkGenerated } from './generated-column';
import { nameNewKeys } from './index-name';
import { keyOfColumn } from './key-constraint';
import type { KeyConstraint } from './key-constraint';
import { addConstraintFlags, addKeyFlags } from './key-flags';
import { notApplicable } from './refusal';
import { characterSetOf, createdWith, readOptions } from './table-options';

/** Types of a primary key that can be the row's handle. */
const HANDLE_CODES: ReadonlySet<number> = new Set([
  TypeCode.tinyint,
  TypeCode.smallint,
  TypeCode.mediumint,
  TypeCode.int,
  TypeCode.bigint,
]);

/** Columns and indexes while a table is being built. */
interface Parts {
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
}

/**
 * The schema that CREATE TABLE makes, as TiDB's table info records it ('From SQL to the table info' in
 * 2-table-schemas.md). `defaults` is the database's charset and collation, for tables that name none.
 * @throws LockstepError DDL_NOT_APPLICABLE for a definition that contradicts itself, DDL_UNSUPPORTED for what has no
 *   place in a schema
 */
export function buildTable(create: CreateTable, defaults: CharacterSet = SERVER_DEFAULT): TableSchema {
  const options = readOptions(create.options);
  const set = characterSetOf(options, defaults);
  const built = create.columns.map((definition) => buildColumn(definition, set));
  const columns = built.map(({ column }) => column);
  checkColumns(columns);
  const keys = keysOf(create, built);
  const flagged = keys.reduce(addConstraintFlags, columns);
  const indexed = addKeys({ columns: flagged, indexes: [] }, keys);
  const foreignKeys = create.constraints.filter((constraint) => constraint.kind === 'foreign-key');
  const autoRandomBits = Math.max(0, ...built.map((one) => one.autoRandomBits));
  return {
    name: create.name.table,
    columns: indexed.columns,
    indexes: addForeignKeyIndexes(indexed.columns, indexed.indexes, foreignKeys),
    primaryKeyKind: primaryKeyKindOf(flagged, keys),
    charset: set.charset,
    collation: set.collation,
    autoRandomBits,
    ...createdWith(options, autoRandomBits),
  };
}

function checkColumns(columns: readonly Column[]): void {
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(lowerName(name))) throw notApplicable(`the table would have two columns ${name}`, { column: name });
    names.add(lowerName(name));
  }
  if (columns.length === 0) throw notApplicable('a table needs at least one column');
  for (const column of columns) checkGenerated(column, columns);
}

/** Keys of the table first, then those of its columns; that is the order in which TiDB makes the indexes. */
function keysOf(create: CreateTable, built: readonly BuiltColumn[]): readonly KeyConstraint[] {
  const tableKeys = create.constraints.filter((constraint) => constraint.kind === 'key');
  const columnKeys = built.flatMap(({ column, keys }) => keys.map((key) => keyOfColumn(column.name, key)));
  const keys = [...tableKeys, ...columnKeys];
  if (keys.filter((key) => key.keyKind === 'primary').length > 1) {
    throw notApplicable('the table would have more than one primary key', { index: PRIMARY_NAME });
  }
  return keys;
}

function addKeys(start: Parts, keys: readonly KeyConstraint[]): Parts {
  const names = nameNewKeys(keys);
  return keys.reduce((parts, key, position) => addKey(parts, key, names[position] ?? ''), start);
}

/** Full-text and spatial keys make no index; TiDB gives hidden columns their flags from the index, not the constraint. */
function addKey(parts: Parts, key: KeyConstraint, name: string): Parts {
  if (key.keyKind === 'fulltext' || key.keyKind === 'spatial') return parts;
  const { index, hidden } = buildIndex(parts.columns, key, key.keyKind === 'primary' ? PRIMARY_NAME : name);
  const columns = [...parts.columns, ...hidden];
  return {
    columns: hidden.length > 0 ? addKeyFlags(columns, index) : columns,
    indexes: [...parts.indexes, index],
  };
}

function primaryKeyKindOf(columns: readonly Column[], keys: readonly KeyConstraint[]): PrimaryKeyKind {
  const primary = keys.find((key) => key.keyKind === 'primary');
  if (primary?.options.clustered !== true) return 'index';
  const [first, second] = primary.parts;
  const name = first?.key.kind === 'column' && second === undefined ? lowerName(first.key.name) : null;
  const column = columns.find((other) => lowerName(other.name) === name);
  return column !== undefined && HANDLE_CODES.has(column.type.code) ? 'handle' : 'common-handle';
}
