import { LockstepError } from '../model/error';
import type { Change } from '../model/store';
import type { RecordReading } from '../wire/lockstep-records';
import type { CoordinatorState } from './coordinator-state';

/** What a put holds: null for a deletion, and for a record of a newer format, which is remembered as such. */
export function readPut<T>(
  state: CoordinatorState,
  change: Change,
  read: (text: string, where: string) => RecordReading<T>,
): T | null {
  state.newerRecords.delete(change.key);
  if (change.kind === 'delete') return null;
  const reading = read(change.value, change.key);
  if (reading.kind === 'record') return reading.record;
  state.newerRecords.add(change.key);
  return null;
}

/** As `readPut`, but what can't be read is reported here, and counts as none. */
export function readOrReport<T>(
  state: CoordinatorState,
  change: Change,
  read: (text: string, where: string) => RecordReading<T>,
): T | null {
  try {
    return readPut(state, change, read);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    const { key, modRevision: revision } = change;
    state.problems.set(key, { key, message: error.message, revision });
    return null;
  }
}
