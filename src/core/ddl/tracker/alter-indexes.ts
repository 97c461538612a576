import type { AlterSpec } from '../ast';
import { PRIMARY_NAME, buildIndex } from './build-index';
import { nameAddedKey, refusePrimaryName } from './index-name';
import { makesIndex } from './key-constraint';
import type { KeyConstraint } from './key-constraint';
import { addKeyFlags, dropKeyFlags, forbidNullsOf } from './key-flags';
import { notApplicable } from './refusal';
import type { TableDraft } from './table-draft';

/**
 * ADD INDEX, ADD UNIQUE, ADD PRIMARY KEY and CREATE INDEX. Full-text, spatial and vector keys, and those over periods, are
 * no part of a schema.
 * @throws LockstepError DDL_NOT_APPLICABLE for a taken name, the primary key's, a second primary key or an unknown column
 */
export function addKey(draft: TableDraft, key: KeyConstraint): void {
  if (key.keyKind === 'primary') return addPrimaryKey(draft, key);
  if (key.name !== null) refusePrimaryName(key.name);
  if (!makesIndex(key)) return;
  const name = nameAddedKey(key, draft.indexes);
  if (draft.indexes.find(name) !== undefined) {
    if (key.ifNotExists) return;
    throw notApplicable(`the table has an index ${name} already`, { index: name });
  }
  appendIndex(draft, key, name);
}

function addPrimaryKey(draft: TableDraft, key: KeyConstraint): void {
  if (draft.indexes.items.some((index) => index.primary)) {
    if (key.ifNotExists) return;
    throw notApplicable('the table has a primary key already', { index: PRIMARY_NAME });
  }
  if (makesIndex(key)) appendIndex(draft, key, PRIMARY_NAME);
  forbidNullsOf(draft, key);
}

function appendIndex(draft: TableDraft, key: KeyConstraint, name: string): void {
  const { index, hidden } = buildIndex(draft.columns, key, name);
  for (const column of hidden) draft.insertColumn(column, null);
  draft.addIndex(index);
  addKeyFlags(draft, index);
}

/**
 * DROP INDEX and DROP PRIMARY KEY, with the hidden columns that the index had.
 * @throws LockstepError DDL_NOT_APPLICABLE if there is none of this name
 */
export function dropIndex(draft: TableDraft, name: string, ifExists: boolean): void {
  const dropped = draft.indexes.find(name);
  if (dropped === undefined) {
    if (ifExists) return;
    throw notApplicable(`the table has no index ${name}`, { index: name });
  }
  draft.removeIndex(dropped);
  dropKeyFlags(draft, dropped);
  for (const part of dropped.parts) {
    const column = draft.columns.find(part.column);
    if (column?.hidden === true) draft.removeColumn(column);
  }
  if (dropped.primary) draft.change({ primaryKeyKind: 'index' });
}

/**
 * RENAME INDEX.
 * @throws LockstepError DDL_NOT_APPLICABLE if there is none of the old name or one of the new, or for the primary key's name
 */
export function renameIndex(
  draft: TableDraft,
  { from, to, ifExists }: Extract<AlterSpec, { kind: 'rename-index' }>,
): void {
  for (const name of [from, to]) refusePrimaryName(name);
  const old = draft.indexes.find(from);
  if (old === undefined && ifExists) return;
  if (old === undefined) throw notApplicable(`the table has no index ${from}`, { index: from });
  const other = draft.indexes.find(to);
  if (other !== undefined && other !== old) {
    throw notApplicable(`index ${from} cannot be called ${to}: the table has such an index`, { index: to });
  }
  draft.replaceIndex(old, { ...old, name: to });
}

/** ALTER INDEX … VISIBLE | INVISIBLE. @throws LockstepError DDL_NOT_APPLICABLE if there is none of this name */
export function setVisibility(
  draft: TableDraft,
  { name, invisible, ifExists }: Extract<AlterSpec, { kind: 'alter-index' }>,
): void {
  const old = draft.indexes.find(name);
  if (old === undefined && ifExists) return;
  if (old === undefined) throw notApplicable(`the table has no index ${name}`, { index: name });
  draft.replaceIndex(old, { ...old, invisible });
}
