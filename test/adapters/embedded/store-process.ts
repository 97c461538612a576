import { createInterface } from 'node:readline';
import { EmbeddedStore } from '../../../src/adapters/embedded/embedded-store';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { LockstepError } from '../../../src/core/model/error';
import { put } from '../store-suite/store-under-test';

/**
 * A store in a process of its own: `store-process.ts <directory> <what to do>`. It prints one line: what came of it, or the
 * error's code and sentence.
 */
const tasks: Record<string, (store: EmbeddedStore) => Promise<string>> = {
  /** Hold the directory until the input ends. */
  hold: async (store) => {
    console.log('open');
    for await (const line of createInterface({ input: process.stdin })) console.log(line);
    await store.close();
    return 'closed';
  },

  /** Read everything that the store has. */
  read: async (store) => {
    const { values, revision } = await store.range('');
    const batches = store.watch([''], await firstKept(store), new AbortController().signal);
    if (revision > 0) for await (const batch of batches) if (batch.revision >= revision) break;
    return `read ${values.length}`;
  },

  /** Write until that fails. */
  fill: async (store) => {
    for (let count = 0; ; count += 1) {
      try {
        await put(store, `key-${count}`, 'v'.repeat(10_000));
      } catch (error) {
        const again = await put(store, 'again', '').catch((second: unknown) => second);
        await store.close();
        return `${count} written, then ${describe(error)}, then ${describe(again)}`;
      }
    }
  },
};

async function firstKept(store: EmbeddedStore): Promise<EmbeddedStore['compacted']> {
  const { compacted } = store;
  return compacted > 0 ? compacted : (await put(store, 'first', '')).revision;
}

function describe(error: unknown): string {
  return error instanceof LockstepError ? `${error.code}: ${error.message}` : String(error);
}

async function main([directory = '', task = '']: readonly string[]): Promise<string> {
  try {
    const run = tasks[task];
    if (run === undefined) return `no task ${task}`;
    return await run(await EmbeddedStore.open(directory, new SystemClock()));
  } catch (error) {
    if (error instanceof LockstepError) return describe(error);
    throw error;
  }
}

void main(process.argv.slice(2)).then((line) => {
  console.log(line);
});
