import { WebSocket } from 'ws';

/** An event as far as the benchmark looks at it. */
export interface BenchEvent {
  readonly cursor: string;
  readonly at: string;
  readonly sentence: string;
  readonly participant?: { readonly sourceId: string };
}

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly data?: {
      readonly shardLockEvents: {
        readonly __typename: string;
        readonly more?: boolean;
        readonly events?: BenchEvent[];
      };
    } | null;
    readonly errors?: readonly unknown[];
  };
}

/** What becomes of the messages of a subscriber. */
export type Reading =
  /** Each event is looked at. */
  | { readonly kind: 'all'; readonly take: (events: readonly BenchEvent[], nowMs: number) => void }
  /** Messages are counted. */
  | { readonly kind: 'count'; readonly take: (bytes: number) => void }
  /** Nothing is read any more when the snapshot has come. */
  | { readonly kind: 'none' };

/** A subscriber of events on a socket of its own. Resolved when its snapshot has come. */
export async function subscribeToEvents(
  url: string,
  query: string,
  variables: object,
  reading: Reading,
): Promise<WebSocket> {
  const socket = new WebSocket(url.replace(/^http/u, 'ws'), 'graphql-transport-ws');
  await new Promise<void>((resolve, reject) => {
    let isLive = false;
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (bytes: Buffer) => {
      if (isLive && reading.kind === 'count') return reading.take(bytes.length);
      const message = JSON.parse(bytes.toString()) as Message;
      if (message.type === 'connection_ack')
        return socket.send(JSON.stringify({ id: 'feed', type: 'subscribe', payload: { query, variables } }));
      const item = message.payload?.data?.shardLockEvents;
      if (message.type !== 'next' || item === undefined || message.payload?.errors !== undefined)
        return reject(new Error(`unexpected: ${bytes.toString()}`));
      if (item.__typename === 'ShardLagged') throw new Error('a subscriber of the benchmark lost events');
      if (item.events !== undefined && reading.kind === 'all') reading.take(item.events, Date.now());
      if (item.more !== false) return;
      isLive = true;
      if (reading.kind === 'none') socket.pause();
      resolve();
    });
  });
  return socket;
}
