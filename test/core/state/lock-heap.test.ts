import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, it } from '@jest/globals';
import { benchOptimistic } from '../../bench/core-optimistic';

/** Nearly as many as fit into the hash tables that these make, so that these are as full as with 100,000. */
const TABLES = 8_000;

beforeAll(() => {
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as typeof globalThis.gc;
});

it('takes at most 480 bytes for each table of a lock', async () => {
  benchOptimistic('add-column', 4_000, true);
  // Within one turn the first lock may still be held, and let go only while the second is measured.
  await setImmediate();
  const { heap_bytes: bytes } = benchOptimistic('add-column', TABLES, true);
  expect((bytes ?? NaN) / TABLES).toBeLessThan(480);
  expect((bytes ?? NaN) / TABLES).toBeGreaterThan(200);
});
