import type { PessimisticOperation } from '../../../../src/core/model/operation';
import type { LockId } from '../../../../src/core/model/lock-id';
import { dmKeyKind } from '../../../../src/core/wire/dm-keys';
import { readPessimisticOperation } from '../../../../src/core/wire/pessimistic-operation';
import type { Invariant, Step } from './invariant';
import { putsOf } from './invariant';

/** Who executes what a lock is for, and whether he has. */
interface Execution {
  readonly incarnation: number;
  readonly source: string;
  done: boolean;
}

/** A barrier's DDL is ordered to be executed by one source, once; nobody is told to skip before it has executed. */
export class OneExecutor implements Invariant {
  readonly name = 'one source executes, then the others skip';
  readonly #executions = new Map<LockId, Execution>();

  after({ batch, state }: Step): string[] {
    const operations = putsOf(batch)
      .filter(({ key }) => dmKeyKind(key) === 'pessimistic-operation')
      .map(({ key, value }) => readPessimisticOperation(value, key));
    return operations.flatMap((operation) => {
      const incarnation = state.pessimistic.locks.get(operation.lockId)?.lock.origin.incarnation ?? null;
      return this.#look(operation, incarnation);
    });
  }

  #look({ lockId, source, exec, done }: PessimisticOperation, incarnation: number | null): string[] {
    const known = this.#executions.get(lockId);
    const execution = incarnation === null || known?.incarnation === incarnation ? known : undefined;
    if (!exec)
      return done || execution?.done === true ? [] : [`${source} skips ${lockId}, which nobody has executed so far`];
    if (done) {
      if (execution?.source === source) execution.done = true;
      return [];
    }
    if (execution === undefined) {
      this.#executions.set(lockId, { incarnation: incarnation ?? 0, source, done: false });
      return incarnation === null ? [`${source} executes ${lockId}, which isn't there`] : [];
    }
    if (execution.source !== source) return [`${execution.source} executes ${lockId}, and ${source} as well`];
    return execution.done ? [`${source} has executed ${lockId}, and executes it again`] : [];
  }
}
