import type { TableKey } from '../model/table-key';
import { schemaOfShape } from '../table/shape-schema';
import type { Shape } from '../table/shape';
import { writeInitialSchemaRecord } from '../wire/initial-schema-record';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writeTableInfo } from '../wire/table-info';
import type { CoordinatorState } from './coordinator-state';
import { isHeld, lacksSchema } from './optimistic-schemas';
import type { TableEntry, Target } from './table-entry';
import type { Plan } from './write';

/**
 * The record of a table's schema as the downstream's checkpoint has it; of one without a checkpoint that with which its lock
 * begins (3-optimistic.md, *State of one lock*). Until the shell has brought what it was asked for there is nothing to write.
 */
export function planKnowSchema(state: CoordinatorState, table: TableKey): Plan {
  const entry = state.tables.get(table);
  if (entry?.target == null || !lacksSchema(state, entry)) return 'void';
  const found = state.downstream.found.get(table);
  if (found === undefined) return 'idle';
  const schema = found ?? firstSchema(state, entry.target);
  if (schema === null) return 'void';
  const key = formatLockstepKey({ kind: 'initial-schema', task: entry.task, table: entry.table });
  return {
    compares: [{ kind: 'version', key, operator: '=', value: 0 }],
    mutations: [{ kind: 'put', key, value: writeInitialSchemaRecord({ schema, isRegistered: false }) }],
    events: [],
  };
}

/** The schema with which the target's lock began, or would begin. Null: nothing was reported any more. */
function firstSchema(state: CoordinatorState, target: Target): string | null {
  const shape = target.lock?.lock.origin.initial ?? firstBefore(state, target);
  return shape === null ? null : writeTableInfo(schemaOfShape(shape, target.table.table));
}

function firstBefore(state: CoordinatorState, { lockId }: Target): Shape | null {
  const makesLock = (entry: TableEntry): boolean => entry.info?.before != null && isHeld(state, entry, lockId);
  return state.downstream.held.get(lockId)?.first(makesLock)?.info?.before?.shape ?? null;
}
