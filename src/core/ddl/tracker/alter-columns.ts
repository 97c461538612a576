import { ColumnFlag } from '../../table/column-type';
import { KEY_FLAGS } from '../../table/key-role';
import { lowerName } from '../../table/lower-name';
import type { Column, Index, IndexPart } from '../../table/table-schema';
import { isCharacterType } from '../../table/type-text';
import type { AlterSpec, ColumnDefinition, ColumnPosition } from '../ast';
import { addKey } from './alter-indexes';
import { buildColumn, checkColumnCount } from './column-definition';
import type { BuiltColumn } from './column-definition';
import { evaluateDefault } from './default-value';
import { checkNotRead, checkReads } from './generated-column';
import { keyOfColumn } from './key-constraint';
import { originDefaultOf } from './origin-default';
import { notApplicable } from './refusal';
import type { TableDraft } from './table-draft';

type Spec<Kind extends AlterSpec['kind']> = Extract<AlterSpec, { kind: Kind }>;

/** The column that a change is about; null: it isn't there, and with `ifExists` nothing is to be done. */
function findColumn(draft: TableDraft, name: string, ifExists: boolean): Column | null {
  const column = draft.columns.find(name);
  return ifExists && (column === undefined || column.hidden) ? null : draft.requireColumn(name);
}

/** ADD COLUMN. Keys that the definition asks for are added too, which is more than TiDB does. */
export function addColumn(
  draft: TableDraft,
  definition: ColumnDefinition,
  position: ColumnPosition | null,
  ifNotExists: boolean,
): void {
  if (draft.columns.find(definition.name) !== undefined) {
    if (ifNotExists) return;
    throw notApplicable(`the table has a column ${definition.name} already`, { column: definition.name });
  }
  checkColumnCount(draft.columns.items.length + 1);
  const built = buildColumn(definition, draft.facts);
  checkReads(built, draft.columns);
  draft.insertColumn({ ...built.column, originDefault: originDefaultOf(built.column, null) }, position);
  if (built.autoRandomBits > draft.facts.autoRandomBits) draft.change({ autoRandomBits: built.autoRandomBits });
  addInlineKeys(draft, built);
}

function addInlineKeys(draft: TableDraft, built: BuiltColumn): void {
  for (const key of built.keys) addKey(draft, keyOfColumn(built.column.name, key));
}

/**
 * DROP COLUMN: the column leaves its indexes, an index without columns goes. Key flags of the columns that are left
 * stay as they are, as in TiDB (deviation 7).
 */
export function dropColumn(draft: TableDraft, name: string, ifExists: boolean): void {
  const dropped = findColumn(draft, name, ifExists);
  if (dropped === null) return;
  if (!draft.columns.items.some((column) => column !== dropped && !column.hidden)) {
    throw notApplicable(`column ${name} is the only one of the table and cannot be dropped`, { column: name });
  }
  draft.removeColumn(dropped);
  for (const index of indexesOn(draft, name)) leaveIndex(draft, index, name);
}

function leaveIndex(draft: TableDraft, index: Index, name: string): void {
  const parts = index.parts.filter((part) => !isPartOn(part, lowerName(name)));
  if (parts.length > 0) return draft.replaceIndex(index, { ...index, parts });
  draft.removeIndex(index);
  if (index.primary) draft.change({ primaryKeyKind: 'index' });
}

/** The indexes that have the column of this name among their parts. */
function indexesOn(draft: TableDraft, name: string): readonly Index[] {
  const lower = lowerName(name);
  return draft.indexes.items.filter(({ parts }) => parts.some((part) => isPartOn(part, lower)));
}

/**
 * MODIFY and CHANGE COLUMN: the new definition in place of the old; of the old one only the key flags stay. Indexes
 * follow a new name and lose a prefix that the new type cannot have.
 */
export function changeColumn(draft: TableDraft, spec: Spec<'modify-column' | 'change-column'>): void {
  const old = findColumn(draft, spec.kind === 'change-column' ? spec.oldName : spec.column.name, spec.ifExists);
  if (old === null) return;
  checkNewName(draft, old, spec.column.name);
  const built = buildColumn(spec.column, draft.facts, old.type.flags & KEY_FLAGS);
  checkReads(built, draft.columns);
  const column = { ...built.column, originDefault: originDefaultOf(built.column, old) };
  if (spec.position === null) draft.replaceColumn(old, column);
  else {
    draft.removeColumn(old);
    draft.insertColumn(column, spec.position);
  }
  for (const index of indexesOn(draft, old.name)) draft.replaceIndex(index, followColumn(index, old.name, column));
  // TiDB takes what the definition says, whichever column it defines.
  draft.change({ autoRandomBits: built.autoRandomBits });
  addInlineKeys(draft, built);
}

function checkNewName(draft: TableDraft, old: Column, name: string): void {
  if (lowerName(old.name) === lowerName(name)) return;
  if (draft.columns.find(name) !== undefined) {
    throw notApplicable(`column ${old.name} cannot be called ${name}: the table has such a column`, { column: name });
  }
  checkNotRead(draft, old.name);
}

function followColumn(index: Index, oldName: string, column: Column): Index {
  const parts = index.parts.map((part) => {
    if (!isPartOn(part, lowerName(oldName))) return part;
    // Only types of characters or bytes have prefixes.
    const isPrefix = isCharacterType(column.type.code) && column.type.length > part.length;
    return { column: column.name, length: isPrefix ? part.length : -1 };
  });
  return { ...index, parts };
}

function isPartOn(part: IndexPart, lower: string): boolean {
  return lowerName(part.column) === lower;
}

/** RENAME COLUMN; to its own name in other letters is nothing, as in TiDB. */
export function renameColumn(draft: TableDraft, { from, to, ifExists }: Spec<'rename-column'>): void {
  const old = findColumn(draft, from, ifExists);
  if (old === null || lowerName(old.name) === lowerName(to)) return;
  checkNewName(draft, old, to);
  draft.replaceColumn(old, { ...old, name: to });
  for (const index of indexesOn(draft, from)) {
    const parts = index.parts.map((part) => (isPartOn(part, lowerName(from)) ? { ...part, column: to } : part));
    draft.replaceIndex(index, { ...index, parts });
  }
}

/** ALTER COLUMN … SET DEFAULT. */
export function setDefault(draft: TableDraft, spec: Spec<'set-default'>): void {
  const old = findColumn(draft, spec.column, spec.ifExists);
  if (old === null) return;
  const { value, isExpression } = evaluateDefault(old.name, old.type, spec.value);
  draft.replaceColumn(old, {
    ...old,
    type: { ...old.type, flags: old.type.flags & ~ColumnFlag.noDefaultValue },
    defaultValue: value,
    defaultIsExpression: isExpression,
  });
}

/** ALTER COLUMN … DROP DEFAULT: "no default value" is flagged on nullable columns too. */
export function dropDefault(draft: TableDraft, { column, ifExists }: Spec<'drop-default'>): void {
  const old = findColumn(draft, column, ifExists);
  if (old === null) return;
  draft.replaceColumn(old, {
    ...old,
    type: { ...old.type, flags: old.type.flags | ColumnFlag.noDefaultValue },
    defaultValue: null,
    defaultIsExpression: false,
  });
}
