import { LockstepError } from '../../core/model/error';
import { parseLeaseId } from '../../core/model/store';
import type { LeaseId } from '../../core/model/store';
import type { Environment } from './environment';
import { encodeKey, prefixBounds } from './key-bytes';

/** Counts the leases that were ever granted, so that no ID comes twice. No lease has an empty ID or this one. */
const GRANTED_KEY = encodeKey('granted');

/** The leases on disk: their times to live, and which keys they hold. Deadlines are in memory only. */
export class LeaseTable {
  constructor(private readonly environment: Environment) {}

  /** A new lease. In a writing transaction. */
  add(ttlMs: number): LeaseId {
    const { leases } = this.environment;
    const granted = readNumber(leases.get(GRANTED_KEY)) + 1;
    leases.putSync(GRANTED_KEY, Buffer.from(String(granted)));
    const id = parseLeaseId(String(granted));
    leases.putSync(encodeKey(id), Buffer.from(String(ttlMs)));
    return id;
  }

  /** Forget a lease; its keys are deleted by then. In a writing transaction. */
  remove(lease: LeaseId): void {
    this.environment.leases.removeSync(encodeKey(lease));
  }

  /** All leases with their times to live. */
  list(): { readonly id: LeaseId; readonly ttlMs: number }[] {
    const found = [];
    for (const { key, value } of this.environment.leases.getRange()) {
      if (!key.equals(GRANTED_KEY)) found.push({ id: parseLeaseId(key.toString()), ttlMs: readNumber(value) });
    }
    return found;
  }

  /** The keys that a lease holds. */
  keysOf(lease: LeaseId): string[] {
    const prefix = `${lease}\0`;
    const keys = [];
    for (const key of this.environment.attachments.getKeys(prefixBounds(prefix))) {
      keys.push(key.toString().slice(prefix.length));
    }
    return keys;
  }
}

function readNumber(record: Buffer | undefined): number {
  if (record === undefined) return 0;
  const value = Number(record.toString());
  if (Number.isSafeInteger(value)) return value;
  throw new LockstepError('STORE_DAMAGED', 'the record of a lease is not what was written', {});
}
