import { LockstepError } from '../core/model/error';

/** Whether only programs of the same machine reach an address that a server listens on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

/** How a server is reached. */
export interface Exposure {
  readonly host: string;
  /** Whether clients must say who they are. */
  readonly hasIdentities: boolean;
  /** Whether somebody insisted on listening although they need not. */
  readonly insecure: boolean;
}

/**
 * Refuse to listen where strangers come, if nobody has to say who he is.
 * @throws LockstepError INVALID_INPUT
 */
export function checkExposure({ host, hasIdentities, insecure }: Exposure): void {
  if (hasIdentities || insecure || isLoopback(host)) return;
  throw new LockstepError(
    'INVALID_INPUT',
    `refusing to listen on ${host}: nobody has to say who he is; name a file with --auth, or insist with --insecure`,
    { field: 'host' },
  );
}
