import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse, subscribe as subscribeAlone } from 'graphql';
import { setImmediate as othersTurn, setTimeout as sleep } from 'node:timers/promises';
import { MemoryStore } from '../../../src/adapters/memory/memory-store';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { Coordinator } from '../../../src/coordinator/coordinator';
import { endOfRevision, formatEventCursor } from '../../../src/core/model/event-cursor';
import { ANYBODY } from '../../../src/core/model/identity';
import type { Identity } from '../../../src/core/model/identity';
import { parseSourceId, parseTaskName } from '../../../src/core/model/names';
import { NO_REVISION } from '../../../src/core/model/revision';
import { JOURNAL_PREFIX } from '../../../src/core/wire/lockstep-keys';
import { HeavyTurns } from '../../../src/graphql/limits/heavy-turns';
import type { FeedSink } from '../../../src/graphql/feed/feed-sink';
import type { SharedPayload } from '../../../src/graphql/feed/shared-payload';
import { SharedSubscriptions } from '../../../src/graphql/feed/shared-subscriptions';
import { buildShardSchema } from '../../../src/graphql/schema';
import { NO_METRICS } from '../../../src/ports/metrics';
import type { Metrics } from '../../../src/ports/metrics';
import { SilentLogger } from '../../support/silent-logger';
import { FEED } from './feed-client';
import type { FeedItem } from './feed-client';

const schema = buildShardSchema();
const task = parseTaskName('t');
const FULL = 1_000;

/** A connection that takes what it is given, or holds it back. */
class TestSink implements FeedSink {
  readonly payloads: SharedPayload[] = [];
  readonly items: FeedItem[] = [];
  end: 'cut' | 'too slow' | null = null;
  bufferedBytes = 0;
  /** Each item fills it. */
  fillsUp = false;
  readonly #waiting: (() => void)[] = [];

  send(payload: SharedPayload): void {
    this.payloads.push(payload);
    const result = JSON.parse(payload.within('', '').toString()) as { data: { shardLockEvents: FeedItem } };
    this.items.push(result.data.shardLockEvents);
    if (this.fillsUp) this.bufferedBytes = FULL;
  }

  drained(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Everything that waited has left. */
  empty(): void {
    this.bufferedBytes = 0;
    this.#wake();
  }

  cut(): void {
    this.end = 'cut';
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  endAsTooSlow(): void {
    this.end = 'too slow';
  }

  get kinds(): string[] {
    return this.items.map(({ __typename }) => __typename);
  }

  get cursors(): string[] {
    return this.items.flatMap((item) =>
      item.__typename === 'ShardLockEvents' ? item.events.map(({ cursor }) => cursor) : [],
    );
  }
}

interface Subscriber {
  readonly sink: TestSink;
  /** Resolves when the subscription has ended. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** What metrics were told since the test began. */
let told = { lost: 0, cut: 0, subscribed: 0 };

const metrics: Metrics = {
  ...NO_METRICS,
  lostEvents: () => (told.lost += 1),
  cutSubscriber: () => (told.cut += 1),
  subscribed: () => {
    told.subscribed += 1;
    return () => (told.subscribed -= 1);
  },
};

let store: MemoryStore;
let coordinator: Coordinator;
let subscriptions: SharedSubscriptions;
let workers = 0;
const defects: unknown[] = [];

beforeEach(async () => {
  told = { lost: 0, cut: 0, subscribed: 0 };
  store = new MemoryStore(new SystemClock());
  coordinator = await Coordinator.start({
    store,
    clock: new SystemClock(),
    logger: new SilentLogger(),
    recentEvents: 4,
  });
  subscriptions = new SharedSubscriptions({
    turns: new HeavyTurns(),
    show: (errors) => errors.map((error) => error.toJSON()),
    reportDefect: (error) => defects.push(error),
    metrics,
    limits: { bufferedBytes: FULL, stalledMs: 300 },
  });
});

afterEach(async () => {
  await coordinator.stop();
  await store.close();
  expect(defects).toEqual([]);
});

async function subscribe(
  variables: Readonly<Record<string, unknown>> = {},
  identity: Identity = ANYBODY,
  query = FEED,
  sink = new TestSink(),
): Promise<Subscriber> {
  const contextValue = { service: coordinator, identity, actor: identity.actor, audit: () => undefined };
  const request = { schema, document: parse(query), variableValues: variables, contextValue };
  const subscribed = await subscriptions.subscribe(request, sink);
  if (!(Symbol.asyncIterator in subscribed)) throw new Error(JSON.stringify(subscribed));
  const ended = subscribed.next();
  return {
    sink,
    ended,
    stop: async () => {
      await subscribed.return?.();
    },
  };
}

/** Workers that come: one event each. */
async function makeEvents(count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    workers += 1;
    const source = parseSourceId(`s${workers}`);
    await coordinator.registerWorker({
      ...{
        worker: `w${workers}`,
        task,
        mode: 'optimistic',
        source,
        expectedSources: null,
        ttlMs: 60_000,
        instance: null,
      },
    });
  }
}

/** Every event that there was. */
async function journal(): Promise<string[]> {
  const { state, events } = coordinator;
  const found: string[] = [];
  for (let before = endOfRevision(state.revision); before.revision > NO_REVISION;) {
    const slice = await events.readBack({ revision: NO_REVISION, index: 0 }, before);
    found.unshift(...slice.events.map(({ cursor }) => formatEventCursor(cursor)));
    before = slice.position;
  }
  return found;
}

/** Delete the journal as the leader would when it is too long. */
async function trimJournal(): Promise<void> {
  const { values } = await store.range(JOURNAL_PREFIX);
  const { revision } = await store.txn({
    compares: [],
    then: values.slice(0, -1).map(({ key }) => ({ kind: 'delete', key }) as const),
  });
  await coordinator.events.caughtUp({ revision, index: 0 });
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries += 1) {
    if (tries > 200) throw new Error(`it never came: ${String(isTrue)}`);
    await sleep(10);
  }
}

const viewer: Identity = { ...ANYBODY, actor: 'v', roles: new Set(['viewer']) };

describe('subscribers of the same document, variables and rights', () => {
  it('share one execution and one encoded result', async () => {
    const alike = [await subscribe(), await subscribe(), await subscribe({ after: `${coordinator.state.revision}.0` })];
    await until(() => alike.slice(0, 2).every(({ sink }) => sink.items.length === 1));
    await makeEvents(1);
    await until(() => alike.every(({ sink }) => sink.cursors.length === 1));
    expect(new Set(alike.map(({ sink }) => sink.payloads.at(-1))).size).toBe(1);
  });

  it.each<[string, Parameters<typeof subscribe>]>([
    ['another filter', [{ filter: { task: 't' } }]],
    ['other rights', [{}, viewer]],
    ['another document', [{}, ANYBODY, FEED.replace('sentence', 'sentence kind2: kind')]],
    [
      'a place to resume from in the document',
      [{}, ANYBODY, FEED.replace('after: $after', 'after: "1.0"').replace(', $after: ShardCursor', '')],
    ],
  ])('%s makes a difference', async (_, other) => {
    const [one, two] = [await subscribe(), await subscribe(...other)];
    await until(() => one.sink.items.length > 0);
    await makeEvents(1);
    await until(() => [one, two].every(({ sink }) => sink.cursors.length > 0));
    expect(one.sink.payloads.at(-1)).not.toBe(two.sink.payloads.at(-1));
  });

  it('are told what comes together in one item', async () => {
    const { sink } = await subscribe();
    await until(() => sink.items.length === 1);
    await makeEvents(10);
    await until(() => sink.cursors.length === 10);
    expect(sink.items.length).toBeLessThan(6);
  });

  it('that stop get nothing more', async () => {
    const [one, two] = [await subscribe(), await subscribe()];
    await until(() => [one, two].every(({ sink }) => sink.items.length === 1));
    await one.stop();
    await one.ended;
    await makeEvents(1);
    await until(() => two.sink.cursors.length === 1);
    expect(one.sink.cursors).toEqual([]);
  });
});

describe('a subscriber that does not keep up', () => {
  it('gets nothing while its connection is full, and then everything in order; others wait for nothing', async () => {
    const [slow, quick] = [await subscribe(), await subscribe()];
    await until(() => [slow, quick].every(({ sink }) => sink.items.length === 1));
    slow.sink.bufferedBytes = FULL;
    await makeEvents(20);
    await until(() => quick.sink.cursors.length === 20);
    expect(slow.sink.cursors).toEqual([]);
    slow.sink.empty();
    await until(() => slow.sink.cursors.length === 20);
    await makeEvents(1);
    await until(() => slow.sink.cursors.length === 21 && quick.sink.cursors.length === 21);
    expect(slow.sink.cursors).toEqual(quick.sink.cursors);
    expect(slow.sink.cursors).toEqual(await journal());
  });

  it('is told that events were lost when the journal does not reach back, and gets a snapshot', async () => {
    const { sink } = await subscribe();
    await until(() => sink.items.length === 1);
    sink.bufferedBytes = FULL;
    await makeEvents(20);
    await sleep(80);
    await trimJournal();
    sink.empty();
    await until(() => sink.items.length >= 3);
    expect(sink.kinds).toEqual(['ShardLocksSnapshot', 'ShardLagged', 'ShardLocksSnapshot']);
    await makeEvents(1);
    await until(() => sink.cursors.length === 1);
    expect(sink.cursors).toEqual((await journal()).slice(-1));
  });

  it('ends when it has lost events three times within a minute', async () => {
    const { sink, ended } = await subscribe();
    await until(() => sink.items.length === 1);
    for (let lags = 1; lags <= 3; lags += 1) {
      sink.bufferedBytes = FULL;
      await makeEvents(20);
      await sleep(80);
      await trimJournal();
      sink.empty();
      await until(() => sink.kinds.filter((kind) => kind === 'ShardLagged').length === lags);
      if (lags < 3) await until(() => sink.kinds.at(-1) === 'ShardLocksSnapshot');
    }
    await ended;
    expect(sink.end).toBe('too slow');
    expect(sink.kinds.at(-1)).toBe('ShardLagged');
    expect(told).toEqual({ lost: 3, cut: 1, subscribed: 0 });
  });

  it('is cut when nothing moves for too long', async () => {
    const { sink, ended } = await subscribe();
    await until(() => sink.items.length === 1);
    sink.bufferedBytes = FULL;
    await makeEvents(1);
    await ended;
    expect(sink.end).toBe('cut');
    expect(told).toEqual({ lost: 0, cut: 1, subscribed: 0 });
  });
});

describe('subscriptions of one connection', () => {
  it('are told one after the other, each when there is room for it', async () => {
    const sink = new TestSink();
    sink.fillsUp = true;
    for (let count = 0; count < 3; count += 1) await subscribe({}, ANYBODY, `${FEED} # ${count}`, sink);
    for (let told = 1; told <= 3; told += 1) {
      await until(() => sink.items.length >= told);
      for (let turn = 0; turn < 10; turn += 1) await othersTurn();
      expect(sink.kinds).toEqual(Array<string>(told).fill('ShardLocksSnapshot'));
      sink.empty();
    }
  });
});

describe('an executor that shares nothing', () => {
  it('gets the same items, one by one, and ends at once', async () => {
    const contextValue = { service: coordinator, identity: ANYBODY, actor: 'a', audit: () => undefined };
    const results = await subscribeAlone({ schema, document: parse(FEED), contextValue });
    if (!(Symbol.asyncIterator in results)) throw new Error(JSON.stringify(results));
    const next = async (): Promise<FeedItem> => {
      const { value } = (await results.next()) as { value: { data: { shardLockEvents: FeedItem } } };
      return value.data.shardLockEvents;
    };
    expect((await next()).__typename).toBe('ShardLocksSnapshot');
    const told: string[] = [];
    const making = makeEvents(20);
    while (told.length < 20) {
      const item = await next();
      if (item.__typename === 'ShardLockEvents') told.push(...item.events.map(({ cursor }) => cursor));
    }
    await making;
    expect(told).toEqual(await journal());
    const last = results.next();
    await results.return(undefined);
    expect((await last).done).toBe(true);
  });
});

describe('a place to resume from', () => {
  it.each<[string, () => Promise<string>, readonly string[]]>([
    ['that is known', () => Promise.resolve('1.0'), ['ShardLockEvents']],
    ['of another store', () => Promise.resolve('900000.0'), ['ShardLagged', 'ShardLocksSnapshot']],
    [
      'that was trimmed',
      async () => {
        await trimJournal();
        return '1.0';
      },
      ['ShardLagged', 'ShardLocksSnapshot'],
    ],
  ])('%s', async (_, after, expected) => {
    await makeEvents(20);
    await until(() => coordinator.events.head.index >= 0 && coordinator.state.workerNews.size === 0);
    const { sink } = await subscribe({ after: await after() });
    await until(() => sink.items.length >= expected.length);
    await sleep(30);
    expect([...new Set(sink.kinds)]).toEqual(expected);
    if (expected.length === 1) expect(sink.cursors).toEqual(await journal());
  });
});
