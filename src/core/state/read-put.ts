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
