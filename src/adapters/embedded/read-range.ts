import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import type { KeyValue } from '../../core/model/store';
import type { RangeResult } from '../../ports/store';
import { checkRevision } from '../revisioned/check-revision';
import { compareKeys } from '../revisioned/key-order';
import { showKey } from '../revisioned/stored-key';
import { encodeKey, prefixBounds } from './key-bytes';
import type { Snapshot, Tables } from './tables';

/** Keys that are read between two looks at the clock. */
const KEYS_PER_LOOK = 200;

/** How long a range may hold the thread at once. */
const SLICE_MS = 5;

/**
 * The keys under a prefix, of one revision, however long reading takes: all is read from one snapshot, a few milliseconds
 * at a time.
 * @param check throws when the store is closed meanwhile
 * @throws as checkRevision; LockstepError STORE_DAMAGED
 */
export async function readRange(
  tables: Tables,
  prefix: string,
  revision: Revision | undefined,
  check: () => void,
): Promise<RangeResult> {
  const snapshot = tables.takeSnapshot();
  try {
    const last = tables.lastRevision(snapshot);
    if (revision !== undefined) checkRevision(revision, tables.compactedRevision(snapshot), last);
    const pause = pauser(check);
    const values = await readCurrent(tables, prefix, snapshot, pause);
    if (revision === undefined || revision === last) return { values, revision: last };
    return { values: await rewind(tables, values, prefix, { revision, last }, snapshot, pause), revision };
  } finally {
    snapshot.done();
  }
}

type Pause = () => Promise<void>;

function pauser(check: () => void): Pause {
  let startMs = performance.now();
  return async () => {
    if (performance.now() - startMs < SLICE_MS) return;
    await nextTurn();
    check();
    startMs = performance.now();
  };
}

async function readCurrent(tables: Tables, prefix: string, snapshot: Snapshot, pause: Pause): Promise<KeyValue[]> {
  const { start, end } = prefixBounds(prefix);
  const values: KeyValue[] = [];
  for (;;) {
    const lastKey = values.at(-1)?.key;
    const bounds = lastKey === undefined ? { start } : { start: encodeKey(lastKey), exclusiveStart: true };
    const before = values.length;
    for (const stored of tables.readKeys({ ...bounds, end, limit: KEYS_PER_LOOK }, snapshot))
      values.push(showKey(stored));
    if (values.length - before < KEYS_PER_LOOK) return values;
    await pause();
  }
}

/** Take back every later change: what the oldest of them replaced is what was there. */
async function rewind(
  tables: Tables,
  current: readonly KeyValue[],
  prefix: string,
  span: { readonly revision: Revision; readonly last: Revision },
  snapshot: Snapshot,
  pause: Pause,
): Promise<KeyValue[]> {
  const replaced = new Map<string, number>();
  for (let undone = span.last; undone > span.revision; undone = parseRevision(undone - 1)) {
    for (const { key, previousRevision } of tables.readRevision(undone, snapshot).changes) {
      if (key.startsWith(prefix)) replaced.set(key, previousRevision);
    }
    await pause();
  }
  const values = current.filter(({ key }) => !replaced.has(key));
  for (const [key, previousRevision] of replaced) {
    if (previousRevision > 0) values.push(showKey(tables.readPast(key, previousRevision, snapshot)));
    await pause();
  }
  return values.sort((a, b) => compareKeys(a.key, b.key));
}
