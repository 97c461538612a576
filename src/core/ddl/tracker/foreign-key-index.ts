import { lowerName } from '../../table/lower-name';
import type { Column, Index, IndexPart } from '../../table/table-schema';
import { buildIndex } from './build-index';
import { keyOfForeignKey } from './key-constraint';
import type { ForeignKey } from './key-constraint';
import { notApplicable } from './refusal';

/**
 * The indexes of a new table with one for each foreign key that no index begins with. It is called like the constraint, or the written index
 * (`fk_1`, `fk_2`, … by their order) and gives no key flags to its columns, which only CREATE TABLE does (deviation 7).
 * @throws LockstepError DDL_NOT_APPLICABLE if the name is taken or a column unknown
 */
export function addForeignKeyIndexes(
  columns: readonly Column[],
  indexes: readonly Index[],
  foreignKeys: readonly ForeignKey[],
): readonly Index[] {
  return foreignKeys.reduce((all, foreignKey, position) => {
    const name = foreignKey.name ?? foreignKey.indexName ?? `fk_${position + 1}`;
    const names = foreignKey.parts.flatMap((part) => (part.key.kind === 'column' ? [part.key.name] : []));
    if (all.some((index) => beginsWith(index, names, columns))) return all;
    if (all.some((index) => lowerName(index.name) === lowerName(name))) {
      throw notApplicable(`the index of foreign key ${name} would have the name of another index`, { index: name });
    }
    return [...all, buildIndex(columns, keyOfForeignKey(name, names), name).index];
  }, indexes);
}

function beginsWith(index: Index, names: readonly string[], columns: readonly Column[]): boolean {
  return names.every((name, position) => {
    const part = index.parts[position];
    return part !== undefined && lowerName(part.column) === lowerName(name) && isWhole(part, columns);
  });
}

function isWhole(part: IndexPart, columns: readonly Column[]): boolean {
  const column = columns.find((other) => lowerName(other.name) === lowerName(part.column));
  return part.length === -1 || column === undefined || part.length >= column.type.length;
}
