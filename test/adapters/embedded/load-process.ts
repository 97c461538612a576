import { writeSync } from 'node:fs';
import { EmbeddedStore } from '../../../src/adapters/embedded/embedded-store';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import type { Mutation } from '../../../src/core/model/store';
import type { Store } from '../../../src/ports/store';

/**
 * Writes to a store as fast as it can, until it is killed: `load-process.ts <directory> <name of this run>`. Each line of
 * its output is one transaction that was answered: its writer, its number, its revision.
 *
 * Transaction n of a writer puts `<run>/<writer>/a` and `/b` and `/log/<n>` with the same value, and each eighth one also
 * deletes the writer's log so far and puts into the next one.
 */
const WRITERS = 16;

async function write(store: Store, run: string, writer: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const { revision } = await store.txn({ compares: [], then: mutationsOf(run, writer, count) });
    writeSync(1, `${run}/${writer} ${count} ${revision}\n`);
  }
}

/** The writes of one transaction; its changes are these, and the deletions of what they delete. */
function mutationsOf(run: string, writer: number, count: number): Mutation[] {
  const root = `${run}/${writer}`;
  const value = `${count}:${'x'.repeat((count * 37) % 3_000)}`;
  const chapter = Math.floor(count / 8);
  const puts = [`${root}/a`, `${root}/b`, `${root}/log-${chapter}/${count}`].map((key): Mutation => ({
    kind: 'put',
    key,
    value,
  }));
  return count % 8 === 0 && count > 0
    ? [{ kind: 'delete-prefix', prefix: `${root}/log-${chapter - 1}/` }, ...puts]
    : puts;
}

async function main([directory = '', run = '']: readonly string[]): Promise<void> {
  const retention = { maxRevisions: 20_000, maxAgeMs: 3_600_000 };
  const store = await EmbeddedStore.open(directory, new SystemClock(), { retention });
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(store, run, writer)));
}

void main(process.argv.slice(2));
