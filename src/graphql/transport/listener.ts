import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsMaterial } from '../../identity/tls-files';
import type { WatchedFiles } from '../../identity/watched-files';
import type { Limits } from '../limits/limits';
import { boundConnections } from './connection-places';
import type { PlaceRules } from './connection-places';
import { boundUnsent } from './unsent-bytes';

/** How often connections are looked at that are too slow, in milliseconds. */
const LOOK_MS = 500;

/** How a server listens. */
export interface ListenerOptions extends PlaceRules {
  readonly limits: Limits;
  /** The certificate; null: connections aren't encrypted. */
  readonly tls: WatchedFiles<TlsMaterial> | null;
}

/**
 * A server of HTTP, or of HTTPS where there is a certificate: a renewed one is taken for the next connections. Who sends
 * too slowly, takes nothing of what waits for him, or is one too many, is cut off.
 */
export function makeListener(listenerOptions: ListenerOptions, listener: RequestListener): Server {
  const { limits, tls } = listenerOptions;
  const receiveMs = limits['receive-ms'];
  const options = { headersTimeout: receiveMs, requestTimeout: receiveMs, connectionsCheckingInterval: LOOK_MS };
  const inTurn = oneAfterTheOther(limits.pipelined, listener);
  const server = tls === null ? createServer(options, inTurn) : makeTlsListener(options, receiveMs, tls, inTurn);
  boundConnections(server, listenerOptions);
  boundUnsent(server, tls === null ? 'connection' : 'secureConnection', limits['unsent-bytes'], (address) =>
    listenerOptions.onCut(address, 'unsent-bytes'),
  );
  server.setTimeout(limits['stalled-ms']);
  return server;
}

/**
 * Requests that come at once over one connection wait until what was asked before has been taken. Node keeps all of them
 * in memory, so a client that sends more than so many at once is cut off.
 */
function oneAfterTheOther(most: number, listener: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, (() => void)[]>();
  return (request, response) => {
    const { socket } = request;
    const line = lines.get(socket) ?? [];
    lines.set(socket, line);
    if (line.length >= most) {
      socket.destroy();
      return;
    }
    line.push(() => listener(request, response));
    response.once('close', () => {
      line.shift();
      // Nobody is left to take the answers to what still waits.
      if (!socket.destroyed) line[0]?.();
    });
    if (line.length === 1) line[0]?.();
  };
}

function makeTlsListener(
  options: object,
  handshakeTimeout: number,
  tls: WatchedFiles<TlsMaterial>,
  listener: RequestListener,
): Server {
  const server = createTlsServer({ ...options, handshakeTimeout, ...tls.current }, listener);
  tls.onChange((material) => server.setSecureContext(material));
  return server;
}
