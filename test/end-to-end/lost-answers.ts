import type { Batch, Change } from '../../src/core/model/store';
import { readAttemptRecord } from '../../src/core/wire/attempt-record';
import { dmKeyKind } from '../../src/core/wire/dm-keys';
import { parseLockstepKey } from '../../src/core/wire/lockstep-keys';
import type { LockstepKeyKind } from '../../src/core/wire/lockstep-keys';
import { decodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { decodePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import type { AnsweredAcknowledgement, AnsweredReport } from './ledger';

/** Reports that were answered with a revision at which they aren't stored. */
export function lostReports(batches: readonly Batch[], reports: readonly AnsweredReport[]): AnsweredReport[] {
  const byRevision = new Map(batches.map((batch) => [Number(batch.revision), batch]));
  return reports.filter(({ attempt, revision }) => !holdsReport(byRevision.get(revision), attempt));
}

/** Acknowledgements that were answered, of operations that nobody put back as done. */
export function lostAcknowledgements(
  batches: readonly Batch[],
  acknowledgements: readonly AnsweredAcknowledgement[],
): AnsweredAcknowledgement[] {
  const acknowledged = acknowledgedOperations(batches);
  return acknowledgements.filter(({ task, source, table, operation, outcome }) => {
    if (outcome === 'OPERATION_GONE') return false;
    return !acknowledged.has(JSON.stringify([task, source, table?.schema ?? '', table?.table ?? '', operation]));
  });
}

/** What a key of ours is of; null: it isn't ours. */
export function ownKindOf(key: string): LockstepKeyKind | null {
  return key.startsWith('/lockstep/') ? (parseLockstepKey(key)?.kind ?? null) : null;
}

function holdsReport(batch: Batch | undefined, attempt: string): boolean {
  const puts = batch?.changes.filter((change) => change.kind === 'put') ?? [];
  const hasAttempt = puts.some(({ key, value }) => {
    const kind = ownKindOf(key);
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
