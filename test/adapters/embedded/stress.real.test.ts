import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EmbeddedStore } from '../../../src/adapters/embedded/embedded-store';
import { parseRevision } from '../../../src/core/model/revision';
import type { Mutation } from '../../../src/core/model/store';
import { ManualClock } from '../../support/manual-clock';
import { startTypescript } from '../../support/typescript-process';
import { put, readBatches } from '../store-suite/store-under-test';
import { useDirectories } from './use-directories';

jest.setTimeout(300_000);

const FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
const makeDirectory = useDirectories();
const openStore = (directory: string) => EmbeddedStore.open(directory, new ManualClock());

describe('an embedded store under load', () => {
  it('commits 10,000 concurrent transactions a second, each on disk when it is answered', async () => {
    const store = await openStore(makeDirectory());
    let count = 0;
    const write = async () => {
      while (count < 40_000) {
        count += 1;
        const key = `/lockstep/bench/${count % 5_000}`;
        await store.txn({
          compares: [{ kind: 'absent', prefix: '/dm-master/leader' }],
          then: [{ kind: 'put', key, value: 'v'.repeat(300) }],
        });
      }
    };
    const startMs = performance.now();
    await Promise.all(Array.from({ length: 500 }, write));
    const perSecond = (40_000 / (performance.now() - startMs)) * 1_000;
    const watchMs = performance.now();
    const batches = await readBatches(store, ['/lockstep/'], parseRevision(1), await store.revision());
    const watched = (batches.length / (performance.now() - watchMs)) * 1_000;
    console.log(
      `${Math.round(perSecond)} transactions/s; a watch from the past gives ${Math.round(watched)} batches/s`,
    );
    expect(batches).toHaveLength(40_000);
    expect(perSecond).toBeGreaterThan(10_000);
    await store.close();
  });

  it('reads 200,000 keys without holding the process', async () => {
    const store = await openStore(makeDirectory());
    for (let start = 0; start < 200_000; start += 5_000) {
      const then = Array.from({ length: 5_000 }, (_, index): Mutation => ({
        kind: 'put',
        key: `/keys/${start + index}`,
        value: 'v'.repeat(500),
      }));
      await store.txn({ compares: [], then });
    }
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const startMs = performance.now();
    const reading = store.range('/keys/');
    const written = put(store, 'meanwhile', '');
    const { values, revision } = await reading;
    const ms = performance.now() - startMs;
    delay.disable();
    console.log(`200,000 keys in ${Math.round(ms)} ms, longest pause ${Math.round(delay.max / 1e6)} ms`);
    expect(values).toHaveLength(200_000);
    expect((await written).revision).toBeGreaterThan(revision);
    expect(delay.max / 1e6).toBeLessThan(250);
    await store.close();
  });

  it('keeps its file small when old revisions go', async () => {
    const directory = makeDirectory();
    const store = await EmbeddedStore.open(directory, new ManualClock(), {
      retention: { maxRevisions: 1_000, maxAgeMs: 1e12 },
    });
    const size = () => statSync(join(directory, 'data.mdb')).size;
    const sizes: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(
        Array.from({ length: 500 }, (_, index) => put(store, `${index}`, String(round % 10).repeat(1_000))),
      );
      sizes.push(size());
    }
    console.log(`file after 10,000 and after 20,000 revisions: ${sizes[19]} and ${sizes[39]} bytes`);
    expect(sizes[39] ?? Infinity).toBeLessThan((sizes[19] ?? 0) * 1.5);
    await store.close();
  });
});

describe('an embedded store on a full disk', () => {
  it('refuses everything from then on, and has all that it answered', async () => {
    const directory = makeDirectory();
    const { ended } = startTypescript('test/adapters/embedded/store-process.ts', [directory, 'fill'], {
      // In blocks of 512 bytes: the file may grow to 5 MB, and a write beyond fails as on a full disk.
      shell: 'ulimit -f 10000',
      quiet: true,
    });
    const { status, output } = await ended;
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringMatching(
        /^\d+ written, then STORE_UNAVAILABLE: the store can't write any more: .+, then STORE_UNAVAILABLE: /u,
      ),
    });
    const written = Number(/^\d+/u.exec(output)?.[0]);
    const store = await openStore(directory);
    expect(written).toBeGreaterThan(100);
    const { values } = await store.range('key-');
    expect(values.length).toBeGreaterThanOrEqual(written);
    await put(store, 'more', 'v'.repeat(1_000_000));
    await store.close();
  });
});

describe('a data file with any damage', () => {
  const damages = FULL ? 200 : 30;
  let sound: string;
  beforeAll(async () => {
    sound = makeDirectory();
    const store = await openStore(sound);
    await Promise.all(
      Array.from({ length: 3_000 }, (_, index) =>
        put(store, `key-${index % 900}`, `${index}`.repeat(index % 50 === 0 ? 4_000 : 5)),
      ),
    );
    await store.close();
  });

  it(`never ends the process by a signal: ${damages} seeds`, async () => {
    const outcomes = new Map<string, number>();
    for (let seed = 1; seed <= damages; seed += 1) {
      const directory = makeDirectory();
      cpSync(sound, directory, { recursive: true });
      damageFile(join(directory, 'data.mdb'), seed);
      const { ended } = startTypescript('test/adapters/embedded/store-process.ts', [directory, 'read'], {
        quiet: true,
      });
      const { status, signal, output } = await ended;
      const outcome = /^(?:read|STORE_DAMAGED)/u.exec(output)?.[0] ?? output;
      expect({ seed, status, signal, outcome }).toEqual({
        seed,
        status: 0,
        signal: null,
        outcome: expect.stringMatching(/^(?:read|STORE_DAMAGED)$/u),
      });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    console.log(`damaged files: ${JSON.stringify(Object.fromEntries(outcomes))}`);
    expect([...outcomes.keys()].sort()).toEqual(['STORE_DAMAGED', 'read']);
  });
});

/** Overwrite a few places of a file by a seed: with bytes, with runs of one byte, or with the bytes of another page. */
function damageFile(path: string, seed: number): void {
  const bytes = readFileSync(path);
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    return (state >>> 8) % below;
  };
  for (let place = next(12) + 1; place > 0; place -= 1) {
    const at = next(bytes.length);
    const page = at - (at % 8_192);
    if (seed % 3 === 0) bytes.writeUInt8(next(256), at);
    else if (seed % 3 === 1) bytes.fill(next(256), at, at + next(64));
    else bytes.copyWithin(page + next(64), next(bytes.length / 8_192) * 8_192, page + 4_096);
  }
  writeFileSync(path, bytes);
}
