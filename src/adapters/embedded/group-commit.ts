import { performance } from 'node:perf_hooks';
import type { RootDatabase } from 'lmdb';
import { LockstepError } from '../../core/model/error';

/** Something to write, and who waits for it. */
interface Request {
  /** Do it, in a writing transaction. */
  readonly run: () => void;
  /** Answer, now that it is on disk. */
  readonly settle: () => void;
  readonly fail: (error: LockstepError) => void;
}

/** How long a group may hold the thread: reads and sockets wait meanwhile. */
const GROUP_MS = 10;

/**
 * Many requests, one commit. Requests that come while a commit is under way are the next group; each is answered when its
 * group is on disk. A group is one nested transaction, so if one of its requests fails half way nothing of it is written.
 * After a failed commit nobody knows what the disk holds, so everything is refused until the directory is opened again.
 */
export class GroupCommit {
  #queue: Request[] = [];
  #running: Promise<void> | null = null;
  #refusal: LockstepError | null = null;

  /**
   * @param onCommit called after each group that is on disk, before its requests are answered
   * @param onFailure called when a commit has failed
   */
  constructor(
    private readonly root: RootDatabase<Buffer, Buffer>,
    private readonly onCommit: () => void,
    private readonly onFailure: (error: LockstepError) => void,
  ) {}

  /**
   * Write something. Resolves with what `work` gave, once that is on disk.
   * @param work steps of LMDB without waiting; a LockstepError refuses only this request, so it must come before the
   *   first write
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#refusal !== null) {
        reject(this.#refusal);
        return;
      }
      this.#queue.push(makeRequest(work, resolve, reject));
      this.#running ??= this.#commitAll();
    });
  }

  /** Wait until nothing is under way, and refuse what comes after. */
  async close(refusal: LockstepError): Promise<void> {
    await this.#running;
    this.#refusal ??= refusal;
  }

  async #commitAll(): Promise<void> {
    while (this.#queue.length > 0 && this.#refusal === null) {
      let group: Request[] = [];
      try {
        await this.root.childTransaction(() => {
          group = this.#runGroup();
        });
      } catch (error) {
        await this.#fail([...group, ...this.#queue], error);
        return;
      }
      this.onCommit();
      for (const request of group) request.settle();
    }
    this.#running = null;
  }

  #runGroup(): Request[] {
    const endMs = performance.now() + GROUP_MS;
    let count = 0;
    for (const request of this.#queue) {
      if (count > 0 && performance.now() > endMs) break;
      request.run();
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #fail(requests: readonly Request[], error: unknown): Promise<void> {
    const message = `the store can't write any more: ${await reasonOf(error)}`;
    const refusal = new LockstepError('STORE_UNAVAILABLE', message, {});
    this.#refusal = refusal;
    this.#queue = [];
    this.onFailure(refusal);
    for (const request of requests) request.fail(refusal);
  }
}

function makeRequest<T>(work: () => T, resolve: (result: T) => void, reject: (error: LockstepError) => void): Request {
  let outcome: { readonly result: T } | { readonly refusal: LockstepError } | null = null;
  return {
    run: () => {
      try {
        outcome = { result: work() };
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error;
        outcome = { refusal: error };
      }
    },
    settle: () => {
      if (outcome === null) return;
      if ('refusal' in outcome) reject(outcome.refusal);
      else resolve(outcome.result);
    },
    fail: reject,
  };
}

/** LMDB's own words: lmdb's error of a failed commit only holds a promise of them. */
async function reasonOf(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return String(error);
  if (!('commitError' in error) || !(error.commitError instanceof Promise)) return error.message;
  try {
    await error.commitError;
    return error.message;
  } catch (cause) {
    return reasonOf(cause);
  }
}
