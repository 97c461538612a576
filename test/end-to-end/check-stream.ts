import { expect } from '@jest/globals';
import type { Batch, Change, KeyValue } from '../../src/core/model/store';
import { readActionRecord } from '../../src/core/wire/action-record';
import { readAttemptRecord } from '../../src/core/wire/attempt-record';
import { dmKeyKind } from '../../src/core/wire/dm-keys';
import { parseLockstepKey } from '../../src/core/wire/lockstep-keys';
import { decodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { decodePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import type { Ledger } from './ledger';
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
    if (parseLockstepKeySafely(key)?.kind !== 'action') return false;
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
  const byRevision = new Map(stream.batches.map((batch) => [Number(batch.revision), batch]));
  const lost = reports.filter(({ attempt, revision }) => !holdsReport(byRevision.get(revision), attempt));
  expect(lost).toEqual([]);
  const acknowledged = acknowledgedOperations(stream.batches);
  const missing = acknowledgements.filter(({ task, source, table, operation, outcome }) => {
    if (outcome === 'OPERATION_GONE') return false;
    return !acknowledged.has(JSON.stringify([task, source, table?.schema ?? '', table?.table ?? '', operation]));
  });
  expect(missing).toEqual([]);
  const stored = stream.values.filter(({ key }) => parseLockstepKeySafely(key)?.kind === 'action').length;
  const ofStore = [...actions.values()].filter(({ result }) => result.includes('"action"')).length;
  expect(stored).toBeGreaterThanOrEqual(ofStore);
}

function holdsReport(batch: Batch | undefined, attempt: string): boolean {
  const puts = batch?.changes.filter((change) => change.kind === 'put') ?? [];
  const hasAttempt = puts.some(({ key, value }) => {
    const kind = parseLockstepKeySafely(key)?.kind;
    if (kind !== 'attempt' && kind !== 'source-attempt') return false;
    const reading = readAttemptRecord(value);
    return reading.kind === 'record' && reading.record.attempt === attempt;
  });
  return hasAttempt && puts.some(({ key }) => dmKeyKind(key)?.endsWith('-info') === true);
}

/** Every operation of the stream that its worker has put back as done, by table and the revision of its first put. */
function acknowledgedOperations(batches: readonly Batch[]): Set<string> {
  const putAt = new Map<string, number>();
  const acknowledged = new Set<string>();
  for (const { changes } of batches) {
    for (const change of changes) {
      const operation = operationOf(change);
      if (operation === null) continue;
      if (!operation.done) putAt.set(change.key, Number(change.modRevision));
      else acknowledged.add(JSON.stringify([...operation.names, putAt.get(change.key) ?? -1]));
    }
  }
  return acknowledged;
}

function operationOf(change: Change): { readonly names: readonly string[]; readonly done: boolean } | null {
  if (change.kind !== 'put') return null;
  const kind = dmKeyKind(change.key);
  if (kind === 'optimistic-operation') {
    const { task, source, upSchema, upTable, done } = decodeOptimisticOperation(change.value);
    return { names: [task, source, upSchema, upTable], done };
  }
  if (kind !== 'pessimistic-operation') return null;
  const { task, source, done } = decodePessimisticOperation(change.value);
  return { names: [task, source, '', ''], done };
}

function parseLockstepKeySafely(key: string): ReturnType<typeof parseLockstepKey> {
  return key.startsWith('/lockstep/') ? parseLockstepKey(key) : null;
}
