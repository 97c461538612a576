import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { sleep, systemTiming } from '../../../sdk/timing';
import { LockstepError } from '../../core/model/error';
import { memberOf } from '../../core/model/member-of';
import { JsonValue } from '../../core/wire/json-reader';
import { topLevelError } from './api-client';
import type { Connection, Variables } from './api-client';
import { readDocument } from './documents';

/** The longest pause between two attempts to connect, in milliseconds. */
const LONGEST_PAUSE_MS = 10_000;

/** The first one. */
const FIRST_PAUSE_MS = 250;

/** The close code with which a server says that nobody knows who asks. */
const FORBIDDEN = 4403;

/** What following events needs. */
export interface FeedOptions {
  readonly connection: Connection;
  readonly filter: Variables;
  /** Where to go on; null: with what there is now. */
  readonly after: string | null;
  readonly signal: AbortSignal;
  /** Told when the connection is lost, with the pause before the next attempt. */
  readonly onLost: (reason: string, pauseMs: number) => void;
}

/**
 * The items of `shardLockEvents`, without loss or repetition over lost connections, until `signal` aborts.
 * @throws LockstepError UNAUTHENTICATED, INVALID_INPUT and the like: what no new attempt can change
 */
export async function* followEvents(options: FeedOptions): AsyncGenerator<JsonValue> {
  let { after } = options;
  for (let failures = 0; !options.signal.aborted;) {
    try {
      for await (const item of subscribeOnce(options, after)) {
        failures = 0;
        // What is only a part of a snapshot isn't resumed from: the rest of it would be missing.
        if (!item.field('more').is(true)) after = item.field('cursor').or(after, (cursor) => cursor.text());
        yield item;
      }
      if (hasEnded(options.signal)) return;
      options.onLost('the server ended the subscription', pauseAfter(failures));
    } catch (error) {
      if (hasEnded(options.signal)) return;
      if (error instanceof LockstepError && error.code !== 'SERVER_UNREACHABLE') throw error;
      options.onLost(error instanceof Error ? error.message : String(error), pauseAfter(failures));
    }
    await sleep(systemTiming, pauseAfter(failures), options.signal);
    failures += 1;
  }
}

async function* subscribeOnce(
  { connection, filter, signal }: FeedOptions,
  after: string | null,
): AsyncGenerator<JsonValue> {
  const client = clientOf(connection);
  const end = (): void => void client.dispose();
  signal.addEventListener('abort', end);
  try {
    const query = readDocument('ShardLockEvents');
    for await (const { data, errors } of client.iterate({ query, variables: { filter, after } })) {
      const [error] = errors ?? [];
      if (error !== undefined) throw topLevelError(JsonValue.root(error, 'the answer of the server'));
      yield JsonValue.root(data, 'an item of the subscription').field('shardLockEvents');
    }
  } catch (error) {
    throw feedError(error, connection);
  } finally {
    signal.removeEventListener('abort', end);
    await client.dispose();
  }
}

function clientOf({ url, token }: Connection): Client {
  return createClient({
    url: url.href.replace(/^http/u, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token === null ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
  });
}

/** What `graphql-ws` throws: the errors of the request as a list, the event of a connection that ended or never was, or an error. */
function feedError(thrown: unknown, { url }: Connection): Error {
  if (thrown instanceof Error) return thrown;
  if (Array.isArray(thrown)) {
    const [first] = JsonValue.root(thrown, 'the answer of the server').list(topLevelError);
    return first ?? new Error('the server refused the subscription without a reason');
  }
  const { code, message } = eventOf(thrown);
  if (code === FORBIDDEN) return new LockstepError('UNAUTHENTICATED', 'the server does not know who asks');
  if (code === null) return new Error(`no server answers at ${url.href}${message === '' ? '' : `: ${message}`}`);
  return new Error(`the connection was closed with ${code}`);
}

/** What an event of `ws` says, whose fields are its class's: of a close a code, of a failure a message. */
function eventOf(event: unknown): { readonly code: number | null; readonly message: string } {
  const [code, message] = [memberOf(event, 'code'), memberOf(event, 'message')];
  return { code: typeof code === 'number' ? code : null, message: typeof message === 'string' ? message : '' };
}

/** Whether the person has had enough, which may happen at any time. */
function hasEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
}
