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

/** Every order of a task, each time that it was given. */
export function ordersOf({ batches }: StoredStream, task: string): Order[] {
  return batches.flatMap(({ changes }) =>
    changes.flatMap((change): Order[] => {
      if (change.kind !== 'put') return [];
      const kind = dmKeyKind(change.key);
      if (kind === 'optimistic-operation') {
        const { done, source, upTable, ddls, ...operation } = decodeOptimisticOperation(change.value);
        if (operation.task !== task || done) return [];
        return (ddls ?? []).map((ddl) => ({ who: `${source}/${upTable}`, ddl }));
      }
      if (kind !== 'pessimistic-operation') return [];
      const { done, exec, source, ddls, ...operation } = decodePessimisticOperation(change.value);
      if (operation.task !== task || done || !exec) return [];
      return (ddls ?? []).map((ddl) => ({ who: source, ddl }));
    }),
  );
}
