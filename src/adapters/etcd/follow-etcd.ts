import type { LockstepError } from '../../core/model/error';
import { parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import type { Batch } from '../../core/model/store';
import type { Clock } from '../../ports/clock';
import { checkWatchStart, compactedError } from '../revisioned/check-revision';
import type { Connection } from './connection';
import { decodeBatches, decodeRevision } from './decode';
import type { Endpoints } from './endpoints';
import { unavailable } from './etcd-errors';
import { readRevision } from './read';
import { WatchStream } from './watch-stream';

/** How long a watch may be silent before etcd is asked whether it should be, in milliseconds. */
const SILENCE_MS = 2_000;

/**
 * A watch over cuts, members and restarts of etcd. Every key is watched, so every revision shows, and how far the watch is
 * needs no asking: the answers of etcd's progress requests come too early in old versions. What etcd doesn't send although
 * it has a later revision is asked for anew.
 * @throws LockstepError STORE_COMPACTED; STORE_UNAVAILABLE when no member can be reached
 */
export async function* followEtcd(
  { endpoints, clock, answerMs }: { readonly endpoints: Endpoints; readonly clock: Clock; readonly answerMs: number },
  prefixes: readonly string[],
  from: Revision,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  checkWatchStart(from);
  let next = from;
  while (!signal.aborted) {
    const { stream, connection } = await open(next);
    const [start, openedMs] = [next, clock.monotonicMs()];
    try {
      for await (const batch of readStream(stream, connection)) {
        next = parseRevision(batch.revision + 1);
        yield batch;
      }
    } catch (error) {
      const failure = endpoints.failed(connection, error);
      // What never was of use isn't opened over and over here: the reader decides when to try again.
      const useless = next === start && clock.monotonicMs() - openedMs < SILENCE_MS;
      if (failure.kind === 'refused' || useless) throw failure.error;
    } finally {
      stream.close();
    }
  }

  /** etcd 3.4 forgets a deletion at the compacted revision, so the watch begins one before what is wanted. */
  async function open(revision: Revision): Promise<{ stream: WatchStream; connection: Connection }> {
    const start = parseRevision(Math.max(1, revision - 1));
    return await endpoints.attempt('repeatable', async (connection) => ({
      stream: await WatchStream.open(connection, start, clock, answerMs),
      connection,
    }));
  }

  async function* readStream(stream: WatchStream, connection: Connection): AsyncGenerator<Batch, void, undefined> {
    let due = 0;
    while (!signal.aborted) {
      const response = await stream.next(SILENCE_MS, signal);
      if (response === null) {
        if (due >= next) throw unavailable(`the watch is silent at revision ${next} although there is ${due}`);
        due = isOver(signal) ? 0 : await connection.call(readRevision);
        continue;
      }
      if (response.canceled) throw canceled(next, decodeRevision(response.compact_revision), response.cancel_reason);
      for (const batch of decodeBatches(response, prefixes)) {
        if (batch.revision >= next) yield batch;
        if (isOver(signal)) return;
      }
    }
  }
}

/** It may have aborted while something was waited for. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function canceled(revision: Revision, compacted: Revision, reason: string): LockstepError {
  return compacted > 0 ? compactedError(revision, compacted) : unavailable(`the watch is refused: ${reason}`);
}
