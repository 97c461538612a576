import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { JournalReader } from '../../src/coordinator/journal-reader';
import type { EventSlice, LockEventSource } from '../../src/coordinator/service';
import { compareEventCursors, endOfRevision, formatEventCursor } from '../../src/core/model/event-cursor';
import type { EventCursor } from '../../src/core/model/event-cursor';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import { NO_REVISION, parseRevision } from '../../src/core/model/revision';
import { CoordinatorState } from '../../src/core/state/coordinator-state';
import { JOURNAL_PREFIX } from '../../src/core/wire/lockstep-keys';
import { readJournalRecord } from '../../src/core/wire/journal-record';
import { SilentLogger } from '../support/silent-logger';

const BEGINNING: EventCursor = { revision: NO_REVISION, index: 0 };
const clock = new SystemClock();
let store: MemoryStore;
let coordinator: Coordinator;

const start = (): Promise<Coordinator> =>
  Coordinator.start({ store, clock, logger: new SilentLogger(), recentEvents: 4 });

beforeEach(async () => {
  store = new MemoryStore(clock);
  coordinator = await start();
});

afterEach(async () => {
  await coordinator.stop();
  await store.close();
});

/** Workers that come: one event each, several in one record when they come at once. */
async function makeEvents(count: number): Promise<void> {
  const register = (number: number): Promise<unknown> =>
    coordinator.registerWorker({
      ...{ worker: 'w', task: parseTaskName('t'), mode: 'optimistic', source: parseSourceId(`s${number}`) },
      ...{ expectedSources: null, ttlMs: 60_000, instance: null },
    });
  for (let made = 0; made < count; made += 3) await Promise.all([0, 1, 2].map((next) => register(made + next)));
  for (let tries = 0; (await stored()).length < count && tries < 100; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The cursors of all events, from the store alone. */
async function stored(): Promise<string[]> {
  const { values } = await store.range(JOURNAL_PREFIX);
  return values.flatMap(({ value, modRevision: revision }) => {
    const reading = readJournalRecord(value);
    return reading.kind === 'record' ? reading.record.events.map((_, index) => `${revision}.${index}`) : [];
  });
}

const cursorsOf = ({ events }: EventSlice): string[] => events.map(({ cursor }) => formatEventCursor(cursor));

async function readAll(source: LockEventSource, most: number): Promise<string[]> {
  const found: string[] = [];
  const until = source.head;
  for (let position = BEGINNING; compareEventCursors(position, until) < 0;) {
    const slice = await source.read(position, until, most);
    if (slice === null) throw new Error('the journal does not reach back');
    expect(slice.events.length).toBeLessThanOrEqual(most);
    expect(compareEventCursors(slice.position, position)).toBeGreaterThan(0);
    found.push(...cursorsOf(slice));
    position = slice.position;
  }
  return found;
}

async function readAllBack(source: LockEventSource): Promise<string[]> {
  let found: string[] = [];
  for (let before = endOfRevision(source.head.revision); compareEventCursors(BEGINNING, before) < 0;) {
    const slice = await source.readBack(BEGINNING, before);
    found = [...cursorsOf(slice), ...found];
    before = slice.position;
  }
  return found;
}

describe('the feed of events', () => {
  it('reads the whole journal, forwards and backwards, whatever is in memory, also after a restart', async () => {
    await makeEvents(360);
    const all = await stored();
    expect((await store.range(JOURNAL_PREFIX)).values.length).toBeGreaterThan(110);
    for (const most of [1, 7, 1_000]) expect(await readAll(coordinator.events, most)).toEqual(all);
    expect(await readAllBack(coordinator.events)).toEqual(all);
    await coordinator.stop();
    coordinator = await start();
    expect(await readAll(coordinator.events, 50)).toEqual(all);
    await makeEvents(3);
    expect(await readAll(coordinator.events, 50)).toEqual(await stored());
  });

  it('is the same on a server that follows, at the same places, as it happens', async () => {
    await coordinator.stop();
    store = new MemoryStore(clock);
    const shared = { store, clock, logger: new SilentLogger(), leaseMs: 60_000 };
    coordinator = await Coordinator.start(shared);
    const follower = await Coordinator.start(shared);
    try {
      const from = follower.events.head;
      await follower.events.caughtUp(coordinator.events.head);
      let told = 0;
      follower.events.onPublished(() => (told += 1));
      await makeEvents(9);
      const { revision } = coordinator.state;
      await follower.events.caughtUp({ revision, index: 0 });
      const until = endOfRevision(revision);
      const [led, followed] = [coordinator, follower].map(({ events }) => events.recent(from, until, 100));
      expect(led?.events.length).toBeGreaterThanOrEqual(9);
      expect(followed?.events).toEqual(led?.events);
      expect(told).toBeGreaterThan(0);
      expect([coordinator.phase, follower.phase]).toEqual(['leading', 'following']);
    } finally {
      await follower.stop();
    }
  });

  it('says when the journal does not reach back', async () => {
    await makeEvents(30);
    const { values } = await store.range(JOURNAL_PREFIX);
    const [first, second] = values;
    if (first === undefined || second === undefined) throw new Error('there is no journal');
    const { revision } = await store.txn({ compares: [], then: [{ kind: 'delete', key: first.key }] });
    await coordinator.events.caughtUp({ revision, index: 0 });
    const { events } = coordinator;
    const before = { revision: parseRevision(first.modRevision - 1), index: 0 };
    expect(events.reachesBack(before)).toBe(false);
    expect(await events.read(before, events.head, 10)).toBeNull();
    const after = endOfRevision(first.modRevision);
    expect(events.reachesBack(after)).toBe(true);
    expect((await events.read(after, events.head, 1))?.events[0]?.cursor.revision).toBe(second.modRevision);
    expect(events.oldest(events.head)).toEqual(after);
  });

  it('misses a record that was trimmed while it was read, instead of passing it over', async () => {
    const state = new CoordinatorState({ operationsPerWrite: 128 });
    for (const sequence of [1, 2]) state.journal.add({ sequence, revision: parseRevision(sequence), atMs: 0 });
    state.revision = parseRevision(2);
    const reader = new JournalReader(new MemoryStore(clock), () => state);
    expect(await reader.read(BEGINNING, endOfRevision(state.revision), 10)).toBeNull();
  });

  it('knows places of other servers as soon as it has seen them, and none of other stores', async () => {
    expect(await coordinator.events.caughtUp({ revision: parseRevision(1_000_000), index: 0 })).toBe(false);
    const { revision } = await store.txn({ compares: [], then: [{ kind: 'put', key: '/lockstep/x', value: '1' }] });
    expect(await coordinator.events.caughtUp({ revision, index: 3 })).toBe(true);
    expect(coordinator.events.head.revision).toBeGreaterThanOrEqual(revision);
  });
});
