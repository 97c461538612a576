import type { Server, Socket } from 'node:net';

/** How often it is looked at what waits, in milliseconds. */
const LOOK_MS = 100;

/**
 * Bound what waits on all connections of a server together, until their clients take it. Those on which most of it waits
 * are closed first: who takes his answers is never one of them for long, and nobody fills the memory by taking none.
 * @param event the server's event that brings a connection on which answers are written
 * @param mostBytes how much may wait
 * @param onCut told of a connection that was closed
 */
export function boundUnsent(
  server: Server,
  event: 'connection' | 'secureConnection',
  mostBytes: number,
  onCut: (address: string) => void,
): void {
  const sockets = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const looks = setInterval(() => {
    for (const socket of fullestBeyond(sockets, mostBytes)) {
      onCut(socket.remoteAddress ?? '');
      socket.destroy();
    }
  }, LOOK_MS);
  server.once('close', () => clearInterval(looks));
}

/** The fewest that must go, so that no more waits on the others. */
function fullestBeyond(sockets: ReadonlySet<Socket>, mostBytes: number): readonly Socket[] {
  const waiting = [...sockets].filter(({ writableLength }) => writableLength > 0);
  let bytes = waiting.reduce((sum, { writableLength }) => sum + writableLength, 0);
  if (bytes <= mostBytes) return [];
  return waiting
    .sort((a, b) => b.writableLength - a.writableLength)
    .filter(({ writableLength }) => {
      const isTooMuch = bytes > mostBytes;
      if (isTooMuch) bytes -= writableLength;
      return isTooMuch;
    });
}
