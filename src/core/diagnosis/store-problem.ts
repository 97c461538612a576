import type { StoreUsage } from '../model/store';
import type { Problem } from './problem';

/** A database that is fuller than this share of its quota is a problem: at the quota nothing can be written any more. */
const FULL = 0.6;

/** What is wrong with how full the store is. @param usage null: it isn't known, or the store has no quota */
export function storeProblems(usage: StoreUsage | null): Problem[] {
  if (usage === null || usage.bytes <= FULL * usage.quotaBytes) return [];
  const { bytes, quotaBytes } = usage;
  const share = Math.floor((100 * bytes) / quotaBytes);
  return [
    {
      kind: 'store-nearly-full',
      sentence: `The database of the store has ${mebibytes(bytes)} MiB, which is ${share} % of its quota of ${mebibytes(quotaBytes)} MiB; when it is full, nothing can be written any more.`,
      help: 'Compact and defragment the etcd, or raise its quota (--quota-backend-bytes) and tell it to the servers (--etcd-quota-bytes).',
      ...{ task: null, lockId: null, source: null, key: null, revision: null, remedies: [] },
    },
  ];
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}
