import type { Change } from '../../../../src/core/model/store';
import { readAttemptRecord } from '../../../../src/core/wire/attempt-record';
import { dmKeyKind } from '../../../../src/core/wire/dm-keys';
import { readOptimisticOperation } from '../../../../src/core/wire/optimistic-operation';
import { readPessimisticOperation } from '../../../../src/core/wire/pessimistic-operation';
import { ownKindOf } from '../../../end-to-end/lost-answers';
import type { Invariant, Put, Step } from './invariant';

/** A message that is repeated changes nothing more: each reading of a DDL is stored once, each operation acknowledged once. */
export class SaidOnce implements Invariant {
  readonly name = 'a repeated message changes nothing';
  readonly #attempts = new Map<string, Set<string>>();
  readonly #done = new Set<string>();

  after({ batch }: Step): string[] {
    return batch.changes.flatMap((change) => [...this.#reportedAgain(change), ...this.#acknowledgedAgain(change)]);
  }

  #reportedAgain(change: Change): string[] {
    const { key } = change;
    const kind = ownKindOf(key);
    if (kind !== 'attempt' && kind !== 'source-attempt') return [];
    // With what is stored of a source, what it said is forgotten.
    if (change.kind === 'delete') return this.#attempts.delete(key) ? [] : [];
    const reading = readAttemptRecord(change.value, key);
    if (reading.kind !== 'record') return [`${key} can't be read`];
    const said = this.#attempts.get(key) ?? new Set();
    this.#attempts.set(key, said);
    const { attempt } = reading.record;
    if (said.has(attempt)) return [`attempt ${attempt} was taken twice`];
    said.add(attempt);
    return [];
  }

  #acknowledgedAgain(change: Change): string[] {
    const { key } = change;
    const isDone = change.kind === 'put' ? isDoneOperation(change) : null;
    if (isDone !== true) {
      this.#done.delete(key);
      return [];
    }
    if (this.#done.has(key)) return [`the operation ${key} was acknowledged twice`];
    this.#done.add(key);
    return [];
  }
}

/** Null: it is no operation. */
function isDoneOperation({ key, value }: Put): boolean | null {
  switch (dmKeyKind(key)) {
    case 'optimistic-operation':
      return readOptimisticOperation(value, key).done;
    case 'pessimistic-operation':
      return readPessimisticOperation(value, key).done;
    default:
      return null;
  }
}
