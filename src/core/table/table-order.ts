import { joinCollations, relateCollations } from './collation';
import { INCOMPARABLE, relateAbove, relateNumbers, relateSame } from './relation';
import type { Relation } from './relation';
import type { TableItems } from './shape';

/** One item of a table beside columns and indexes. */
interface TableItem {
  /** The item's name, as paths have it. */
  readonly name: keyof TableItems;
  relate(a: TableItems, b: TableItems): Relation;
}

/** The items of a table beside columns and indexes, in the order of explanations. */
export const TABLE_ITEMS: readonly TableItem[] = [
  { name: 'collation', relate: (a, b) => relateCollations(a.collation, b.collation) },
  { name: 'autoIncrementId', relate: (a, b) => relateNumbers(a.autoIncrementId, b.autoIncrementId) },
  { name: 'shardRowIdBits', relate: (a, b) => relateSame(a.shardRowIdBits, b.shardRowIdBits) },
  { name: 'autoRandomBits', relate: (a, b) => relateSame(a.autoRandomBits, b.autoRandomBits) },
  { name: 'preSplitRegions', relate: (a, b) => relateSame(a.preSplitRegions, b.preSplitRegions) },
  { name: 'compression', relate: (a, b) => relateAbove('', a.compression, b.compression) },
];

/** The item in which two tables have no join, or null if they have one. */
export function findTableConflict(a: TableItems, b: TableItems): keyof TableItems | null {
  for (const item of TABLE_ITEMS) {
    if (item.relate(a, b) !== INCOMPARABLE) continue;
    if (item.name === 'collation' && joinCollations(a.collation, b.collation) !== null) continue;
    return item.name;
  }
  return null;
}

/** Whether all items of two tables are equal. */
export function equalTableItems(a: TableItems, b: TableItems): boolean {
  return (
    a.collation === b.collation &&
    a.autoIncrementId === b.autoIncrementId &&
    a.shardRowIdBits === b.shardRowIdBits &&
    a.autoRandomBits === b.autoRandomBits &&
    a.preSplitRegions === b.preSplitRegions &&
    a.compression === b.compression
  );
}

/** The join of two tables' items that have one. */
export function joinTableItems(a: TableItems, b: TableItems): TableItems {
  return {
    collation: joinCollations(a.collation, b.collation) ?? a.collation,
    autoIncrementId: a.autoIncrementId > b.autoIncrementId ? a.autoIncrementId : b.autoIncrementId,
    shardRowIdBits: a.shardRowIdBits,
    autoRandomBits: a.autoRandomBits,
    preSplitRegions: a.preSplitRegions,
    compression: a.compression === '' ? b.compression : a.compression,
  };
}

/** An item's value, for people. */
export function tableItemText(table: TableItems, item: keyof TableItems): string {
  const value = table[item];
  return value === '' ? 'none' : String(value);
}
