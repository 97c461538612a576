import { describe, expect, it } from '@jest/globals';
import { useServer } from '../../support/use-server';
import { operate, readLock, until } from '../operator-requests';
import type { PlainSubscription } from '../plain-client';
import { PlainWorker, lockOf } from '../plain-worker';
import type { Operation } from '../plain-worker';

const server = useServer();

describe('a restart before the acknowledgement, by schema/PROTOCOL.md', () => {
  const CREATE = 'CREATE TABLE `t1` (`id` INT NOT NULL PRIMARY KEY)';
  const DDL = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c1` INT';
  const T1 = { schema: 'db', table: 't1' };

  /** A worker that has lost all that it knew, registered and subscribed again; and what it finds. */
  async function restarted(before: PlainWorker): Promise<{ worker: PlainWorker; feed: PlainSubscription }> {
    const worker = new PlainWorker(server.url, before.worker, before.task, before.source, before.mode);
    await worker.register();
    await worker.putTables(['t1', 't2'].map((table) => ({ schema: 'db', table, createTable: CREATE })));
    return { worker, feed: await worker.subscribe() };
  }

  it('3.5 and 5.5, optimistic: what it finds isn’t handled; its new report is answered anew', async () => {
    const first = new PlainWorker(server.url, 'w', 'o-restart', 's1', 'OPTIMISTIC');
    const { worker: before, feed: lost } = await restarted(first);
    await before.report(T1, CREATE, [DDL], 'first reading');
    const unacknowledged = await lost.next<Operation>();
    lost.cut();
    const { worker, feed } = await restarted(before);
    expect(await feed.next<Operation>()).toEqual(unacknowledged);
    const { revision } = await worker.report(T1, CREATE, [DDL], 'second reading');
    const answer = await feed.next<Operation>();
    expect(BigInt(answer.revision)).toBeGreaterThan(BigInt(revision));
    expect(answer).toMatchObject({ upstreamTable: T1, ddls: [DDL], conflictStage: 'NONE' });
    expect(await worker.acknowledge(unacknowledged)).toMatchObject({ __typename: 'ShardStaleOperation' });
    expect(await worker.acknowledge(answer)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    feed.close();
  });

  it.each(['owner', 'other'])('3.5 and 5.5, pessimistic, of the %s: its new report is answered anew', async (who) => {
    const task = `p-restart-${who}`;
    const workers = ['s1', 's2'].map(
      (source) => new PlainWorker(server.url, `w-${source}`, task, source, 'PESSIMISTIC'),
    );
    const [owner, other] = [workers[0]!, workers[1]!];
    for (const worker of workers) await worker.register(['s1', 's2']);
    for (const worker of workers) await worker.reportSource([DDL], 'first reading');
    const exec = await until(
      () => owner.pending(),
      (pending) => pending.length > 0,
    );
    if (who === 'other') await owner.acknowledge(exec[0]!);
    const before = who === 'owner' ? owner : other;
    const [unacknowledged] = await until(
      () => before.pending(),
      (pending) => pending.length > 0,
    );
    const { worker, feed } = await restarted(before);
    expect(await feed.next<Operation>()).toEqual(unacknowledged);
    const { revision } = await worker.reportSource([DDL], 'second reading');
    const answer = await feed.next<Operation>();
    expect(BigInt(answer.revision)).toBeGreaterThan(BigInt(revision));
    expect(answer).toMatchObject({ exec: who === 'owner', ddls: [DDL] });
    expect(await worker.acknowledge(unacknowledged!)).toMatchObject({ __typename: 'ShardStaleOperation' });
    expect(await worker.acknowledge(answer)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    if (who === 'owner') {
      const [skip] = await until(
        () => other.pending(),
        (pending) => pending.length > 0,
      );
      await other.acknowledge(skip!);
    }
    await until(
      () => readLock(server.url, lockOf(task)),
      (lock) => lock === null,
    );
    feed.close();
  });
});

describe('a restart while a person breaks the lock, by schema/PROTOCOL.md', () => {
  it('3.5 and 5.5: the new report gets the order that the person gave', async () => {
    const DDL = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c1` INT';
    const before = new PlainWorker(server.url, 'w', 'broken', 's1', 'PESSIMISTIC');
    await before.register(['s1', 's2']);
    await before.reportSource([DDL], 'first reading');
    const input = { task: 'broken', source: 's1', action: 'SKIP', force: true, waitMs: 10_000 };
    const broken = operate(server.url, 'break', input);
    const [order] = await until(
      () => before.pending(),
      (pending) => pending.length > 0,
    );
    const worker = new PlainWorker(server.url, 'w', 'broken', 's1', 'PESSIMISTIC');
    await worker.register(['s1', 's2']);
    const { revision } = await worker.reportSource([DDL], 'second reading');
    const [again] = await until(
      () => worker.pending(),
      (pending) => pending.some((operation) => BigInt(operation.revision) > BigInt(revision)),
    );
    expect(again).toMatchObject({ exec: false, ddls: [DDL], lockId: order!.lockId });
    expect(await worker.acknowledge(again!)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    expect(await broken).toMatchObject({ __typename: 'ShardBreakLockSuccess' });
  });
});
