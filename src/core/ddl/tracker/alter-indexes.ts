import { lowerName } from '../../table/lower-name';
import type { Column, Index, TableSchema } from '../../table/table-schema';
import type { AlterSpec } from '../ast';
import { PRIMARY_NAME, buildIndex } from './build-index';
import { isNamed } from './column-position';
import { nameAddedKey, refusePrimaryName } from './index-name';
import type { KeyConstraint } from './key-constraint';
import { addKeyFlags, dropKeyFlags, forbidNull } from './key-flags';
import { notApplicable } from './refusal';

function findIndex(schema: TableSchema, name: string): Index | undefined {
  return schema.indexes.find((index) => lowerName(index.name) === lowerName(name));
}

/**
 * ADD INDEX, ADD UNIQUE, ADD PRIMARY KEY and CREATE INDEX. Full-text and spatial keys are no part of a schema.
 * @throws LockstepError DDL_NOT_APPLICABLE for a taken name, the primary key's, a second primary key or an unknown column
 */
export function addKey(schema: TableSchema, key: KeyConstraint): TableSchema {
  if (key.keyKind === 'primary') return addPrimaryKey(schema, key);
  if (key.name !== null) refusePrimaryName(key.name);
  if (key.keyKind === 'fulltext' || key.keyKind === 'spatial') return schema;
  const name = nameAddedKey(key, schema.indexes);
  if (findIndex(schema, name) !== undefined) {
    if (key.ifNotExists) return schema;
    throw notApplicable(`the table has an index ${name} already`, { index: name });
  }
  return appendIndex(schema, key, name);
}

function addPrimaryKey(schema: TableSchema, key: KeyConstraint): TableSchema {
  if (schema.indexes.some((index) => index.primary)) {
    if (key.ifNotExists) return schema;
    throw notApplicable('the table has a primary key already', { index: PRIMARY_NAME });
  }
  const added = appendIndex(schema, key, PRIMARY_NAME);
  const names = key.parts.flatMap((part) => (part.key.kind === 'column' ? [part.key.name] : []));
  return { ...added, columns: forbidNull(added.columns, names) };
}

function appendIndex(schema: TableSchema, key: KeyConstraint, name: string): TableSchema {
  const { index, hidden } = buildIndex(schema.columns, key, name);
  return {
    ...schema,
    columns: addKeyFlags([...schema.columns, ...hidden], index),
    indexes: [...schema.indexes, index],
  };
}

/**
 * DROP INDEX and DROP PRIMARY KEY, with the hidden columns that the index had.
 * @throws LockstepError DDL_NOT_APPLICABLE if there is none of this name
 */
export function dropIndex(schema: TableSchema, name: string, ifExists: boolean): TableSchema {
  const dropped = findIndex(schema, name);
  if (dropped === undefined) {
    if (ifExists) return schema;
    throw notApplicable(`the table has no index ${name}`, { index: name });
  }
  const indexes = schema.indexes.filter((index) => index !== dropped);
  const isOwn = (column: Column): boolean =>
    column.hidden && dropped.parts.some((part) => isNamed(column, part.column));
  return {
    ...schema,
    columns: dropKeyFlags(schema.columns, dropped, indexes).filter((column) => !isOwn(column)),
    indexes,
    primaryKeyKind: dropped.primary ? 'index' : schema.primaryKeyKind,
  };
}

/**
 * RENAME INDEX.
 * @throws LockstepError DDL_NOT_APPLICABLE if there is none of the old name or one of the new, or for the primary key's name
 */
export function renameIndex(
  schema: TableSchema,
  { from, to, ifExists }: Extract<AlterSpec, { kind: 'rename-index' }>,
): TableSchema {
  for (const name of [from, to]) refusePrimaryName(name);
  const old = findIndex(schema, from);
  if (old === undefined && ifExists) return schema;
  if (old === undefined) throw notApplicable(`the table has no index ${from}`, { index: from });
  const other = findIndex(schema, to);
  if (other !== undefined && other !== old) {
    throw notApplicable(`index ${from} cannot be called ${to}: the table has such an index`, { index: to });
  }
  return withIndex(schema, old, { ...old, name: to });
}

/** ALTER INDEX … VISIBLE | INVISIBLE. @throws LockstepError DDL_NOT_APPLICABLE if there is none of this name */
export function setVisibility(
  schema: TableSchema,
  { name, invisible, ifExists }: Extract<AlterSpec, { kind: 'alter-index' }>,
): TableSchema {
  const old = findIndex(schema, name);
  if (old === undefined && ifExists) return schema;
  if (old === undefined) throw notApplicable(`the table has no index ${name}`, { index: name });
  return withIndex(schema, old, { ...old, invisible });
}

function withIndex(schema: TableSchema, old: Index, index: Index): TableSchema {
  return { ...schema, indexes: schema.indexes.map((other) => (other === old ? index : other)) };
}
