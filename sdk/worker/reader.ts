import { setImmediate as nextTurn } from 'node:timers/promises';
import { LockstepError } from '../../src/core/model/error';
import { Pauses, isAborted } from '../client/pauses';
import type { Position, UpstreamEvent } from '../plugin';
import { callPlugin } from './plugin-call';
import { checkEvent } from './plugin-door';
import type { WorkerSettings } from './worker-options';

/** Where events go, and whether one more may come. */
export interface ReaderSink {
  take(event: UpstreamEvent): void;
  /** Resolves when the next event may be taken in. */
  untilReadable(): Promise<void>;
}

/** After how many events other work gets its turn: an upstream that has everything at hand would never let it. */
const EVENTS_A_TURN = 64;

/** Reads the upstream from a place on, and from another one when it is sent back. One `read` of the plugin at a time. */
export class Reader {
  #from: Position | null;
  #pass = new AbortController();

  constructor(
    private readonly settings: WorkerSettings,
    private readonly sink: ReaderSink,
    from: Position | null,
  ) {
    this.#from = from;
  }

  /** Begin again behind `from`. */
  seek(from: Position | null): void {
    this.#from = from;
    this.#pass.abort(new Error('the reader goes back'));
  }

  /**
   * Read until the signal aborts.
   * @param ending aborted when the end of a pass of the plugin isn't waited for any more
   * @throws LockstepError PLUGIN_FAILED if the upstream throws, or gives what is no stream
   */
  async run(signal: AbortSignal, ending: AbortSignal): Promise<void> {
    const pauses = new Pauses(this.settings.timing);
    while (!isAborted(signal)) {
      this.#pass = new AbortController();
      const pass = this.#pass;
      const read = await this.#read(AbortSignal.any([signal, pass.signal]), ending);
      if (read > 0) pauses.reset();
      // A stream that ends by itself has lost its connection: it is read on after a pause.
      if (!isAborted(pass.signal) && !isAborted(signal)) await pauses.wait(signal).catch(() => undefined);
    }
  }

  /** One pass. @returns how many events it had */
  async #read(signal: AbortSignal, ending: AbortSignal): Promise<number> {
    const { upstream } = this.settings;
    let events: AsyncIterator<UpstreamEvent> | null = null;
    let before: Position | undefined;
    let count = 0;
    try {
      events = upstream.read(this.#from, signal)[Symbol.asyncIterator]();
      for (;;) {
        const event = await untilAborted(events.next(), signal);
        if (event === null || event.done === true) return count;
        checkEvent(event.value, before, (a, b) => upstream.compare(a, b));
        before = event.value.position;
        // Only now: while the upstream was waited for, the engine may have had enough.
        await this.sink.untilReadable();
        if (isAborted(signal)) return count;
        count += 1;
        this.#from = event.value.position;
        this.sink.take(event.value);
        if (isAborted(signal)) return count;
        if (count % EVENTS_A_TURN === 0) await nextTurn();
      }
    } catch (error) {
      if (isAborted(signal)) return count;
      throw failed(error);
    } finally {
      if (events !== null) await this.#end(events, ending);
    }
  }

  async #end(events: AsyncIterator<UpstreamEvent>, signal: AbortSignal): Promise<void> {
    const { timing, limits } = this.settings;
    const call = { plugin: 'upstream', call: 'read', timeoutMs: limits.pluginTimeoutMs } as const;
    await callPlugin(timing, call, signal, async () => {
      await events.return?.();
    });
  }
}

/** Null: the signal aborted first. What the promise says later is nobody's business then. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (isAborted(signal)) {
    promise.catch(() => undefined);
    return null;
  }
  let abort = (): void => undefined;
  const aborted = new Promise<null>((resolve) => {
    abort = () => resolve(null);
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } catch (error) {
    if (isAborted(signal)) return null;
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function failed(error: unknown): LockstepError {
  if (error instanceof LockstepError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new LockstepError('PLUGIN_FAILED', `upstream: read failed: ${reason}`, { plugin: 'upstream', call: 'read' });
}
