import { WebSocket } from 'ws';

/** What a test reads of an event. */
export interface ToldEvent {
  readonly cursor: string;
  readonly kind: string;
  readonly lockId: string | null;
  readonly sentence: string;
}

/** An item of `shardLockEvents`, as `FEED` selects it. */
export type FeedItem =
  | {
      readonly __typename: 'ShardLocksSnapshot';
      readonly locks: readonly { readonly id: string; readonly incarnation: string; readonly syncedCount: number }[];
      readonly more: boolean;
      readonly cursor: string;
    }
  | { readonly __typename: 'ShardLockEvents'; readonly events: readonly ToldEvent[]; readonly cursor: string }
  | { readonly __typename: 'ShardLagged'; readonly from: string | null; readonly to: string };

/** A subscription with everything that tests look at. */
export const FEED = `subscription ($filter: ShardLockEventFilter, $after: ShardCursor) {
  shardLockEvents(filter: $filter, after: $after) {
    __typename
    ... on ShardLocksSnapshot { locks { id incarnation syncedCount } more cursor }
    ... on ShardLockEvents { events { cursor kind lockId sentence } cursor }
    ... on ShardLagged { from to }
  }
}`;

/** How a subscription ended. */
export interface FeedEnd {
  /** The close code of a WebSocket; null: a stream ended, or the connection was cut. */
  readonly code: number | null;
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** A subscription that runs. */
export interface OpenFeed {
  /** Cut the connection without a word. */
  cut(): void;
  /** Take nothing more from the connection, or go on. */
  pause(): void;
  resume(): void;
  readonly ended: Promise<FeedEnd>;
}

interface Result {
  readonly data?: { readonly shardLockEvents: FeedItem } | null;
  readonly errors?: FeedEnd['errors'];
}

/** Opens a feed over one of the two transports. */
export type OpenFeedBy = (url: string, variables: object, take: (item: FeedItem) => void, query?: string) => OpenFeed;

/** Over a WebSocket, with nothing but `ws`. */
export const overWebSocket: OpenFeedBy = (url, variables, take, query = FEED) => {
  const socket = new WebSocket(url.replace(/^http/u, 'ws'), 'graphql-transport-ws');
  let errors: FeedEnd['errors'] = [];
  socket.on('error', () => undefined);
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  socket.on('message', (bytes: Buffer) => {
    const message = JSON.parse(bytes.toString()) as { type: string; payload?: Result };
    if (message.type === 'connection_ack')
      socket.send(JSON.stringify({ id: 'feed', type: 'subscribe', payload: { query, variables } }));
    if (message.type === 'next') errors = takeResult(message.payload ?? {}, take);
    if (message.type === 'error') errors = message.payload as unknown as FeedEnd['errors'];
    if (message.type === 'complete' || message.type === 'error') socket.close();
  });
  const ended = new Promise<FeedEnd>((resolve) => socket.on('close', (code) => resolve({ code, errors })));
  return { cut: () => socket.terminate(), pause: () => socket.pause(), resume: () => socket.resume(), ended };
};

/** Over server-sent events, with nothing but `fetch`. */
export const overEvents: OpenFeedBy = (url, variables, take, query = FEED) => {
  const controller = new AbortController();
  let gate = Promise.resolve();
  let open = (): void => undefined;
  const run = async (): Promise<FeedEnd> => {
    let errors: FeedEnd['errors'] = [];
    try {
      for await (const message of messagesOf(url, { query, variables }, controller.signal)) {
        await gate;
        if (message.event === 'complete') break;
        errors = takeResult(JSON.parse(message.data) as Result, take);
        // To ask for the next message would be to read it.
        await gate;
      }
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
    return { code: null, errors };
  };
  return {
    cut: () => controller.abort(),
    pause: () => {
      gate = new Promise((resolve) => (open = resolve));
    },
    resume: () => open(),
    ended: run(),
  };
};

function takeResult({ data, errors }: Result, take: (item: FeedItem) => void): FeedEnd['errors'] {
  if (data != null) take(data.shardLockEvents);
  return errors ?? [];
}

/** The messages of a stream of server-sent events. */
export async function* messagesOf(
  url: string,
  request: object,
  signal: AbortSignal,
): AsyncGenerator<{ readonly event: string; readonly data: string }> {
  const response = await fetch(`${url}/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(request),
    signal,
  });
  if (response.status !== 200 || response.body === null)
    throw new Error(`no stream: ${response.status} ${await response.text()}`);
  let parts: string[] = [];
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    const part = decoder.decode(bytes as Uint8Array, { stream: true });
    const isWhole = ((parts.at(-1)?.at(-1) ?? '') + part).includes('\n\n');
    parts.push(part);
    // Messages may have many megabytes: they are put together when they have come.
    if (!isWhole) continue;
    let text = parts.join('');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const event = lines.find((line) => line.startsWith('event: '))?.slice('event: '.length);
      const data = lines
        .find((line) => line.startsWith('data:'))
        ?.slice('data:'.length)
        .trim();
      if (event !== undefined) yield { event, data: data ?? '' };
    }
    parts = [text];
  }
}
