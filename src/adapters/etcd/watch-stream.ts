import { Duplex } from 'node:stream';
import type { IWatchResponse } from 'etcd3';
import type { Revision } from '../../core/model/revision';
import type { Clock } from '../../ports/clock';
import type { Connection } from './connection';
import { rangeOf } from './encode';
import { unavailable } from './etcd-errors';

/** Responses that are taken from the connection before anybody asks for them. */
const AHEAD = 16;

/**
 * One etcd watch of all keys, read only as fast as it is asked: what isn't taken stays in etcd's history. It lives as long
 * as its connection is in use.
 */
export class WatchStream {
  readonly #responses: IWatchResponse[] = [];
  #failure: Error | null = null;
  #wake: () => void = () => undefined;

  private constructor(
    private readonly stream: Awaited<ReturnType<Connection['openWatch']>>['stream'],
    private readonly release: () => void,
    private readonly clock: Clock,
    private readonly retired: AbortSignal,
  ) {
    stream.on('data', (response) => {
      this.#responses.push(response);
      if (this.#responses.length >= AHEAD) this.#flow('pause');
      this.#wake();
    });
    // After the first end the others are its echo.
    stream.on('error', (error) => this.#end(error));
    stream.on('end', () => this.#end(unavailable('the watch has ended')));
    retired.addEventListener('abort', this.#retire);
    if (retired.aborted) this.#retire();
  }

  /**
   * Watch all keys from a revision on.
   * @param answerMs how long etcd may take to say that it watches
   */
  static async open(connection: Connection, from: Revision, clock: Clock, answerMs: number): Promise<WatchStream> {
    const { stream, release } = await connection.openWatch();
    const watch = new WatchStream(stream, release, clock, connection.retired);
    stream.write({ create_request: { ...rangeOf(''), start_revision: from } });
    try {
      if ((await watch.#wait(answerMs)) === 'silent') throw unavailable(`no answer to a watch within ${answerMs} ms`);
      return watch;
    } catch (error) {
      watch.close();
      throw error;
    }
  }

  /**
   * The next response; null if none came within `silenceMs`, or the signal aborted.
   * @throws what ended the watch
   */
  async next(silenceMs: number, signal: AbortSignal): Promise<IWatchResponse | null> {
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      if (!signal.aborted) await this.#wait(silenceMs);
    } finally {
      signal.removeEventListener('abort', wake);
    }
    const response = this.#responses.shift() ?? null;
    if (this.#responses.length === 0) this.#flow('resume');
    return response;
  }

  /** End the watch. Harmless when repeated. */
  close(): void {
    this.#end(unavailable('the watch is closed'));
  }

  /** Resolves when there is a response, somebody woke us, or time is up. */
  async #wait(forMs: number): Promise<'woken' | 'silent'> {
    if (this.#responses.length > 0) return 'woken';
    this.#check();
    const end = await new Promise<'woken' | 'silent'>((resolve) => {
      const stop = this.clock.after(forMs, () => resolve('silent'));
      this.#wake = () => {
        stop();
        resolve('woken');
      };
    });
    this.#wake = () => undefined;
    // What came before the end is still given.
    if (this.#responses.length === 0) this.#check();
    return end;
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  readonly #retire = (): void => this.#end(unavailable('the connection is given up'));

  #end(failure: Error): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    this.retired.removeEventListener('abort', this.#retire);
    this.stream.cancel();
    this.release();
    this.#wake();
  }

  /** The client's type hides that its streams are Node's. */
  #flow(direction: 'pause' | 'resume'): void {
    if (this.stream instanceof Duplex) this.stream[direction]();
  }
}
