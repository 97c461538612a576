import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { writePessimisticInfo } from '../../src/core/wire/pessimistic-info';
import { writePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import { DmShard, TARGET, infoPut, sourceTablesPut } from './dm-shard';
import { subtaskPut, workerPuts } from './dm-values';

export const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';

const task = parseTaskName('merge-1');
const gone = parseTaskName('gone');
const [s1, s2] = [parseSourceId('s1'), parseSourceId('s2')];

/** What a DM cluster has stored: a rollout under way, an unanswered report of a task that nobody runs, and leftovers. */
export function storedCluster(): Mutation[] {
  const shards = [new DmShard(task, s1, 'orders_1'), new DmShard(task, s2, 'orders_2')] as const;
  return [
    subtaskPut(task, s1, 'optimistic'),
    subtaskPut(task, s2, 'optimistic'),
    ...workerPuts('worker-1', s1),
    ...shards.map((shard) => sourceTablesPut([shard])),
    infoPut(shards[0], [ADD]),
    // Its task has neither workers nor subtasks.
    {
      kind: 'put',
      key: formatDmKey({ kind: 'pessimistic-info', task: gone, source: s1 }),
      value: writePessimisticInfo({ task: gone, source: s1, target: TARGET, ddls: [ADD] }),
    },
    {
      kind: 'put',
      key: formatDmKey({ kind: 'pessimistic-operation', task: gone, source: s2 }),
      value: writePessimisticOperation({
        ...{ lockId: new DmShard(parseTaskName('older'), s2, 't').lockId, task: gone, source: s2 },
        ...{ ddls: [ADD], exec: true, done: false },
      }),
    },
    { kind: 'put', key: formatDmKey({ kind: 'pessimistic-info', task: gone, source: s2 }), value: '{"task":' },
  ];
}
