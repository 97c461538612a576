import { ColumnFlag } from './column-type';
import { relateNumbers } from './relation';
import type { Relation } from './relation';
import type { IndexItems } from './shape';

/** The flags of a column that tell its role in keys. */
export const KEY_FLAGS = ColumnFlag.primaryKey | ColumnFlag.uniqueKey | ColumnFlag.multipleKey;

/** More important keys restrict more, so the order is primary < unique < multiple < none. */
export function relateKeyRoles(a: number, b: number): Relation {
  return relateNumbers(freedom(a), freedom(b));
}

function freedom(role: number): number {
  const primary = (role & ColumnFlag.primaryKey) === 0 ? 4 : 0;
  const unique = (role & ColumnFlag.uniqueKey) === 0 ? 2 : 0;
  return primary + unique + ((role & ColumnFlag.multipleKey) === 0 ? 1 : 0);
}

/**
 * The key role that every column has by the indexes: each column of a primary key is primary, the single column of a
 * unique key is unique, the first column of any other key is multiple. Columns without a role are not in the map.
 */
export function keyRolesOf(indexes: readonly IndexItems[]): ReadonlyMap<string, number> {
  const roles = new Map<string, number>();
  const give = (column: string, role: number): void => void roles.set(column, (roles.get(column) ?? 0) | role);
  for (const index of indexes) {
    const [first] = index.parts;
    if (first === undefined) continue;
    if (index.primary) for (const part of index.parts) give(part.column, ColumnFlag.primaryKey);
    else if (index.unique && index.parts.length === 1) give(first.column, ColumnFlag.uniqueKey);
    else give(first.column, ColumnFlag.multipleKey);
  }
  return roles;
}

/** A key role in words. */
export function keyRoleText(role: number): string {
  const words: string[] = [];
  if ((role & ColumnFlag.primaryKey) !== 0) words.push('primary');
  if ((role & ColumnFlag.uniqueKey) !== 0) words.push('unique');
  if ((role & ColumnFlag.multipleKey) !== 0) words.push('multiple');
  return words.length === 0 ? 'no key' : words.join(' and ');
}
