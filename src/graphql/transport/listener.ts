import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsMaterial } from '../../identity/tls-files';
import type { WatchedFiles } from '../../identity/watched-files';
import type { Limits } from '../limits/limits';

/** How often connections are looked at that are too slow, in milliseconds. */
const LOOK_MS = 500;

/**
 * A server of HTTP, or of HTTPS where there is a certificate: a renewed one is taken for the next connections. Who sends
 * too slowly, takes nothing of what waits for him, or is one too many, is cut off.
 * @param tls null: without
 */
export function makeListener(limits: Limits, tls: WatchedFiles<TlsMaterial> | null, listener: RequestListener): Server {
  const receiveMs = limits['receive-ms'];
  const options = { headersTimeout: receiveMs, requestTimeout: receiveMs, connectionsCheckingInterval: LOOK_MS };
  const inTurn = oneAfterTheOther(listener);
  const server = tls === null ? createServer(options, inTurn) : makeTlsListener(options, receiveMs, tls, inTurn);
  server.maxConnections = limits.connections;
  server.setTimeout(limits['stalled-ms']);
  return server;
}

/** Requests that come at once over one connection wait until what was asked before has been taken. */
function oneAfterTheOther(listener: RequestListener): RequestListener {
  const answering = new WeakMap<Socket, Promise<void>>();
  return (request, response) => {
    const { socket } = request;
    const before = answering.get(socket);
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    answering.set(socket, closed);
    if (before === undefined) listener(request, response);
    else void before.then(() => listener(request, response));
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
