import type { PrimaryKeyKind, TableSchema } from '../../table/table-schema';
import type { CreateTable } from '../ast';
import { PRIMARY_NAME, buildIndex } from './build-index';
import { SERVER_DEFAULT } from './character-set';
import type { CharacterSet } from './character-set';
import { buildColumn, checkColumnCount } from './column-definition';
import type { BuiltColumn } from './column-definition';
import { INTEGER_CODES } from './data-type';
import { addForeignKeyIndexes } from './foreign-key-index';
import { checkReads } from './generated-column';
import { nameNewKeys } from './index-name';
import { keyOfColumn, makesIndex } from './key-constraint';
import type { KeyConstraint } from './key-constraint';
import { addConstraintFlags, addKeyFlags, addPeriod } from './key-flags';
import { notApplicable } from './refusal';
import { TableDraft } from './table-draft';
import type { TableFacts } from './table-draft';
import { characterSetOf, createdWith, readOptions } from './table-options';

/**
 * The schema that CREATE TABLE makes, as TiDB's table info records it ('From SQL to the table info' in
 * 2-table-schemas.md). `defaults` is the database's charset and collation, for tables that name none.
 * @throws LockstepError DDL_NOT_APPLICABLE for a definition that contradicts itself, DDL_UNSUPPORTED for what has no
 *   place in a schema
 */
export function buildTable(create: CreateTable, defaults: CharacterSet = SERVER_DEFAULT): TableSchema {
  const options = readOptions(create.options);
  const set = characterSetOf(options, defaults);
  checkColumnCount(create.columns.length);
  const built = create.columns.map((definition) => buildColumn(definition, set));
  const autoRandomBits = built.reduce((most, one) => Math.max(most, one.autoRandomBits), 0);
  const draft = draftOf(built, {
    name: create.name.table,
    primaryKeyKind: 'index',
    charset: set.charset,
    collation: set.collation,
    autoRandomBits,
    ...createdWith(options, autoRandomBits),
  });
  const keys = keysOf(create, built);
  for (const key of keys) addConstraintFlags(draft, key);
  for (const constraint of create.constraints) if (constraint.kind === 'period') addPeriod(draft, constraint);
  addKeys(draft, keys);
  draft.change({ primaryKeyKind: primaryKeyKindOf(draft, keys) });
  addForeignKeyIndexes(
    draft,
    create.constraints.filter((constraint) => constraint.kind === 'foreign-key'),
  );
  return draft.finish();
}

/** The columns without any key. */
function draftOf(built: readonly BuiltColumn[], facts: TableFacts): TableDraft {
  const draft = new TableDraft({ ...facts, columns: [], indexes: [] });
  for (const { column } of built) {
    const { name } = column;
    if (draft.columns.find(name) !== undefined) {
      throw notApplicable(`the table would have two columns ${name}`, { column: name });
    }
    draft.insertColumn(column, null);
  }
  if (built.length === 0) throw notApplicable('a table needs at least one column');
  for (const one of built) checkReads(one, draft.columns);
  return draft;
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

function addKeys(draft: TableDraft, keys: readonly KeyConstraint[]): void {
  const names = nameNewKeys(keys);
  keys.forEach((key, position) => addKey(draft, key, names[position] ?? ''));
}

/** TiDB gives hidden columns their flags from the index, not the constraint. */
function addKey(draft: TableDraft, key: KeyConstraint, name: string): void {
  if (!makesIndex(key)) return;
  const { index, hidden } = buildIndex(draft.columns, key, key.keyKind === 'primary' ? PRIMARY_NAME : name);
  for (const column of hidden) draft.insertColumn(column, null);
  if (hidden.length > 0) addKeyFlags(draft, index);
  draft.addIndex(index);
}

function primaryKeyKindOf(draft: TableDraft, keys: readonly KeyConstraint[]): PrimaryKeyKind {
  const primary = keys.find((key) => key.keyKind === 'primary');
  if (primary?.options.clustered !== true) return 'index';
  const [first, second] = primary.parts;
  const column = first?.key.kind === 'column' && second === undefined ? draft.columns.find(first.key.name) : undefined;
  return column !== undefined && INTEGER_CODES.has(column.type.code) ? 'handle' : 'common-handle';
}
