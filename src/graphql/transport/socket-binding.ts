import type { IncomingMessage } from 'node:http';
import { CloseCode } from 'graphql-ws';
import type { Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { FeedSink } from '../feed/feed-sink';
import { OperationIds } from './operation-ids';
import { PacedMessages } from './paced-messages';
import { ReadingHolds } from './reading-holds';
import { SocketPatience } from './socket-patience';
import { Turns } from './turns';
import { waitingText } from './waiting-text';
import { WebSocketSink, gatherWrites } from './websocket-sink';

/** What the protocol's server is given of a connection. */
export interface ConnectionExtra {
  readonly request: IncomingMessage;
  readonly isOpen: () => boolean;
  /** The way to one of its subscriptions, for results that are shared. */
  readonly sinkOf: (subscriptionId: string) => FeedSink;
  /** Resolved when there is room for an answer, or the connection is gone. */
  readonly room: () => Promise<void>;
  /** Whether there is room for an answer now, or the connection is gone. */
  readonly hasRoom: () => boolean;
  /** Its requests that aren't over. */
  readonly operations: OperationIds;
  /** So many requests are carried out at once; the others wait. */
  readonly turns: Turns;
  /** End the connection because nobody knows any more who is at its other end. */
  readonly close: () => void;
  /** End the connection because nothing was asked for on it for a long time. */
  readonly closeIdle: () => void;
}

/** How many queries and mutations of one connection are carried out at once; their answers wait in memory. */
const AT_ONCE = 8;

/** The close code of a connection that is over, and nothing is wrong. */
const NORMAL = 1000;

/** What the protocol's server throws at a message that only servers send. */
const OF_SERVERS = /^Unexpected message of type/u;

/**
 * Connect one WebSocket with the protocol's server. The library's own binding writes what clients do wrong to the console
 * and tells them what went wrong here; this one does neither.
 * @param stalledMs how long the client may take nothing of what waits for it, in milliseconds
 * @param onBegin told of a request of so many bytes that begins; what it returns is called when it is over
 * @param reportDefect told of what the protocol's server throws, which is nothing that a client does
 */
export function bindSocket(
  server: Server<ConnectionExtra>,
  socket: WebSocket,
  request: IncomingMessage,
  stalledMs: number,
  onBegin: (extra: ConnectionExtra, bytes: number) => () => void,
  reportDefect: (error: unknown) => void,
): void {
  // Whatever a broken connection or a malformed frame says, `close` follows.
  socket.on('error', () => undefined);
  const holds = new ReadingHolds(socket);
  const patience = new SocketPatience(socket, request.socket, stalledMs, holds);
  const extra: ConnectionExtra = {
    request,
    isOpen: () => socket.readyState === socket.OPEN,
    sinkOf: (subscriptionId) => new WebSocketSink(socket, request.socket, subscriptionId),
    room: () => patience.room(),
    hasRoom: () => patience.hasRoom(),
    operations: new OperationIds(
      () => socket.close(CloseCode.SubscriberAlreadyExists, 'A subscriber of that name already waits'),
      (bytes) => onBegin(extra, bytes),
    ),
    turns: new Turns(AT_ONCE),
    close: () => socket.close(CloseCode.Forbidden, 'Forbidden'),
    closeIdle: () => socket.close(NORMAL, 'Nothing was asked for'),
  };
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (data) => {
        gatherWrites(request.socket);
        const sent = sendText(socket, data);
        patience.look();
        return sent;
      },
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        const messages = new PacedMessages(holds, (text) => {
          extra.operations.take(text, handle).catch((error: unknown) => fail(socket, error, reportDefect));
        });
        socket.on('message', (data: RawData) => {
          patience.look();
          messages.add(textOf(data));
        });
        socket.once('close', () => messages.close());
      },
    },
    extra,
  );
  socket.once('close', (code, reason) => void closed(code, reason.toString()));
}

function fail(socket: WebSocket, error: unknown, reportDefect: (error: unknown) => void): void {
  if (error instanceof Error && OF_SERVERS.test(error.message)) {
    socket.close(CloseCode.BadRequest, 'Invalid message received');
    return;
  }
  reportDefect(error);
  socket.close(CloseCode.InternalServerError, 'Internal server error');
}

/** What may wait to be sent before a subscription is held up, in bytes. */
const EAGER_BYTES = 65_536;

/** Resolved when there is room for more, so that a subscription goes no faster than its connection. */
function sendText(socket: WebSocket, data: string): Promise<void> {
  return new Promise((resolve) => {
    const text = waitingText(data);
    if (socket.readyState !== socket.OPEN) resolve();
    else if (socket.bufferedAmount < EAGER_BYTES) {
      socket.send(text, { binary: false });
      resolve();
    }
    // A connection that broke meanwhile tells of it by closing.
    else socket.send(text, { binary: false }, () => resolve());
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString();
}
