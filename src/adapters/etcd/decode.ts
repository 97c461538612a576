import type { IKeyValue, IWatchResponse } from 'etcd3';
import { parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import { isUnder } from '../../core/model/store';
import type { Batch, Change, KeyValue } from '../../core/model/store';

/** A revision from its digits: 64 bits come as text, and beyond the safe integers they are refused, never rounded. */
export function decodeRevision(digits: string): Revision {
  return parseRevision(Number(digits));
}

/** A key with its value. */
export function decodeKeyValue(kv: IKeyValue): KeyValue {
  return {
    key: kv.key.toString(),
    value: kv.value.toString(),
    version: Number(kv.version),
    createRevision: decodeRevision(kv.create_revision),
    modRevision: decodeRevision(kv.mod_revision),
  };
}

/**
 * The batches of a response to a watch of all keys, one for each revision in it: those without changes under the prefixes
 * tell only how far the watch is. etcd never splits a revision between two responses of one watch.
 */
export function decodeBatches({ events }: IWatchResponse, prefixes: readonly string[]): Batch[] {
  const batches: { readonly revision: Revision; readonly changes: Change[] }[] = [];
  for (const { type, kv } of events) {
    const revision = decodeRevision(kv.mod_revision);
    let last = batches.at(-1);
    if (last?.revision !== revision) {
      last = { revision, changes: [] };
      batches.push(last);
    }
    const key = kv.key.toString();
    if (!isUnder(key, prefixes)) continue;
    last.changes.push(
      type === 'Delete' ? { kind: 'delete', key, modRevision: revision } : { kind: 'put', ...decodeKeyValue(kv) },
    );
  }
  return batches;
}
