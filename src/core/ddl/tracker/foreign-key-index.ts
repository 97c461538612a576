import { lowerName } from '../../table/lower-name';
import type { Index, IndexPart } from '../../table/table-schema';
import { buildIndex } from './build-index';
import { keyOfForeignKey } from './key-constraint';
import type { ForeignKey } from './key-constraint';
import { notApplicable } from './refusal';
import type { TableDraft } from './table-draft';

/**
 * Add an index for each foreign key that no index begins with. It is called like the constraint, or the written index
 * (`fk_1`, `fk_2`, … by their order) and gives no key flags to its columns, which only CREATE TABLE does (deviation 7).
 * @throws LockstepError DDL_NOT_APPLICABLE if the name is taken or a column unknown
 */
export function addForeignKeyIndexes(draft: TableDraft, foreignKeys: readonly ForeignKey[]): void {
  const byFirst = new Map<string, Index[]>();
  const file = (index: Index): void => {
    const first = lowerName(index.parts[0]?.column ?? '');
    byFirst.set(first, [...(byFirst.get(first) ?? []), index]);
  };
  if (foreignKeys.length > 0) draft.indexes.items.forEach(file);
  foreignKeys.forEach((foreignKey, position) => {
    const name = foreignKey.name ?? foreignKey.indexName ?? `fk_${position + 1}`;
    const names = foreignKey.parts.flatMap((part) => (part.key.kind === 'column' ? [part.key.name] : []));
    if (names.length === 0) throw notApplicable(`foreign key ${name} is on no column`, { index: name });
    const candidates = byFirst.get(lowerName(names[0] ?? '')) ?? [];
    if (candidates.some((index) => beginsWith(index, names, draft))) return;
    if (draft.indexes.find(name) !== undefined) {
      throw notApplicable(`the index of foreign key ${name} would have the name of another index`, { index: name });
    }
    const { index } = buildIndex(draft.columns, keyOfForeignKey(name, names), name);
    draft.addIndex(index);
    file(index);
  });
}

function beginsWith(index: Index, names: readonly string[], draft: TableDraft): boolean {
  return names.every((name, position) => {
    const part = index.parts[position];
    return part !== undefined && lowerName(part.column) === lowerName(name) && isWhole(part, draft);
  });
}

function isWhole(part: IndexPart, draft: TableDraft): boolean {
  const column = draft.columns.find(part.column);
  return part.length === -1 || column === undefined || part.length >= column.type.length;
}
