import type { ActionRecord } from '../model/action';
import { unreachable } from '../model/invariant';
import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import { sourceKey, tableKey } from '../model/table-key';
import { planSync } from '../optimistic/sync';
import { isShape } from '../table/shape';
import type { Shape } from '../table/shape';
import type { ShapeCounts } from '../table/shape-counts';
import { chooseTables, releasedSchema } from './action-unlock-optimistic';
import type { CoordinatorState } from './coordinator-state';
import { syncRequestOf } from './optimistic-info';
import { placeOf } from './optimistic-membership';
import type { TableEntry, Target } from './table-entry';

/** What the downstream of a lock must look like after an action. */
export interface ForeseenSchema {
  readonly lockId: LockId;
  /** The name of the downstream table. */
  readonly table: string;
  /** Null: the schemas don't join. */
  readonly joined: Shape | null;
}

/** What becomes of the counted schemas of a lock when something is done with one of its tables; null: nobody knows. */
type Change = (state: CoordinatorState, normals: ShapeCounts, entry: TableEntry) => ShapeCounts | null;

/**
 * The joined schemas that the optimistic locks would have after an action, which isn't refused, as far as it changes their
 * tables. A lock that would be gone has none, nor one in which a report would be decided that waits.
 */
export function foreseenSchemas(state: CoordinatorState, action: ActionRecord, nowMs: number): ForeseenSchema[] {
  const { input } = action;
  switch (input.kind) {
    case 'unlock-optimistic': {
      const target = state.targets.get(input.lockId);
      const chosen = target === undefined ? [] : chooseTables({ state, action, input, nowMs }, target);
      if (!Array.isArray(chosen)) return [];
      return foresee(state, chosen, (_, normals, entry) => release(normals, entry, releasedSchema(input, entry)));
    }
    case 'exclude-source':
      return foresee(state, tablesOf(state, input.task, [input.source]), input.undo ? include : exclude);
    case 'remove-meta':
      return foresee(state, tablesOf(state, input.task, input.sources), exclude);
    case 'retry-info': {
      const entry = input.table === null ? undefined : state.tables.get(tableKey(input.task, input.table));
      return foresee(state, entry === undefined ? [] : [entry], retry);
    }
    case 'unlock-pessimistic':
    case 'break':
    case 'put-task':
      return [];
    default:
      return unreachable(input);
  }
}

/** The tables of these sources; none named: of none, since with the whole task all locks go. */
function tablesOf(state: CoordinatorState, task: TaskName, sources: readonly SourceId[]): TableEntry[] {
  return sources.flatMap((source) => state.sourceTables.get(sourceKey(task, source))?.tables ?? []);
}

function foresee(state: CoordinatorState, entries: readonly TableEntry[], change: Change): ForeseenSchema[] {
  const changed = new Map<Target, ShapeCounts | null>();
  for (const entry of entries) {
    const { target } = entry;
    if (target?.lock == null) continue;
    const known = changed.get(target);
    const normals = known === undefined ? target.lock.lock.schemas.normals : known;
    changed.set(target, normals === null ? null : change(state, normals, entry));
  }
  return [...changed].flatMap(([{ lockId, table }, normals]): ForeseenSchema[] => {
    const joined = normals?.joined() ?? null;
    return joined === null ? [] : [{ lockId, table: table.table, joined: isShape(joined) ? joined : null }];
  });
}

function release(normals: ShapeCounts, { member }: TableEntry, released: Shape | null): ShapeCounts {
  return member === null || released === null ? normals : normals.replace(member.normal, released);
}

function exclude(_state: CoordinatorState, normals: ShapeCounts, { member }: TableEntry): ShapeCounts {
  return member === null ? normals : normals.remove(member.normal);
}

function include(state: CoordinatorState, normals: ShapeCounts, entry: TableEntry): ShapeCounts | null {
  const { target, member, isAnswered, key } = entry;
  if (target?.lock == null || member !== null) return normals;
  if (!isAnswered) return null;
  return normals.add(state.setAside.get(key)?.normal ?? placeOf(state, entry, target.lock.lock).schema);
}

function retry(state: CoordinatorState, normals: ShapeCounts, entry: TableEntry): ShapeCounts {
  const { target, member } = entry;
  const request = syncRequestOf(entry);
  if (target?.lock == null || member === null || request === null) return normals;
  return planSync(target.lock.lock, member, request, (ddl) => state.caches.columnChangeOf(ddl)).schemas.normals;
}
