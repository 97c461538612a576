import type { SourceKey } from '../model/table-key';
import { formatDmKey } from '../wire/dm-keys';
import { formatLockstepKey } from '../wire/lockstep-keys';
import type { CoordinatorState } from './coordinator-state';
import { planBrokenSource } from './pessimistic-break-plan';
import type { SourceEntry } from './source-entry';
import type { Plan } from './write';

/**
 * What is to be cleaned of one source: a finished operation that belongs to no lock keeps its worker from ever reporting
 * again (deviation P1); a break that was acknowledged after its action had ended, or whose wait is over.
 */
export function planSource(state: CoordinatorState, key: SourceKey, nowMs: number): Plan {
  const entry = state.pessimistic.entry(key);
  if (entry === undefined) return 'void';
  if (entry.mark !== null) return planBrokenSource(state, entry, entry.mark, nowMs);
  const { task, source, operation, operationRevision } = entry;
  if (operation?.done !== true || isOwned(state, entry)) return 'void';
  const operationKey = formatDmKey({ kind: 'pessimistic-operation', task, source });
  return {
    compares: [
      { kind: 'modRevision', key: operationKey, operator: '=', value: operationRevision },
      { kind: 'version', key: formatLockstepKey({ kind: 'break', task, source }), operator: '=', value: 0 },
    ],
    mutations: [{ kind: 'delete', key: operationKey }],
    events: [],
  };
}

/** Whether the operation belongs to a lock that is there, and not to an earlier one of its ID. */
function isOwned(state: CoordinatorState, { operation, operationRevision }: SourceEntry): boolean {
  const lock = operation === null ? undefined : state.pessimistic.locks.get(operation.lockId)?.lock;
  return lock !== undefined && operationRevision >= lock.origin.incarnation;
}
