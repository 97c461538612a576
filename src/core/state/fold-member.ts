import type { Change } from '../model/store';
import { readLeaderRecord, readMemberRecord } from '../wire/member-record';
import type { CoordinatorState } from './coordinator-state';
import { readPut } from './read-put';

/** Another server leads, or nobody. */
export function foldLeader(state: CoordinatorState, change: Change): void {
  state.leader = readPut(state, change, readLeaderRecord)?.id ?? null;
}

/** A server came or went. */
export function foldMember(state: CoordinatorState, id: string, change: Change): void {
  const record = readPut(state, change, readMemberRecord);
  if (record === null) state.members.delete(id);
  else state.members.set(id, record);
}
