import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import type { Batch } from '../../core/model/store';
import { checkWatchStart, compactedError } from './check-revision';
import type { Progress } from './progress';

/** The past of a store of our own. */
export interface History {
  /** The oldest revision that can be read. */
  readonly compacted: Revision;
  /** The changes under the prefixes that a kept revision made, in order; perhaps none. */
  read(revision: Revision, prefixes: readonly string[]): Batch;
}

/** Revisions that are looked at before others get their turn. */
const REVISIONS_PER_TURN = 200;

/**
 * A watch over a history: reads one revision after the other, only when asked.
 * @throws LockstepError STORE_COMPACTED when the next revision is gone; what `progress` fails with
 */
export async function* followHistory(
  history: History,
  progress: Progress,
  prefixes: readonly string[],
  from: Revision,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  checkWatchStart(from);
  let next = from;
  for (;;) {
    const last = await progress.reach(next, signal);
    if (last === null) return;
    let shown = false;
    for (let looked = 1; next <= last; looked += 1) {
      progress.check();
      if (next < history.compacted) throw compactedError(next, history.compacted);
      const batch = history.read(next, prefixes);
      next = parseRevision(next + 1);
      shown = batch.changes.length > 0;
      if (shown) yield batch;
      else if (looked % REVISIONS_PER_TURN === 0) await nextTurn();
      if (signal.aborted) return;
    }
    if (!shown) yield { revision: last, changes: [] };
  }
}
