import { LockstepError } from '../model/error';
import { parseLockId } from '../model/lock-id';
import { taskSourceOfKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { lockOf } from '../state/held-back';
import type { Obligation } from '../state/obligation';
import { unsettledChanges } from '../state/settled';
import { parseDmKey } from '../wire/dm-keys';
import { parseLockstepKey } from '../wire/lockstep-keys';
import { NOTHING } from './problem';
import type { Problem } from './problem';
import { timeText } from './words';

/** What is stored and can't be read. */
export function recordProblems(state: CoordinatorState): Problem[] {
  const unreadable = [...state.problems.values()].map(({ key, message, revision }): Problem => ({
    ...NOTHING,
    kind: 'unreadable-record',
    sentence: `The value of ${key} cannot be read and is skipped: ${message}.`,
    help: wayOn(key),
    key,
    revision,
  }));
  const newer = [...state.newerRecords].map((key): Problem => ({
    ...NOTHING,
    kind: 'newer-record',
    sentence: `A newer version of this program wrote ${key}, so this server follows and does not lead.`,
    help: 'Start this server in the version of the others.',
    key,
  }));
  return [...unreadable, ...newer].sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
}

/** What replaces a value that can't be read, or makes it unneeded. */
function wayOn(key: string): string {
  switch (kindOf(key)) {
    case 'task':
      return 'Declare the task with all of its sources again (`putShardTask`, `lockstep task put`): that replaces the record. Exclude anew who was left out.';
    case 'session':
    case 'source-tables':
    case 'optimistic-source-tables':
      return 'It is replaced when the worker of the source registers again: start it again.';
    case 'action':
      return 'Nobody knows what it asked for: look at what it was to change, and ask again under another idempotency key.';
    default:
      return 'Inspect the key in the store. Delete it if nobody needs it, or write it again in the documented form; a worker that starts again puts its own keys, and `removeShardMeta` deletes all of a task or source.';
  }
}

/** The kind of a key; null: it is none that is known. */
function kindOf(key: string): string | null {
  try {
    return (parseDmKey(key) ?? parseLockstepKey(key))?.kind ?? null;
  } catch (error) {
    if (error instanceof LockstepError) return null;
    throw error;
  }
}

/** What the leader has to write and the store never takes; only the server that leads knows. */
export function writeProblems(state: CoordinatorState): Problem[] {
  return [...state.outbox.impossible].map(({ obligation, error, sinceMs, tries }): Problem => {
    const lockId = lockOf(state, obligation);
    const source = sourceOf(state, obligation);
    const held = lockId === null ? 'Everything else goes on.' : `Lock ${lockId} stands still; the others go on.`;
    return {
      ...NOTHING,
      kind: 'impossible-write',
      sentence: `The store has refused ${tries} times since ${timeText(sinceMs)} what is to be written for \`${obligation.kind}\`: ${error.message}. ${held}`,
      help: 'It is tried again each minute. Enlarge the limits of the store and tell this server so, or remove what makes the write too large: a source (`removeShardMeta`), or a table with an uncommonly large schema.',
      task: lockId === null ? null : parseLockId(lockId).task,
      lockId,
      source,
    };
  });
}

/** How many changes a start may have to read: with more it takes minutes, and the store keeps them all. */
const LONG_START = 100_000;

/** That since long ago something is owed, so that starts become ever longer, and nothing since then is compacted. */
export function startProblems(state: CoordinatorState): Problem[] {
  const changes = unsettledChanges(state);
  if (changes < LONG_START) return [];
  return [
    {
      ...NOTHING,
      kind: 'long-start',
      sentence: `A server that starts must read ${changes} changes, and the store keeps them, since what followed from revision ${state.settledRecord} isn't all written.`,
      help: 'Look at the other problems: what the leader cannot write, or who keeps a manual action waiting.',
    },
  ];
}

function sourceOf(state: CoordinatorState, obligation: Obligation): Problem['source'] {
  if ('table' in obligation) return state.tables.get(obligation.table)?.source ?? null;
  return 'source' in obligation ? taskSourceOfKey(obligation.source).source : null;
}
