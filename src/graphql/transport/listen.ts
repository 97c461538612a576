import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LockstepError } from '../../core/model/error';
import { invariant } from '../../core/model/invariant';

/**
 * Let a server listen. Port 0 is any that is free.
 * @throws LockstepError INVALID_INPUT if the address can't be listened on
 */
export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(new LockstepError('INVALID_INPUT', `cannot listen on ${host}:${port}: ${error.message}`, { host, port }));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
  const address = server.address();
  invariant(address !== null && typeof address !== 'string', 'a server of TCP has an address');
  return address;
}

/** The path of a request, without what it is asked with. */
export function pathOf(url: string | undefined): string {
  return (url ?? '/').split('?', 1)[0] ?? '/';
}
