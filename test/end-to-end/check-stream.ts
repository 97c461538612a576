import { expect } from '@jest/globals';
import type { KeyValue } from '../../src/core/model/store';
import { readActionRecord } from '../../src/core/wire/action-record';
import { dmKeyKind } from '../../src/core/wire/dm-keys';
import type { Ledger } from './ledger';
import { lostAcknowledgements, lostReports, ownKindOf } from './lost-answers';
import { foldedState } from './stored-stream';
import type { StoredStream } from './stored-stream';

/** Every info that is stored has an operation that is newer, or stands in a lock that everybody sees; every action has ended. */
export function checkAnswered(stream: StoredStream): void {
  const state = foldedState(stream);
  const unanswered = stream.values.filter((value) => {
    const kind = dmKeyKind(value.key);
    if (kind === 'optimistic-info') return !hasNewerOperation(stream.values, value);
    if (kind !== 'pessimistic-info') return false;
    const entry = [...state.pessimistic.entries].find(({ infoRevision }) => infoRevision === value.modRevision);
    const lock = entry?.infoLockId == null ? undefined : state.pessimistic.locks.get(entry.infoLockId)?.lock;
    const isSeen =
      entry !== undefined &&
      (lock?.participants.has(entry.source) === true || lock?.conflicts.has(entry.source) === true);
    return !isSeen && !hasNewerOperation(stream.values, value);
  });
  expect(unanswered).toEqual([]);
  const running = stream.values.filter(({ key, value }) => {
    if (ownKindOf(key) !== 'action') return false;
    const reading = readActionRecord(value);
    return reading.kind !== 'record' || reading.record.endedAtMs === null || reading.record.result === null;
  });
  expect(running).toEqual([]);
}

function hasNewerOperation(values: readonly KeyValue[], info: KeyValue): boolean {
  const key = info.key.replace('/info/', '/operation/');
  return values.some((value) => value.key === key && value.modRevision > info.modRevision);
}

/** Nothing that was answered is missing in the stream. */
export function checkLedger(stream: StoredStream, { reports, acknowledgements, actions }: Ledger): void {
  expect(lostReports(stream.batches, reports)).toEqual([]);
  expect(lostAcknowledgements(stream.batches, acknowledgements)).toEqual([]);
  const stored = stream.values.filter(({ key }) => ownKindOf(key) === 'action').length;
  const ofStore = [...actions.values()].filter(({ result }) => result.includes('"action"')).length;
  expect(stored).toBeGreaterThanOrEqual(ofStore);
}
