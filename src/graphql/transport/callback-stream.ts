import { topLevelError } from '../errors/top-level-error';
import type { SharedPayload } from '../feed/shared-payload';
import type { CallbackRequest } from './callback-request';
import type { ResultStream } from './result-streams';

/** How long a router may take to take a message, in milliseconds. */
const ANSWER_MS = 5_000;

/** Pauses before a message that wasn't taken is sent again, in milliseconds; after the last the subscription ends. */
const PAUSES_MS = [100, 500, 2_000];

/** What became of a message. */
type Outcome = 'taken' | 'refused' | 'failed';

/** A subscription whose results are sent to a router by requests, one after the other. */
export class CallbackStream implements ResultStream {
  readonly #waiting: (string | Buffer)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  readonly #drainListeners: (() => void)[] = [];
  readonly #before: string;
  readonly #stopped = new AbortController();
  #heartbeat: NodeJS.Timeout | null = null;
  #bytes = 0;
  #isSending = false;
  #hasEnded = false;

  constructor(private readonly callback: CallbackRequest) {
    this.#before = `${this.#message('next').slice(0, -1)},"payload":`;
  }

  get bufferedBytes(): number {
    return this.#bytes;
  }

  /** Whether the router knows the subscription; then it is told from time to time that it goes on. */
  async begin(): Promise<boolean> {
    if ((await this.#post(this.#message('check'))) !== 'taken') return false;
    const { heartbeatMs } = this.callback;
    if (heartbeatMs > 0) this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    return true;
  }

  onClose(listener: () => void): void {
    if (this.#stopped.signal.aborted) listener();
    else this.#closeListeners.push(listener);
  }

  send(payload: SharedPayload): void {
    this.#enqueue(payload.within(this.#before, '}'));
  }

  sendResult(result: object): void {
    // A subscription that never was one has no results, only an end.
    if ('data' in result) this.#enqueue(`${this.#before}${JSON.stringify(result)}}`);
    else this.#complete(result);
  }

  async drained(): Promise<void> {
    if (this.#waiting.length === 0 || this.#stopped.signal.aborted) return;
    await new Promise<void>((resolve) => this.#drainListeners.push(resolve));
  }

  cut(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#hasEnded = true;
    this.#stopped.abort();
    this.#waiting.splice(0);
    for (const listener of [...this.#closeListeners.splice(0), ...this.#drainListeners.splice(0)]) listener();
  }

  endAsTooSlow(): void {
    const error = topLevelError('SUBSCRIBER_TOO_SLOW', 'the subscriber lost events three times within a minute');
    this.#complete({ errors: [error.toJSON()] });
  }

  end(): void {
    this.#complete({});
  }

  #complete(more: object): void {
    if (this.#hasEnded) return;
    this.#enqueue(this.#message('complete', more));
    this.#hasEnded = true;
    void this.drained().then(() => this.cut());
  }

  #message(action: 'check' | 'next' | 'complete', more: object = {}): string {
    const { id, verifier } = this.callback;
    return JSON.stringify({ kind: 'subscription', action, id, verifier, ...more });
  }

  #beat(): void {
    // What waits to be sent tells as much.
    if (this.#waiting.length === 0) this.#enqueue(this.#message('check'));
  }

  #enqueue(message: string | Buffer): void {
    if (this.#hasEnded) return;
    this.#waiting.push(message);
    this.#bytes += Buffer.byteLength(message);
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let [message] = this.#waiting; message !== undefined; [message] = this.#waiting) {
      if (!(await this.#deliver(message))) this.cut();
      if (this.#waiting.shift() !== undefined) this.#bytes -= Buffer.byteLength(message);
    }
    this.#isSending = false;
    for (const listener of this.#drainListeners.splice(0)) listener();
  }

  /** Whether the router took it, perhaps after some tries. */
  async #deliver(message: string | Buffer): Promise<boolean> {
    for (const pauseMs of [0, ...PAUSES_MS]) {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (this.#stopped.signal.aborted) return false;
      const outcome = await this.#post(message);
      if (outcome !== 'failed') return outcome === 'taken';
    }
    return false;
  }

  async #post(body: string | Buffer): Promise<Outcome> {
    try {
      const response = await fetch(this.callback.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'subscription-protocol': 'callback/1.0' },
        body,
        // Where it leads was chosen by a client, as far as the prefix lets him: nobody else may lead it on.
        redirect: 'error',
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      await response.body?.cancel();
      if (response.ok) return 'taken';
      return response.status >= 500 ? 'failed' : 'refused';
    } catch {
      // It can't be reached, leads elsewhere, or doesn't answer: what it said is nobody's business.
      return 'failed';
    }
  }
}
