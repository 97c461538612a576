import { createClient } from 'graphql-sse';
import type { Client } from 'graphql-sse';
import type { JsonObject } from '../plain-client';

type Results = ReturnType<Client['iterate']>;

/** One subscription over server-sent events, by their own client. */
export class EventStream {
  private constructor(
    private readonly client: Client,
    private readonly results: Results,
  ) {}

  static open(url: string, query: string, variables: Record<string, unknown>): EventStream {
    const client = createClient({ url, retryAttempts: 0 });
    return new EventStream(client, client.iterate({ query, variables }));
  }

  /** The next result's root field. */
  async next<T = JsonObject>(): Promise<T> {
    const result = await this.results.next();
    if (result.done === true) throw new Error('the stream has ended');
    const { data, errors } = result.value;
    if (data == null || errors !== undefined) throw new Error(`unexpected errors: ${JSON.stringify(errors)}`);
    return Object.values(data)[0] as T;
  }

  close(): void {
    this.client.dispose();
  }
}
