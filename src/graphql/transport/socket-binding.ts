import type { IncomingMessage } from 'node:http';
import { CloseCode } from 'graphql-ws';
import type { Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { FeedSink } from '../feed/feed-sink';
import { WebSocketSink, gatherWrites } from './websocket-sink';

/** What the protocol's server is given of a connection. */
export interface ConnectionExtra {
  readonly request: IncomingMessage;
  readonly isOpen: () => boolean;
  /** The way to one of its subscriptions, for results that are shared. */
  readonly sinkOf: (subscriptionId: string) => FeedSink;
  /** End the connection because nobody knows any more who is at its other end. */
  readonly close: () => void;
}

/** How often a connection is asked whether it is still there, and how long it may take to answer, in milliseconds. */
const PING_MS = 12_000;

/**
 * Connect one WebSocket with the protocol's server. The library's own binding writes what clients do wrong to the console
 * and tells them what went wrong here; this one does neither.
 * @param reportDefect told of what the protocol's server throws, which is nothing that a client does
 */
export function bindSocket(
  server: Server<ConnectionExtra>,
  socket: WebSocket,
  request: IncomingMessage,
  reportDefect: (error: unknown) => void,
): void {
  // Whatever a broken connection or a malformed frame says, `close` follows.
  socket.on('error', () => undefined);
  const stopPinging = keepAsking(socket);
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (data) => {
        gatherWrites(request.socket);
        return sendText(socket, data);
      },
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        socket.on('message', (data: RawData) => {
          handle(textOf(data)).catch((error: unknown) => {
            reportDefect(error);
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        });
      },
    },
    {
      request,
      isOpen: () => socket.readyState === socket.OPEN,
      sinkOf: (subscriptionId) => new WebSocketSink(socket, request.socket, subscriptionId),
      close: () => socket.close(CloseCode.Forbidden, 'Forbidden'),
    },
  );
  socket.once('close', (code, reason) => {
    stopPinging();
    void closed(code, reason.toString());
  });
}

/** What may wait to be sent before a subscription is held up, in bytes. */
const EAGER_BYTES = 65_536;

/** Resolved when there is room for more, so that a subscription goes no faster than its connection. */
function sendText(socket: WebSocket, data: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) resolve();
    else if (socket.bufferedAmount < EAGER_BYTES) {
      socket.send(data);
      resolve();
    }
    // A connection that broke meanwhile tells of it by closing.
    else socket.send(data, () => resolve());
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString();
}

/** Cut a connection that doesn't answer. @returns stops asking */
function keepAsking(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}
