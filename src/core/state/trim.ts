import type { Mutation } from '../model/store';
import { formatLockstepKey } from '../wire/lockstep-keys';
import type { CoordinatorState } from './coordinator-state';
import type { Plan } from './write';

/** How often the leader looks for what has expired, in milliseconds. */
const EVERY_MS = 60_000;

/** How many keys one step deletes. */
const PER_STEP = 50;

/** Ask for a look at what has expired, if the last one is long ago. */
export function askTrim(state: CoordinatorState, nowMs: number): void {
  if (nowMs - state.trimmedAtMs < EVERY_MS) return;
  state.trimmedAtMs = nowMs;
  state.outbox.ask({ kind: 'trim' });
}

/** Delete some of the journal records and ended actions that nobody needs any more. */
export function planTrim(state: CoordinatorState, nowMs: number): Plan {
  const { journalMs, journalRecords, actionMs } = state.retention;
  const sequences = state.journal.expired(journalRecords, nowMs - journalMs, PER_STEP);
  const actions = [...state.actions.values()].filter(
    ({ endedAtMs }) => endedAtMs !== null && endedAtMs < nowMs - actionMs,
  );
  const keys = [
    ...sequences.map((sequence) => formatLockstepKey({ kind: 'journal', sequence })),
    ...actions.slice(0, PER_STEP).map(({ id }) => formatLockstepKey({ kind: 'action', id })),
  ];
  if (keys.length === 0) return 'void';
  return { compares: [], mutations: keys.map((key): Mutation => ({ kind: 'delete', key })), events: [] };
}
