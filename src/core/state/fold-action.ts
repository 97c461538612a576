import { unreachable } from '../model/invariant';
import type { ActionRecord } from '../model/action';
import { NO_REVISION } from '../model/revision';
import type { Change } from '../model/store';
import { tableKey } from '../model/table-key';
import { readActionRecord } from '../wire/action-record';
import type { CoordinatorState } from './coordinator-state';
import { decideInfo } from './optimistic-info';
import { changeSourceTables } from './optimistic-membership';
import { touchSource } from './pessimistic-touch';
import { removeParticipants } from './pessimistic-membership';
import { readPut } from './read-put';

/** The record of a manual action was put or deleted. */
export function foldAction(state: CoordinatorState, id: string, change: Change): void {
  const action = readPut(state, change, readActionRecord);
  const obligation = { kind: 'advance-action', action: id } as const;
  if (action?.deadlineMs == null) state.pessimistic.deadlines.delete(id);
  else state.pessimistic.deadlines.set(id, action.deadlineMs);
  foldRemoval(state, id, action);
  if (action === null) {
    state.actions.delete(id);
    state.actionRevisions.delete(id);
    return state.outbox.settle(obligation);
  }
  const before = state.actions.get(id);
  state.actions.set(id, action);
  state.actionRevisions.set(id, change.modRevision);
  if (action.endedAtMs === null) return state.outbox.ask(obligation);
  state.outbox.settle(obligation);
  if (before?.endedAtMs !== null) return;
  state.endedActions.push(action);
  if (action.result?.failure === null) applyAction(state, action);
}

/** A removal in parts has begun, or ended: what is owed for its task waits until then. */
function foldRemoval(state: CoordinatorState, id: string, action: ActionRecord | null): void {
  const before = state.removing.delete(id);
  if (action?.input.kind === 'remove-meta' && action.progress?.kind === 'removing' && action.endedAtMs === null)
    state.removing.set(id, action.input.task);
  if (before && !state.removing.has(id)) state.outbox.askAll();
}

/** What an action that has succeeded changes beside the keys that it wrote. */
function applyAction(state: CoordinatorState, { input }: ActionRecord): void {
  switch (input.kind) {
    case 'remove-meta':
      for (const known of state.sourceTables.values()) {
        const inScope =
          known.task === input.task && (input.sources.length === 0 || input.sources.includes(known.source));
        if (inScope)
          changeSourceTables(state, known.task, known.source, [], { revision: NO_REVISION, since: NO_REVISION });
      }
      return removeParticipants(state, input.task, input.sources);
    case 'retry-info': {
      if (input.table === null) return touchSource(state, input.task, input.source);
      const entry = state.tables.get(tableKey(input.task, input.table));
      if (entry?.info != null && entry.target !== null) decideInfo(state, entry);
      return;
    }
    case 'unlock-optimistic':
    case 'unlock-pessimistic':
    case 'break':
    case 'exclude-source':
    case 'put-task':
      return;
    default:
      return unreachable(input);
  }
}
