import type { Transaction as ReadTransaction } from 'lmdb';
import { invariant } from '../../core/model/invariant';
import { NO_REVISION, parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import type { LeaseId } from '../../core/model/store';
import type { KeyChange, KeyView } from '../revisioned/plan-transaction';
import type { KeyHead, StoredKey } from '../revisioned/stored-key';
import type { OpenTables } from './environment';
import {
  decodeRevisionKey,
  encodeAttachment,
  encodeKey,
  encodePastKey,
  encodeRevisionKey,
  prefixBounds,
} from './key-bytes';
import { KnownKeys } from './known-keys';
import {
  decodeKeyHead,
  decodeRevision,
  decodeStoredKey,
  encodeRevision,
  encodeStoredKey,
  readMadeMs,
} from './record-codec';
import type { PastRevision } from './record-codec';

/** A snapshot to read from: one transaction of LMDB; absent: the one that is being written, else the last commit. */
export type Snapshot = ReadTransaction | undefined;

/** What the tables mean. Each method is a few steps of LMDB without waiting. */
export class Tables implements KeyView<KeyHead> {
  readonly #known = new KnownKeys();

  constructor(private readonly environment: OpenTables) {}

  /** A snapshot that stays as it is until it is `done()`. */
  takeSnapshot(): ReadTransaction {
    return this.environment.keys.useReadTransaction();
  }

  get(key: string): StoredKey | null {
    const record = this.environment.keys.get(encodeKey(key));
    return record === undefined ? null : decodeStoredKey(key, record);
  }

  /** In a writing transaction. Most keys that a transaction compares were written or compared a moment ago. */
  head(key: string): KeyHead | null {
    return this.#known.head(key) ?? this.#readHead(key);
  }

  /** In a writing transaction. Every request asks whether there is a dm-master, and mostly there never is one. */
  isEmpty(prefix: string): boolean {
    return this.#known.isEmpty(prefix) || this.#readIsEmpty(prefix);
  }

  *withPrefix(prefix: string): Generator<StoredKey, void, undefined> {
    yield* this.readKeys(prefixBounds(prefix), undefined);
  }

  /** The keys between two bounds, in order. */
  *readKeys(
    bounds: {
      readonly start: Buffer;
      readonly end: Buffer;
      readonly exclusiveStart?: boolean;
      readonly limit?: number;
    },
    snapshot: Snapshot,
  ): Generator<StoredKey, void, undefined> {
    for (const { key, value } of this.environment.keys.getRange({ ...bounds, ...inSnapshot(snapshot) })) {
      yield decodeStoredKey(key.toString(), value);
    }
  }

  hasLease(lease: LeaseId): boolean {
    return this.environment.leases.get(encodeKey(lease)) !== undefined;
  }

  /** The last revision; 0 if there is none. */
  lastRevision(snapshot?: Snapshot): Revision {
    return this.#edgeRevision(true, snapshot);
  }

  /** The oldest revision that is kept; 0 if none has gone. */
  compactedRevision(snapshot?: Snapshot): Revision {
    const first = this.#edgeRevision(false, snapshot);
    return first === 1 ? NO_REVISION : first;
  }

  /** What a kept revision changed. */
  readRevision(revision: Revision, snapshot?: Snapshot): PastRevision {
    return decodeRevision(revision, this.#revisionRecord(revision, snapshot));
  }

  /** When a kept revision was made, by the wall clock in ms. */
  readMadeMs(revision: number): number {
    return readMadeMs(this.#revisionRecord(revision, undefined));
  }

  /** The value that a key got at a kept revision, or had since an older one when a kept revision replaced it. */
  readPast(key: string, revision: number, snapshot?: Snapshot): StoredKey {
    const options = inSnapshot(snapshot);
    const record = this.environment.past.get(encodePastKey(key, revision), options);
    if (record !== undefined) return decodeStoredKey(key, record);
    const current = this.environment.keys.get(encodeKey(key), options);
    const stored = current === undefined ? null : decodeStoredKey(key, current);
    invariant(stored?.modRevision === revision, `the value of ${key} at revision ${revision} is not kept`);
    return stored;
  }

  /** Write the changes of a revision. In a writing transaction. */
  writeRevision(revision: Revision, changes: readonly KeyChange[], madeMs: number): void {
    for (const change of changes) this.#writeChange(change);
    const past = changes.map((change) => ({
      kind: change.kind,
      key: change.kind === 'put' ? change.after.key : change.before.key,
      previousRevision: change.before?.modRevision ?? 0,
    }));
    this.environment.revisions.putSync(
      encodeRevisionKey(revision),
      encodeRevision(revision, { madeMs, changes: past }),
    );
  }

  /** Drop a revision, and the values that it replaced. In a writing transaction, the oldest first. */
  dropRevision(revision: Revision): void {
    this.dropReplaced(revision);
    this.environment.revisions.removeSync(encodeRevisionKey(revision));
  }

  /** Drop the values that a revision replaced: nobody can read them once it is the oldest one. */
  dropReplaced(revision: Revision): void {
    for (const { key, previousRevision } of this.readRevision(revision).changes) {
      if (previousRevision > 0) this.environment.past.removeSync(encodePastKey(key, previousRevision));
    }
  }

  #writeChange(change: KeyChange): void {
    const { keys, past, attachments } = this.environment;
    const { before } = change;
    const after = change.kind === 'put' ? change.after : null;
    if (before !== null) {
      past.putSync(encodePastKey(before.key, before.modRevision), this.#keyRecord(before.key));
      if (before.lease !== null) attachments.removeSync(encodeAttachment(before.lease, before.key));
    }
    if (after === null) {
      if (before === null) return;
      keys.removeSync(encodeKey(before.key));
      this.#known.forget(before.key);
      return;
    }
    keys.putSync(encodeKey(after.key), encodeStoredKey(after));
    this.#known.keep(after);
    if (after.lease !== null) attachments.putSync(encodeAttachment(after.lease, after.key), Buffer.of(1));
  }

  #readIsEmpty(prefix: string): boolean {
    if (this.environment.keys.getKeysCount({ ...prefixBounds(prefix), limit: 1 }) > 0) return false;
    this.#known.keepEmpty(prefix);
    return true;
  }

  #readHead(key: string): KeyHead | null {
    const record = this.environment.keys.get(encodeKey(key));
    if (record === undefined) return null;
    const head = decodeKeyHead(key, record);
    this.#known.keep(head);
    return head;
  }

  #keyRecord(key: string): Buffer {
    const record = this.environment.keys.get(encodeKey(key));
    invariant(record, `${key} is not among the keys`);
    return record;
  }

  #revisionRecord(revision: number, snapshot: Snapshot): Buffer {
    const record = this.environment.revisions.get(encodeRevisionKey(revision), inSnapshot(snapshot));
    invariant(record, `revision ${revision} is not in the history`);
    return record;
  }

  #edgeRevision(reverse: boolean, snapshot: Snapshot): Revision {
    const { revisions } = this.environment;
    for (const key of revisions.getKeys({ limit: 1, reverse, ...inSnapshot(snapshot) })) {
      return parseRevision(decodeRevisionKey(key));
    }
    return NO_REVISION;
  }
}

/** LMDB's reads take a transaction only if there is one. */
function inSnapshot(snapshot: Snapshot): { transaction?: ReadTransaction } {
  return snapshot === undefined ? {} : { transaction: snapshot };
}
