import type { CallOptions } from '@grpc/grpc-js';
import type { Etcd3 } from 'etcd3';
import { LockstepError } from '../../core/model/error';
import { NO_REVISION } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import type { KeyValue } from '../../core/model/store';
import type { RangeResult } from '../../ports/store';
import { decodeKeyValue, decodeRevision } from './decode';
import type { Endpoints } from './endpoints';
import { rangeOf } from './encode';

/** Keys that are read with one call: 15 KB each are far below what a call can carry. */
const PAGE = 500;

/** How often a range is begun anew because it was compacted away while it was read. */
const ATTEMPTS = 5;

/** etcd's last revision; no member without a leader answers. */
export async function readRevision(client: Etcd3, options: CallOptions): Promise<Revision> {
  const { header } = await client.kv.range({ key: Buffer.from('/'), count_only: true }, options);
  return decodeRevision(header.revision);
}

/** A key with its value, or null. */
export async function readKey(endpoints: Endpoints, key: string): Promise<KeyValue | null> {
  const { kvs } = await endpoints.call('repeatable', (client, options) =>
    client.kv.range({ key: Buffer.from(key) }, options),
  );
  const [found] = kvs;
  return found === undefined ? null : decodeKeyValue(found);
}

/** All keys under a prefix, page by page, of one revision; the last if none is named. */
export async function readRange(endpoints: Endpoints, prefix: string, revision?: Revision): Promise<RangeResult> {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await readPages(endpoints, prefix, revision);
    } catch (error) {
      const compacted = error instanceof LockstepError && error.code === 'STORE_COMPACTED';
      if (!compacted || revision !== undefined || left === 0) throw error;
    }
  }
}

async function readPages(endpoints: Endpoints, prefix: string, named?: Revision): Promise<RangeResult> {
  const values: KeyValue[] = [];
  let revision = named ?? NO_REVISION;
  const { key: first, range_end } = rangeOf(prefix);
  let key = first;
  for (;;) {
    const page = { key, range_end, revision, limit: PAGE };
    const { kvs, more, header } = await endpoints.call('repeatable', (client, options) =>
      client.kv.range(page, options),
    );
    values.push(...kvs.map(decodeKeyValue));
    // All pages are of the first one's revision.
    if (revision === NO_REVISION) revision = decodeRevision(header.revision);
    const last = kvs.at(-1);
    if (!more || last === undefined) return { values, revision };
    key = Buffer.concat([last.key, Buffer.of(0)]);
  }
}
