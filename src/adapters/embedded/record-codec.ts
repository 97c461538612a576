import { crc32 } from 'node:zlib';
import { LockstepError } from '../../core/model/error';
import { parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import { parseLeaseId } from '../../core/model/store';
import type { KeyHead, StoredKey } from '../revisioned/stored-key';

/**
 * The records of the embedded store, in bytes. Each begins with a CRC-32 of its key and of the rest, so that a page that
 * the disk has changed is noticed. Numbers are little-endian doubles: revisions are safe integers.
 */

/** A change as the history keeps it; the value is found by its key and revision. */
export interface PastChange {
  readonly kind: 'put' | 'delete';
  readonly key: string;
  /** The revision of the value that was replaced; 0 if there was none. */
  readonly previousRevision: number;
}

/** What one revision changed. */
export interface PastRevision {
  readonly madeMs: number;
  readonly changes: readonly PastChange[];
}

const CRC_BYTES = 4;
const KEY_HEADER_BYTES = CRC_BYTES + 3 * 8 + 2;
const REVISION_HEADER_BYTES = CRC_BYTES + 8 + 4;
const CHANGE_HEADER_BYTES = 1 + 8 + 2;

/** A key's record: CRC, version, create revision, mod revision, length of the lease, lease, value. */
export function encodeStoredKey(stored: StoredKey): Buffer {
  const lease = stored.lease ?? '';
  const leaseBytes = Buffer.byteLength(lease);
  const record = Buffer.allocUnsafe(KEY_HEADER_BYTES + leaseBytes + Buffer.byteLength(stored.value));
  record.writeDoubleLE(stored.version, 4);
  record.writeDoubleLE(stored.createRevision, 12);
  record.writeDoubleLE(stored.modRevision, 20);
  record.writeUInt16LE(leaseBytes, 28);
  record.write(lease, KEY_HEADER_BYTES);
  record.write(stored.value, KEY_HEADER_BYTES + leaseBytes);
  return seal(record, stored.key);
}

/** @throws LockstepError STORE_DAMAGED */
export function decodeStoredKey(key: string, record: Buffer): StoredKey {
  return { ...decodeKeyHead(key, record), value: record.toString('utf8', valueStart(record)) };
}

/** The same without its value. @throws LockstepError STORE_DAMAGED */
export function decodeKeyHead(key: string, record: Buffer): KeyHead {
  open(record, key, KEY_HEADER_BYTES);
  const lease = record.toString('utf8', KEY_HEADER_BYTES, valueStart(record));
  return {
    key,
    version: record.readDoubleLE(4),
    createRevision: parseRevision(record.readDoubleLE(12)),
    modRevision: parseRevision(record.readDoubleLE(20)),
    lease: lease === '' ? null : parseLeaseId(lease),
  };
}

function valueStart(record: Buffer): number {
  return KEY_HEADER_BYTES + record.readUInt16LE(28);
}

/** A revision's record: CRC, wall time, number of changes; of each: kind, previous revision, length of the key, key. */
export function encodeRevision(revision: Revision, { madeMs, changes }: PastRevision): Buffer {
  const keys = changes.map(({ key }) => Buffer.from(key));
  const keyBytes = keys.reduce((sum, key) => sum + key.length + CHANGE_HEADER_BYTES, 0);
  const record = Buffer.allocUnsafe(REVISION_HEADER_BYTES + keyBytes);
  record.writeDoubleLE(madeMs, 4);
  let at = record.writeUInt32LE(changes.length, 12);
  for (const [index, { kind, previousRevision }] of changes.entries()) {
    const key = keys[index] ?? Buffer.alloc(0);
    at = record.writeUInt8(kind === 'put' ? 1 : 0, at);
    at = record.writeDoubleLE(previousRevision, at);
    at = record.writeUInt16LE(key.length, at);
    at += key.copy(record, at);
  }
  return seal(record, String(revision));
}

/** @throws LockstepError STORE_DAMAGED */
export function decodeRevision(revision: Revision, record: Buffer): PastRevision {
  open(record, String(revision), REVISION_HEADER_BYTES);
  const changes: PastChange[] = [];
  let at = REVISION_HEADER_BYTES;
  for (let left = record.readUInt32LE(12); left > 0; left -= 1) {
    const keyAt = at + CHANGE_HEADER_BYTES;
    const end = keyAt + record.readUInt16LE(at + 9);
    const kind = record.readUInt8(at) === 1 ? 'put' : 'delete';
    changes.push({ kind, previousRevision: record.readDoubleLE(at + 1), key: record.toString('utf8', keyAt, end) });
    at = end;
  }
  return { madeMs: record.readDoubleLE(4), changes };
}

/** When a revision was made, without reading the rest. */
export function readMadeMs(record: Buffer): number {
  return record.readDoubleLE(4);
}

function seal(record: Buffer, key: string): Buffer {
  record.writeUInt32LE(checksum(record, key));
  return record;
}

function open(record: Buffer, key: string, minBytes: number): void {
  if (record.length >= minBytes && record.readUInt32LE(0) === checksum(record, key)) return;
  throw new LockstepError('STORE_DAMAGED', `the record of ${key} is not what was written`, { key });
}

function checksum(record: Buffer, key: string): number {
  return crc32(record.subarray(CRC_BYTES), crc32(key));
}
