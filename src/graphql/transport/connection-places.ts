import type { Server, Socket } from 'node:net';
import { networkOf } from '../../identity/remote-address';
import type { Proxies } from '../../identity/remote-address';
import type { ConnectionLimit } from '../../ports/metrics';
import type { Limits } from '../limits/limits';

/** How many connections a listener has. */
export interface PlaceRules {
  readonly limits: Limits;
  /** Behind whose addresses there are many clients: of them only all connections are counted. */
  readonly proxies: Proxies;
  /** Told of a connection that was closed because it was beyond a limit. */
  readonly onCut: (address: string, limit: ConnectionLimit) => void;
}

/**
 * Bound the connections of a server, all of them and those of each address: nobody can take the places of all others.
 * One too many is closed, and nothing is said: who has so many doesn't listen.
 */
export function boundConnections(server: Server, { limits, proxies, onCut }: PlaceRules): void {
  const taken = new Map<string, number>();
  server.maxConnections = limits.connections;
  server.on('drop', (dropped) => onCut(dropped?.remoteAddress ?? '', 'connections'));
  server.on('connection', (socket: Socket) => {
    // Of one that is closed already nobody knows whose it was.
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || proxies.has(remoteAddress)) return;
    const network = networkOf(remoteAddress);
    const count = taken.get(network) ?? 0;
    if (count >= limits['connections-per-address']) {
      onCut(remoteAddress, 'connections-per-address');
      socket.destroy();
      return;
    }
    taken.set(network, count + 1);
    socket.once('close', () => leave(taken, network));
  });
}

function leave(taken: Map<string, number>, network: string): void {
  const count = taken.get(network) ?? 0;
  if (count > 1) taken.set(network, count - 1);
  else taken.delete(network);
}
