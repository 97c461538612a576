import { describe, expect, it } from '@jest/globals';
import type { UpstreamEvent } from '../../sdk/plugin';
import { SeededRandom } from '../support/seeded-random';
import { EngineDriver } from './engine-driver';
import type { Arrival } from './engine-driver';

const SHARDS = ['t1', 't2', 't3'];
type Mode = 'OPTIMISTIC' | 'PESSIMISTIC';

/** Rows and, for every shard in the same order, the same DDLs; what each shard must see. */
function randomStream(random: SeededRandom): { events: UpstreamEvent[]; expected: Map<string, string[]> } {
  const events: UpstreamEvent[] = [];
  const expected = new Map<string, string[]>(SHARDS.map((shard) => [shard, []]));
  const met = new Map(SHARDS.map((shard) => [shard, 0]));
  const ddls = 1 + random.below(3);
  const ddl = (shard: string): void => {
    const number = (met.get(shard) ?? 0) + 1;
    if (number > ddls) return;
    met.set(shard, number);
    events.push({
      kind: 'ddl',
      position: events.length + 1,
      schema: 'db',
      sql: `ALTER TABLE ${shard} ADD COLUMN c${number} INT`,
    });
    expected.get(shard)?.push(`c${number}`);
  };
  const row = (shard: string): void => {
    const id = events.length + 1;
    events.push({
      kind: 'rows',
      position: id,
      table: { schema: 'db', table: shard },
      change: 'insert',
      rows: [{ after: { id } }],
    });
    expected.get(shard)?.push(`${shard}#${id}`);
  };
  for (let count = 0; count < 40; count += 1) {
    const shard = SHARDS[random.below(SHARDS.length)] ?? 't1';
    if (random.below(4) === 0) ddl(shard);
    else row(shard);
  }
  for (const shard of SHARDS) for (let count = 0; count < ddls; count += 1) ddl(shard);
  for (const shard of SHARDS) row(shard);
  if (random.below(3) === 0)
    events.push({ kind: 'ddl', position: events.length + 1, schema: 'db', sql: 'DROP TABLE t3' });
  return { events, expected };
}

/** Whether the rows of a shard came each, in order, none before all of its own that precede it; and DDLs before what needs them. */
function checkShard(shard: string, expected: readonly string[], arrivals: readonly Arrival[], exactly: boolean): void {
  const rows = expected.filter((what) => what.includes('#'));
  let reached = 0;
  const seen: string[] = [];
  const executed = new Set<string>();
  for (const { what, repeated } of arrivals) {
    const column = /ADD COLUMN `(c\d+)`/u.exec(what)?.[1];
    if (column !== undefined) executed.add(column);
    if (!what.startsWith(`${shard}#`)) continue;
    const index = rows.indexOf(what);
    expect(index).toBeLessThanOrEqual(reached);
    if (index < reached && !repeated) throw new Error(`${what} came again, and doesn't say so`);
    for (const before of expected.slice(0, expected.indexOf(what)).filter((each) => !each.includes('#')))
      if (!executed.has(before)) throw new Error(`${what} came before ${before}`);
    reached = Math.max(reached, index + 1);
    seen.push(what);
  }
  if (exactly) expect(seen).toEqual(rows);
  expect(reached).toBe(rows.length);
}

describe.each<Mode>(['OPTIMISTIC', 'PESSIMISTIC'])('the engine, %s', (mode) => {
  it.each([0, 1, 3, 1_000])(
    'hands everything on once, in each shard’s order, with room for %i queued events',
    (queuedSteps) => {
      for (let seed = 1; seed <= 60; seed += 1) {
        const random = new SeededRandom(seed);
        const { events, expected } = randomStream(random);
        const driver = new EngineDriver({ mode, events, shards: SHARDS, queuedSteps, random });
        driver.finish();
        expect(driver.stopped).toBeNull();
        expect(driver.tooLate).toEqual([]);
        for (const [shard, whats] of expected) checkShard(shard, whats, driver.arrivals, true);
        const { checkpoint } = driver;
        expect(checkpoint?.position).toBe(events.length);
        expect(checkpoint?.tables.every(({ at }) => at === undefined)).toBe(true);
      }
    },
  );

  it.each([0, 3, 1_000])(
    'loses nothing when it crashes at any point, with room for %i queued events',
    (queuedSteps) => {
      for (let seed = 1; seed <= 100; seed += 1) {
        const random = new SeededRandom(seed);
        const { events, expected } = randomStream(random);
        const driver = new EngineDriver({ mode, events, shards: SHARDS, queuedSteps, random });
        for (let crashes = random.below(6); crashes > 0; crashes -= 1) {
          for (let steps = random.below(60); steps > 0; steps -= 1) driver.step();
          driver.crash();
        }
        driver.finish();
        expect(driver.stopped).toBeNull();
        expect(driver.tooLate).toEqual([]);
        // Rows that are stored together with their place come once, also if the worker is killed.
        for (const [shard, whats] of expected) checkShard(shard, whats, driver.arrivals, driver.storesWithRows);
        expect(driver.reportedAgain).toEqual([]);
      }
    },
  );
});
