import type { CallOptions } from '@grpc/grpc-js';
import { EtcdLeaseInvalidError } from 'etcd3';
import type { Etcd3 } from 'etcd3';
import type { LeaseId } from '../../core/model/store';
import { leaseEnded, unavailable } from './etcd-errors';

/** Renew a lease once. @throws LockstepError LEASE_ENDED */
export async function renewLease(client: Etcd3, options: CallOptions, lease: LeaseId): Promise<void> {
  const stream = await client.leaseClient.leaseKeepAlive(options);
  const left = await new Promise<string>((resolve, reject) => {
    stream.on('data', ({ TTL }) => resolve(TTL));
    // A stream that is ended below may still tell so; the promise is settled then.
    stream.on('error', reject);
    stream.on('end', () => reject(unavailable('no answer to a renewal')));
    stream.write({ ID: lease });
  });
  stream.end();
  if (Number(left) <= 0) throw leaseEnded();
}

/** End a lease; one that has ended is fine. */
export async function endLease(client: Etcd3, options: CallOptions, lease: LeaseId): Promise<void> {
  try {
    await client.leaseClient.leaseRevoke({ ID: lease }, options);
  } catch (error) {
    if (!(error instanceof EtcdLeaseInvalidError)) throw error;
  }
}
