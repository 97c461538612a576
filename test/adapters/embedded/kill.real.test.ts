import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { EmbeddedStore } from '../../../src/adapters/embedded/embedded-store';
import { parseRevision } from '../../../src/core/model/revision';
import type { Batch, Change } from '../../../src/core/model/store';
import { ManualClock } from '../../support/manual-clock';
import { startTypescript } from '../../support/typescript-process';
import { readBatches } from '../store-suite/store-under-test';
import { useDirectories } from './use-directories';

jest.setTimeout(600_000);

const KILLS = process.env['LOCKSTEP_TEST_FULL'] === '1' ? 100 : 25;
const MAX_LIFE_MS = 400;

const makeDirectory = useDirectories();

interface Answered {
  readonly root: string;
  readonly count: number;
  readonly revision: number;
}

describe(`an embedded store whose process is killed ${KILLS} times while it writes`, () => {
  it('has every answered transaction, each whole, and its revisions without a gap', async () => {
    const directory = makeDirectory();
    const keys = new Map<string, Change & { kind: 'put' }>();
    let verified = 0;
    let answers = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const answered = await loadAndKill(directory, `run-${kill}`);
      const store = await EmbeddedStore.open(directory, new ManualClock());
      const last = await store.revision();
      const batches = await readBatches(store, [''], parseRevision(verified + 1), last);
      expect(batches.map(({ revision }) => revision)).toEqual(
        Array.from({ length: last - verified }, (_, index) => verified + 1 + index),
      );
      for (const batch of batches) checkWhole(batch);
      const byRevision = new Map(batches.map((batch) => [Number(batch.revision), batch]));
      for (const one of answered) expect(summary(byRevision.get(one.revision))).toEqual([one.root, one.count]);
      for (const batch of batches) fold(keys, batch);
      const { values } = await store.range('');
      expect(values.length).toBe(keys.size);
      for (const value of values) expect({ kind: 'put', ...value }).toEqual(keys.get(value.key));
      await store.close();
      verified = last;
      answers += answered.length;
    }
    console.log(`${KILLS} kills: ${answers} answered transactions, ${verified} revisions, none lost`);
    expect(answers).toBeGreaterThan(KILLS * 10);
  });
});

/** Run the load for a random time, kill it, and give what it had answered. */
async function loadAndKill(directory: string, run: string): Promise<Answered[]> {
  const { child, ended } = startTypescript('test/adapters/embedded/load-process.ts', [directory, run]);
  await once(child.stdout, 'data');
  await sleep(Math.random() * MAX_LIFE_MS);
  child.kill('SIGKILL');
  const { signal, output } = await ended;
  expect(signal).toBe('SIGKILL');
  // The last line may be cut off; every other is whole.
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [root = '', count, revision] = line.split(' ');
      return { root, count: Number(count), revision: Number(revision) };
    });
}

/** What transaction a batch is of: its three puts say the same, and its deletions are the whole chapter before. */
function checkWhole(batch: Batch): void {
  const [root, count] = summary(batch);
  const chapter = Math.floor(count / 8);
  const puts = batch.changes.filter(({ kind }) => kind === 'put').map(({ key }) => key);
  expect(puts).toEqual([`${root}/a`, `${root}/b`, `${root}/log-${chapter}/${count}`]);
  const deleted = batch.changes.filter(({ kind }) => kind === 'delete').map(({ key }) => key);
  const before = Array.from({ length: 8 }, (_, index) => `${root}/log-${chapter - 1}/${count - 8 + index}`);
  expect(deleted).toEqual(count % 8 === 0 && count > 0 ? before.sort() : []);
  const values = batch.changes.flatMap((change) => (change.kind === 'put' ? change.value : []));
  expect(new Set(values).size).toBe(1);
  expect(values[0]).toBe(`${count}:${'x'.repeat((count * 37) % 3_000)}`);
}

function summary(batch: Batch | undefined): [string, number] {
  const first = batch?.changes.find(({ kind }) => kind === 'put');
  if (first?.kind !== 'put') return ['nothing', -1];
  return [first.key.slice(0, first.key.lastIndexOf('/')), Number(first.value.split(':')[0])];
}

function fold(keys: Map<string, Change & { kind: 'put' }>, { changes }: Batch): void {
  for (const change of changes) {
    if (change.kind === 'put') keys.set(change.key, change);
    else keys.delete(change.key);
  }
}
