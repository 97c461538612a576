import { hasMoved } from '../optimistic/agreement';
import type { TableEntry, Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import type { Shape } from '../table/shape';
import { blockingStageOf } from './blocking-stage';
import { definitionAt, findContradiction, placeText } from './contradiction';
import type { Contradiction } from './contradiction';
import { ddlsText, listText, tableText } from './words';

/** A lock with its target. */
interface Context {
  readonly target: Target;
  readonly held: TargetLock;
}

/** Says why a table is in conflict. */
export type Explain = (entry: TableEntry) => string;

/** Why a table is in conflict, with whom, and both definitions; equal reports are explained once. */
export function explainerOf(context: Context): Explain {
  const known = new Map<string, string>();
  return (entry) => {
    const { info, operation, member } = entry;
    const key = JSON.stringify([
      info?.ddls,
      info?.after.map(({ shape }) => shape.id),
      operation?.stage,
      member?.normal.id,
    ]);
    const text = known.get(key) ?? explainConflict(context, entry);
    known.set(key, text);
    return text;
  };
}

function explainConflict(context: Context, entry: TableEntry): string {
  const ddls = ddlsText(entry.info?.ddls ?? []);
  const others = otherShapes(context.held, entry);
  const found = contradictionOf(entry, others);
  if (found === null) return `its DDL ${ddls} contradicts other tables: ${entry.operation?.message ?? ''}`;
  const { place, here, there } = found;
  const [mine, theirs] = [definitionAt(here, place.path), definitionAt(there, place.path)];
  const alike = others.filter((shape) => shape === there || definitionAt(shape, place.path) === theirs);
  const { text, total } = tablesWith(context, entry, alike);
  const both = `it wants ${mine ?? 'none'}, but ${text} ${total === 1 ? 'has' : 'have'} ${theirs ?? 'none'}`;
  const until = untilWhen(context, entry, others);
  return `its DDL ${ddls} contradicts them in ${placeText(place.path)}: ${both}${until}`;
}

/** What a table that waits for others waits for: all that haven't moved as it would. */
function untilWhen(context: Context, entry: TableEntry, others: readonly Shape[]): string {
  const { member } = entry;
  if (blockingStageOf(entry) !== 'skip and wait for redirect' || member?.conflict == null) return '';
  const { normal, conflict } = member;
  const behind = others.filter((shape) => !hasMoved(shape, normal, conflict));
  if (behind.length === 0) return '; it goes on by itself when the conflicts of the other tables are over';
  const { text, total } = tablesWith(context, entry, behind);
  return `; it goes on by itself when ${total === 1 ? 'this table has' : 'these tables have'} run the same DDL: ${text}`;
}

/** How many distinct schemas are compared with that of a table: a rollout has a handful, and comparing takes time. */
const COMPARED = 200;

/** The first distinct schemas that the tables beside `entry` have, or will have. */
function otherShapes({ lock }: TargetLock, entry: TableEntry): Shape[] {
  const { finals } = lock.schemas;
  const own = finalOf(entry);
  const others: Shape[] = [];
  for (const [shape, count] of finals.entries()) {
    if (others.length === COMPARED) break;
    if (count > (shape === own ? 1 : 0)) others.push(shape);
  }
  return others;
}

/** Where what `entry` wants contradicts the schemas of other tables; null: nowhere. */
function contradictionOf({ info, member }: TableEntry, others: readonly Shape[]): Contradiction | null {
  if (info === null || member === null) return null;
  return findContradiction(
    info.after.map(({ shape }) => shape),
    others,
  );
}

/** The tables beside `entry` that have one of these schemas: the first of them by name, and how many there are. */
function tablesWith(
  { target, held }: Context,
  entry: TableEntry,
  shapes: readonly Shape[],
): { readonly text: string; readonly total: number } {
  const { finals } = held.lock.schemas;
  const wanted = new Set<Shape | null>(shapes);
  const all = shapes.reduce((sum, shape) => sum + finals.countOf(shape), 0);
  const total = all - (wanted.has(finalOf(entry)) ? 1 : 0);
  const names: string[] = [];
  for (const other of target.tables) {
    if (names.length === Math.min(total, 3)) break;
    if (other !== entry && other.member !== null && wanted.has(finalOf(other))) names.push(tableText(other.table));
  }
  return { text: listText(names, total), total };
}

/** The schema that a table has, or will have after its DDL in conflict; null: it is in no lock. */
function finalOf({ member }: TableEntry): Shape | null {
  return member === null ? null : (member.conflict ?? member.normal);
}
