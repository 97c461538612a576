import type { JsonObject } from '../plain-client';

/** One subscription over server-sent events, with nothing but `fetch`. */
export class EventStream {
  #text = '';

  private constructor(
    private readonly reader: ReadableStreamDefaultReader<string>,
    private readonly abort: AbortController,
  ) {}

  static async open(url: string, query: string, variables: object): Promise<EventStream> {
    const abort = new AbortController();
    const { body, status } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables }),
      signal: abort.signal,
    });
    if (body === null || status !== 200) throw new Error(`the stream was answered with ${status}`);
    return new EventStream(body.pipeThrough(new TextDecoderStream()).getReader(), abort);
  }

  /** The next result's root field. */
  async next<T = JsonObject>(timeoutMs: number): Promise<T> {
    const timer = setTimeout(() => this.abort.abort(), timeoutMs);
    try {
      for (;;) {
        const end = this.#text.indexOf('\n\n');
        if (end < 0) {
          const { done, value } = await this.reader.read();
          if (done) throw new Error('the stream has ended');
          this.#text += value;
          continue;
        }
        const message = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (!/^event: next$/mu.test(message)) continue;
        const { data, errors } = JSON.parse(/^data: (.*)$/mu.exec(message)?.[1] ?? '') as {
          data?: JsonObject | null;
          errors?: unknown;
        };
        if (data == null || errors !== undefined) throw new Error(`unexpected errors: ${JSON.stringify(errors)}`);
        return Object.values(data)[0] as T;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.abort.abort();
  }
}
