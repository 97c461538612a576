import { dmKeyKind } from '../../src/core/wire/dm-keys';
import { decodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { decodePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import type { StoredStream } from './stored-stream';

/** A DDL that a table or source was ordered to execute downstream. */
export interface Order {
  /** The source, and in optimistic mode its table. */
  readonly who: string;
  readonly ddl: string;
}

/** An operation that has a DDL to execute. */
interface OrderedDdl extends Order {
  readonly isDone: boolean;
}

/** Every order of a task, each time that it was given. */
export function ordersOf(stream: StoredStream, task: string): Order[] {
  return operationsOf(stream, task).flatMap(({ who, ddl, isDone }) => (isDone ? [] : [{ who, ddl }]));
}

/** Orders of a task that were given again to who had acknowledged them. */
export function orderedAgain(stream: StoredStream, task: string): Order[] {
  const acknowledged = new Set<string>();
  return operationsOf(stream, task).flatMap(({ who, ddl, isDone }) => {
    const key = JSON.stringify([who, ddl]);
    if (isDone) acknowledged.add(key);
    return isDone || !acknowledged.has(key) ? [] : [{ who, ddl }];
  });
}

function operationsOf({ batches }: StoredStream, task: string): OrderedDdl[] {
  return batches.flatMap(({ changes }) =>
    changes.flatMap((change): OrderedDdl[] => {
      if (change.kind !== 'put') return [];
      const kind = dmKeyKind(change.key);
      if (kind === 'optimistic-operation') {
        const { done: isDone, source, upTable, ddls, ...operation } = decodeOptimisticOperation(change.value);
        if (operation.task !== task) return [];
        return (ddls ?? []).map((ddl) => ({ who: `${source}/${upTable}`, ddl, isDone }));
      }
      if (kind !== 'pessimistic-operation') return [];
      const { done: isDone, exec, source, ddls, ...operation } = decodePessimisticOperation(change.value);
      if (operation.task !== task || !exec) return [];
      return (ddls ?? []).map((ddl) => ({ who: source, ddl, isDone }));
    }),
  );
}
