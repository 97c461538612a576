import { NO_REVISION } from '../model/revision';
import type { Mutation } from '../model/store';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writeSettledRecord } from '../wire/settled-record';
import type { CoordinatorState } from './coordinator-state';
import type { Plan } from './write';

/** How many changes there may be since the recorded revision before one is recorded for its own sake. */
const FAR = 1_000;

/**
 * What the state says follows from what is stored, and from nothing else, when a leader owes nothing, or only what it
 * would owe as well if it started now.
 */
export function noteSettled(state: CoordinatorState): void {
  if (state.leading && state.outbox.owed === 0) state.settledRevision = state.revision;
}

/** Ask for a record where others have written much and the leader nothing. */
export function askSettledRecord(state: CoordinatorState): void {
  const { settledRecord, settledRevision, outbox } = state;
  if (outbox.owed === 0 && settledRevision - settledRecord > FAR) outbox.ask({ kind: 'record-settled' });
}

/** How many changes a server that starts must read beside what is stored. */
export function unsettledChanges({ revision, settledRecord }: CoordinatorState): number {
  return settledRecord === NO_REVISION ? 0 : revision - settledRecord;
}

/** The record that goes along with the leader's next transaction; null: the stored one is as good. */
export function settledPut({ settledRecord, settledRevision: revision }: CoordinatorState): Mutation | null {
  if (revision <= settledRecord) return null;
  return { kind: 'put', key: formatLockstepKey({ kind: 'settled' }), value: writeSettledRecord({ revision }) };
}

/** The record alone. */
export function planRecordSettled(state: CoordinatorState): Plan {
  const put = settledPut(state);
  return put === null ? 'void' : { compares: [], mutations: [put], events: [] };
}
