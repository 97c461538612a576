import { afterEach, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Observer } from '../../src/coordinator/observer';
import { endOfRevision } from '../../src/core/model/event-cursor';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { Store } from '../../src/ports/store';
import { DmShard, infoPut, sourceTablesPut } from '../dm/dm-shard';
import { CompactedWay } from '../support/compacted-way';
import { SilentLogger } from '../support/silent-logger';

const clock = new SystemClock();
const shard = new DmShard(parseTaskName('merge'), parseSourceId('s1'), 'orders_1');
const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function observe(store: Store, recentEvents = 4): Promise<Observer> {
  const observer = await Observer.start({ store, clock, logger: new SilentLogger(), recentEvents });
  ends.push(() => observer.stop());
  return observer;
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries += 1) {
    if (tries > 1_000) throw new Error('it never came to be');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('an observer that lost sight of the store begins anew, and its old cursors say that something is missing', async () => {
  const store = new MemoryStore(clock);
  ends.push(() => store.close());
  await store.txn({ compares: [], then: [sourceTablesPut([shard])] });
  const way = new CompactedWay(store);
  const observer = await observe(way.asStore());
  const { head } = observer.events;
  expect(observer.events.reachesBack(head)).toBe(true);
  way.hold();
  await store.txn({ compares: [], then: [infoPut(shard, [ADD])] });
  way.compact();
  await until(() => observer.state.targets.get(shard.lockId)?.lock != null);
  expect(observer.events.reachesBack(head)).toBe(false);
  expect(await observer.events.read(head, observer.events.head, 10)).toBeNull();
  expect(observer.readiness()).toEqual({ ready: true, reasons: [] });
});

it('keeps the newest events only, which can be read in both directions', async () => {
  const store = new MemoryStore(clock);
  ends.push(() => store.close());
  await store.txn({ compares: [], then: [sourceTablesPut([shard])] });
  const observer = await observe(store);
  const begin = observer.events.head;
  for (let report = 0; report < 12; report += 1) await store.txn({ compares: [], then: [infoPut(shard, [ADD])] });
  const last = await store.revision();
  await until(() => observer.state.revision === last);
  const { events } = observer;
  expect(events.reachesBack(begin)).toBe(false);
  const oldest = events.oldest(events.head);
  const forwards = await events.read(oldest, events.head, 100);
  const back = await events.readBack(oldest, { ...events.head, ...endOfRevision(last) });
  expect(forwards?.events.length).toBeGreaterThanOrEqual(4);
  expect(back.events).toEqual(forwards?.events);
  expect(new Set(back.events.map(({ cursor }) => cursor.observer))).toEqual(new Set([observer.server.id]));
});
