import type { UpstreamTable } from '../model/names';
import type { Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import type { Incompatible } from '../table/ordering';
import { isShape } from '../table/shape';
import type { Shape } from '../table/shape';
import { definitionAt } from './contradiction';

/** The tables that have the same at the place of a conflict. */
export interface ConflictSide {
  /** As `CREATE TABLE` writes it; null: they lack it. */
  readonly definition: string | null;
  /** The first ten. */
  readonly tables: readonly UpstreamTable[];
  readonly tableCount: number;
}

/** How many tables of a side are named. */
const NAMED = 10;

/** Why the schemas of a lock's tables don't join, those in an open conflict as they will be; null: they do. */
export function conflictOf({ lock }: TargetLock): Incompatible | null {
  const { joined } = lock;
  if (joined !== null && !isShape(joined)) return joined;
  const finals = lock.schemas.finals.joined();
  return finals === null || isShape(finals) ? null : finals;
}

/** What stands at the place of a lock's conflict, and which tables have it; the most common first. Walks over the tables. */
export function sidesOf(target: Target, { lock }: TargetLock, path: string): ConflictSide[] {
  const sides = new Map<string | null, { definition: string | null; tables: UpstreamTable[]; tableCount: number }>();
  const sideOf = new Map<Shape, UpstreamTable[]>();
  for (const [shape, count] of lock.schemas.finals.entries()) {
    const definition = definitionAt(shape, path);
    const side = sides.get(definition) ?? { definition, tables: [], tableCount: 0 };
    side.tableCount += count;
    sides.set(definition, side);
    sideOf.set(shape, side.tables);
  }
  for (const { member, table } of target.tables) {
    const tables = member === null ? undefined : sideOf.get(member.conflict ?? member.normal);
    if (tables !== undefined && tables.length < NAMED) tables.push(table);
  }
  return [...sides.values()].sort((a, b) => b.tableCount - a.tableCount);
}
