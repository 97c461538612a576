import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import type { Mutation } from '../../src/core/model/store';
import { DM_LEADER_PREFIX } from '../../src/core/wire/dm-keys';
import { JsonValue } from '../../src/core/wire/json-reader';
import { LOCKSTEP_PREFIX } from '../../src/core/wire/lockstep-keys';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { runCommand } from '../cli/run-command';
import { readVectorFile } from '../conformance/vector-file';
import { PlainSubscription, ask, document } from '../graphql/plain-client';
import type { JsonObject } from '../graphql/plain-client';
import { PlainWorker } from '../graphql/plain-worker';
import { SilentLogger } from '../support/silent-logger';
import { PlayedOptimism } from './played-optimism';
import { PlayedPessimism } from './played-pessimism';
import { subtaskPut, workerPuts } from './dm-values';
import { useEtcd } from './use-etcd';

jest.setTimeout(120_000);

const LEADER: Mutation = { kind: 'put', key: `${DM_LEADER_PREFIX}/223a9b`, value: 'dm-master-1' };

const etcd = useEtcd();

function textOf(object: JsonObject | undefined, field: string): string {
  const value = object?.[field];
  if (typeof value !== 'string') throw new Error(`${field} is no text`);
  return value;
}

/** What somebody of the DM cluster writes, in one transaction. */
async function write(mutations: readonly Mutation[]): Promise<void> {
  await etcd().store.txn({ compares: [], then: mutations });
}

function scenario(file: string, name: string): JsonValue {
  const found = readVectorFile(join(__dirname, '..', 'conformance', 'vectors', file)).map((line) =>
    JsonValue.root(line, name),
  );
  const [first] = found.filter((each) => each.field('name').is(name));
  if (first === undefined) throw new Error(`there is no scenario ${name}`);
  return first;
}

const start = (observe: boolean): Promise<RunningServer> =>
  startServer({
    store: { kind: 'etcd', options: { urls: [etcd().url] } },
    host: '127.0.0.1',
    port: 0,
    logger: new SilentLogger(),
    leaseMs: 2_000,
    observe,
  });

describe('beside a living dm-master', () => {
  let server: RunningServer;
  /** Transactions that the played cluster has made since the server started; each makes one revision. */
  let before = 0;
  let written = 0;

  beforeAll(async () => {
    await write([LEADER]);
    server = await start(true);
    before = await etcd().store.revision();
  });

  afterAll(() => server.stop());

  async function play(mutations: readonly Mutation[]): Promise<void> {
    const revision = await etcd().store.revision();
    await write(mutations);
    written += (await etcd().store.revision()) - revision;
  }

  const clusterOf = (): Promise<JsonObject> => ask(server.url, '{ shardCluster { phase divergences revision } }');

  /** The events of a subscription as they come, until one of a kind. */
  async function untilKind(feed: PlainSubscription, kind: string): Promise<JsonObject[]> {
    const events: JsonObject[] = [];
    while (!events.some((event) => event['kind'] === kind)) {
      const item = await feed.next(20_000);
      events.push(...((item['events'] ?? []) as JsonObject[]));
    }
    return events;
  }

  it('a server without --observe refuses to start, and says what to do', async () => {
    const { status, err } = await runCommand(['serve', '--etcd', etcd().url, '--port', '0']);
    expect({ status, err }).toEqual({ status: 4, err: expect.stringContaining('a dm-master leads on this store') });
    expect(err).toContain('--observe');
    expect(await etcd().store.revision()).toBe(before);
  });

  it('an observer shows, explains and tells what the cluster does, and writes nothing', async () => {
    const feed = await PlainSubscription.open(server.url, document('ShardLockEvents'), {});
    const optimism = new PlayedOptimism(scenario('optimistic.curated.jsonl.gz', 'add-column-2-shards'));
    await play(optimism.begin());
    for (const step of scenario('optimistic.curated.jsonl.gz', 'add-column-2-shards')
      .field('steps')
      .list((s) => s)) {
      const writes = optimism.play(step);
      for (const each of writes === null ? [] : [writes.worker, ...writes.master]) await play(each);
    }
    const events = await untilKind(feed, 'LOCK_RESOLVED');
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['LOCK_CREATED', 'INFO_RECEIVED', 'LOCK_SYNCED']),
    );
    const cursor = textOf(events.at(-1), 'cursor');
    expect(cursor).toMatch(/^\d+\.\d+@[\w-]+$/u);
    feed.close();

    const pessimism = scenario('pessimistic.curated.jsonl.gz', 'normal-3');
    const played = new PlayedPessimism(pessimism);
    await play([...played.begin(), ...workerPuts('worker-1', 's1' as never)]);
    const [first, second] = pessimism.field('steps').list((step) => step);
    for (const step of [first, second]) if (step !== undefined) for (const each of played.play(step)) await play(each);
    const resumed = await PlainSubscription.open(server.url, document('ShardLockEvents'), { after: cursor });
    await untilKind(resumed, 'INFO_RECEIVED');
    resumed.close();
    const { out } = await runCommand(['why', '--server', new URL(server.url).origin]);
    expect(out).toContain('s3');
    expect(await clusterOf()).toMatchObject({ phase: 'OBSERVING', divergences: 0 });
    expect(await etcd().store.revision()).toBe(before + written);
  });

  it('a cursor of another server begins anew with a snapshot', async () => {
    for (const after of ['5.0', '5.0@another']) {
      const feed = await PlainSubscription.open(server.url, document('ShardLockEvents'), { after });
      expect(await feed.next(20_000)).toMatchObject({ __typename: 'ShardLagged' });
      feed.close();
    }
  });

  it('tells and counts where the master decides otherwise', async () => {
    const feed = await PlainSubscription.open(server.url, document('ShardLockEvents'), {});
    await feed.next(20_000);
    const played = scenario('pessimistic.curated.jsonl.gz', 'normal-3');
    const [exec] = played
      .field('steps')
      .list((step) => new PlayedPessimism(played).play(step))
      .flat(2)
      .filter((mutation) => mutation.kind === 'put' && mutation.value.includes('"exec":true,"done":false'));
    // Not all have reported.
    if (exec !== undefined) await play([exec]);
    const events = await untilKind(feed, 'DIVERGENCE');
    expect(textOf(events.at(-1), 'sentence')).toContain('would be told nothing yet');
    feed.close();
    expect(await clusterOf()).toMatchObject({ divergences: 1 });
    expect(await etcd().store.revision()).toBe(before + written);
  });

  it('refuses every mutation as ReadOnly', async () => {
    const worker = new PlainWorker(server.url, 'w', 'task-1', 's9', 'OPTIMISTIC');
    expect(await worker.register()).toMatchObject({ __typename: 'ShardReadOnly', code: 'READ_ONLY' });
    const lockId = 'task-1-`shop`.`orders`';
    for (const [name, input] of [
      ['UnlockShardLock', { lockId }],
      ['BreakShardLock', { task: 'task-1', source: 's1', action: 'SKIP' }],
      ['RemoveShardMeta', { task: 'task-1' }],
      ['ExcludeShardSource', { task: 'task-1', source: 's1' }],
      ['PutShardTask', { name: 'task-1', mode: 'OPTIMISTIC', sources: ['s1'] }],
      ['RetryShardInfo', { task: 'task-1', source: 's1' }],
      ['UnlockShardLock', { lockId, dryRun: true }],
    ] as const) {
      expect([name, await ask(server.url, document(name), { input })]).toMatchObject([
        name,
        { __typename: 'ShardReadOnly' },
      ]);
    }
    expect(await etcd().store.revision()).toBe(before + written);
  });
});

describe('when a dm-master appears beside a leader of ours', () => {
  it('the leadership ends at once, requests are refused, and nothing more is written', async () => {
    const found = (await etcd().store.range(DM_LEADER_PREFIX)).values;
    await write(found.map(({ key }) => ({ kind: 'delete', key })));
    const server = await start(false);
    const phaseOf = async (): Promise<unknown> => (await ask(server.url, '{ shardCluster { phase } }'))['phase'];
    const worker = new PlainWorker(server.url, 'w', 'task-2', 's9', 'PESSIMISTIC');
    expect(await worker.register()).toMatchObject({ __typename: 'ShardRegisterWorkerSuccess' });
    expect(await phaseOf()).toBe('LEADING');
    await write([LEADER]);
    const since = await etcd().store.revision();
    while ((await phaseOf()) === 'LEADING') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await worker.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c1 INT'], '1')).toMatchObject({
      code: 'DM_LEADS',
    });
    // A worker that asks DM's master puts its info; nobody of ours answers it.
    const { status } = await fetch(new URL('/readyz', server.url));
    await write([subtaskPut('task-3' as never, 's1' as never, 'pessimistic')]);
    const { values } = await etcd().store.range(LOCKSTEP_PREFIX);
    expect({ status, later: values.filter(({ modRevision }) => modRevision > since) }).toEqual({
      status: 503,
      later: [],
    });
    await server.stop();
  });
});
