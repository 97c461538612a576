import { describe, expect, it } from '@jest/globals';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { writePessimisticInfo } from '../../src/core/wire/pessimistic-info';
import { runCommand } from '../cli/run-command';
import { ask } from '../graphql/plain-client';
import { PlainWorker } from '../graphql/plain-worker';
import { useStoreServer } from '../support/use-server';
import { TARGET } from './dm-shard';
import { subtaskPut, workerPuts } from './dm-values';
import { rollOutConflict, rollOutOptimistic, rollOutPessimistic } from './serve-workers';

const server = useStoreServer();
const [s1, s2, s3] = [parseSourceId('s1'), parseSourceId('s2'), parseSourceId('s3')];

describe('workers of DM are served by the store alone', () => {
  it('optimistic: widening for everybody, a drop for the last', () =>
    rollOutOptimistic(server.store, parseTaskName('opt'), [s1, s2]));
  it('optimistic: a conflict that the others resolve', () =>
    rollOutConflict(server.store, parseTaskName('renamed'), s1));
  it('pessimistic: one executes, then the others skip', () =>
    rollOutPessimistic(server.store, parseTaskName('pess'), [s1, s2, s3]));
});

describe('what DM’s keys tell', () => {
  const task = parseTaskName('told');
  const ddls = ['ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT'];

  it('is who works for what, whether he lives, and what he waits with', async () => {
    const { store, url } = server;
    const [a, b] = [parseSourceId('a'), parseSourceId('b')];
    await store.txn({
      compares: [],
      then: [
        ...[a, b].map((source) => subtaskPut(task, source, 'pessimistic')),
        ...workerPuts('worker-a', a),
        {
          kind: 'put',
          key: formatDmKey({ kind: 'pessimistic-info', task, source: a }),
          value: writePessimisticInfo({ task, source: a, target: TARGET, ddls }),
        },
      ],
    });
    const query =
      '{ shardTask(name: "told") { mode declared sourceIds workers { id assignments { taskName epoch dm { alive joinedAt } } } } }';
    expect(await ask(url, query)).toEqual({
      mode: 'PESSIMISTIC',
      declared: true,
      sourceIds: ['a', 'b'],
      workers: [
        {
          id: 'worker-a',
          assignments: [{ taskName: 'told', epoch: null, dm: { alive: true, joinedAt: '2026-03-01T02:00:00.123Z' } }],
        },
      ],
    });
    const status = await runCommand(['query-status', '--server', new URL(url).origin, 'told']);
    expect(JSON.parse(status.out)).toMatchObject({
      workers: [
        {
          worker: 'a',
          msg: 'unknown: DM workers answer dm-master only',
          subTaskStatus: [{ unresolvedDDLLockID: 'told-`shop`.`orders`', sync: { blockingDDLs: ddls } }],
        },
        { worker: 'b', result: false },
      ],
    });
    const why = await runCommand(['why', '--server', new URL(url).origin, 'told']);
    expect(why.out.replaceAll(/\s+/gu, ' ')).toContain('DM runs it, and has bound no worker to it');

    await store.txn({
      compares: [],
      then: [{ kind: 'delete', key: formatDmKey({ kind: 'alive-worker', worker: 'worker-a' }) }],
    });
    const alive = '{ shardWorker(id: "worker-a") { assignments { dm { alive } } } }';
    expect(await ask(url, alive)).toEqual({ assignments: [{ dm: { alive: false } }] });
    const events = await ask<{ nodes: object[] }>(
      url,
      '{ shardEvents(filter: { task: "told", kinds: [WORKER_ONLINE, WORKER_OFFLINE] }) { nodes { kind } } }',
    );
    expect(events.nodes).toEqual([{ kind: 'WORKER_ONLINE' }, { kind: 'WORKER_OFFLINE' }]);
  });

  it('keeps others from speaking for its sources, and from declaring its tasks', async () => {
    const bound = new PlainWorker(server.url, 'w', 'another', 'a', 'PESSIMISTIC');
    expect(await bound.register()).toMatchObject({
      code: 'SOURCE_BOUND_BY_DM',
      message: expect.stringContaining('worker-a'),
    });
    const member = new PlainWorker(server.url, 'w', 'told', 'c', 'PESSIMISTIC');
    expect(await member.register()).toMatchObject({ code: 'SOURCE_BOUND_BY_DM' });
    const declared = await runCommand([
      ...['task', 'put', '--server', new URL(server.url).origin, '--mode', 'pessimistic', '--source', 'a', 'told'],
    ]);
    expect(declared.out).toContain('its subtasks say its sources and mode');
  });

  it('lets a source that has gone be left out, whose reports then stay visible', async () => {
    const origin = new URL(server.url).origin;
    const left = await runCommand(['exclude-source', '--server', origin, '--source', 'b', 'told']);
    expect([left.status, left.err]).toEqual([0, '']);
    const lock = await ask<{ syncedCount: number; unsyncedCount: number }>(
      server.url,
      '{ shardLock(id: "told-`shop`.`orders`") { syncedCount unsyncedCount } }',
    );
    expect(lock).toEqual({ syncedCount: 1, unsyncedCount: 0 });
  });
});
