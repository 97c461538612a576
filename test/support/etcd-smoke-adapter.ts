import { Etcd3, EtcdLeaseInvalidError } from 'etcd3';
import type { ICompare, IKeyValue, IRequestOp, IWatchResponse } from 'etcd3/lib/rpc';
import { compactedError } from '../../src/adapters/revisioned/check-revision';
import { LockstepError } from '../../src/core/model/error';
import { unreachable } from '../../src/core/model/invariant';
import { parseRevision } from '../../src/core/model/revision';
import type { Revision } from '../../src/core/model/revision';
import { parseLeaseId } from '../../src/core/model/store';
import type { Batch, Change, Compare, KeyValue, LeaseId, Mutation } from '../../src/core/model/store';
import type { Lease, RangeResult, Store, Transaction, TransactionResult } from '../../src/ports/store';

/**
 * The store port on etcd with nothing added: what the suite finds is what etcd does. It doesn't resume a watch, renew by
 * itself or split anything. Its progress is what the server sends from time to time (`startEtcd` makes that often), because
 * the answer to a progress request of older servers (seen with 3.4.23) names revisions whose changes are yet to come. It is
 * not for use outside tests.
 */
export class EtcdSmokeAdapter implements Store {
  readonly limits = { operationsPerTransaction: 128, bytesPerTransaction: 1_500_000, bytesPerKey: 100_000 };
  readonly #client: Etcd3;

  constructor(url: string) {
    this.#client = new Etcd3({ hosts: url });
  }

  async revision(): Promise<Revision> {
    return readRevision((await this.#client.kv.range({ key: Buffer.from('/'), count_only: true })).header.revision);
  }

  async get(key: string): Promise<KeyValue | null> {
    const [found] = (await this.#client.kv.range({ key: Buffer.from(key) })).kvs;
    return found === undefined ? null : readKeyValue(found);
  }

  async range(prefix: string, options: { readonly revision?: Revision } = {}): Promise<RangeResult> {
    const revision = options.revision ?? 0;
    const { kvs, header } = await translate(this.#client.kv.range({ ...rangeOf(prefix), revision }));
    return { values: kvs.map(readKeyValue), revision: options.revision ?? readRevision(header.revision) };
  }

  async txn({ compares, then, otherwise = [] }: Transaction): Promise<TransactionResult> {
    const request = {
      compare: compares.map(writeCompare),
      success: then.map(writeMutation),
      failure: otherwise.map(writeMutation),
    };
    const { succeeded, header } = await translate(this.#client.kv.txn(request));
    return { succeeded, revision: readRevision(header.revision) };
  }

  async *watch(
    prefixes: readonly string[],
    from: Revision,
    signal: AbortSignal,
  ): AsyncGenerator<Batch, void, undefined> {
    const stream = await this.#client.watchClient.watch();
    const responses: IWatchResponse[] = [];
    let wake = () => {};
    stream.on('data', (response) => {
      responses.push(response);
      wake();
    });
    // Cancelling is our own doing; anything else shows as a watch that gives nothing, which a test notices.
    stream.on('error', () => wake());
    const abort = () => wake();
    signal.addEventListener('abort', abort);
    // One etcd watch of all keys: a watch's response never splits a revision, while two watches would.
    stream.write({ create_request: { ...rangeOf(''), start_revision: from, progress_notify: true } });
    let reached = from - 1;
    try {
      while (!signal.aborted) {
        const response = responses.shift();
        if (response === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        if (response.canceled) throw compactedError(from, readRevision(response.compact_revision));
        for (const batch of readBatches(response, prefixes)) {
          // Progress is repeated while nothing happens.
          if (batch.revision <= reached) continue;
          reached = batch.revision;
          yield batch;
        }
      }
    } finally {
      signal.removeEventListener('abort', abort);
      stream.cancel();
    }
  }

  async grant(ttlMs: number): Promise<Lease> {
    const { ID, TTL } = await this.#client.leaseClient.leaseGrant({ TTL: Math.ceil(ttlMs / 1_000) });
    return { id: parseLeaseId(ID), ttlMs: Number(TTL) * 1_000 };
  }

  async keepAlive(lease: LeaseId): Promise<void> {
    const stream = await this.#client.leaseClient.leaseKeepAlive();
    const answer = new Promise<string>((resolve, reject) => {
      stream.on('data', ({ TTL }) => resolve(TTL));
      stream.on('error', reject);
    });
    stream.write({ ID: lease });
    const left = await answer;
    stream.end();
    if (Number(left) <= 0) throw leaseEnded();
  }

  async revoke(lease: LeaseId): Promise<void> {
    try {
      await this.#client.leaseClient.leaseRevoke({ ID: lease });
    } catch (error) {
      if (!(error instanceof EtcdLeaseInvalidError)) throw error;
    }
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  /** Drop every revision before this one. */
  async compactTo(revision: Revision): Promise<void> {
    await this.#client.kv.compact({ revision, physical: true });
  }
}

function rangeOf(prefix: string): { key: Buffer; range_end: Buffer } {
  const key = Buffer.from(prefix === '' ? '\0' : prefix);
  return { key, range_end: prefix === '' ? key : Buffer.concat([key, Buffer.of(0xff)]) };
}

const RESULTS = { '=': 'Equal', '!=': 'NotEqual', '<': 'Less', '>': 'Greater' } as const;

function writeCompare(compare: Compare): ICompare {
  switch (compare.kind) {
    case 'absent':
      return { ...rangeOf(compare.prefix), target: 'Version', result: 'Equal', version: 0 };
    case 'value':
      return {
        key: Buffer.from(compare.key),
        target: 'Value',
        result: RESULTS[compare.operator],
        value: Buffer.from(compare.value),
      };
    case 'version':
      return writeNumber(compare, { target: 'Version', version: compare.value });
    case 'createRevision':
      return writeNumber(compare, { target: 'Create', create_revision: compare.value });
    case 'modRevision':
      return writeNumber(compare, { target: 'Mod', mod_revision: compare.value });
    default:
      return unreachable(compare);
  }
}

function writeNumber(compare: { key: string; operator: keyof typeof RESULTS }, target: ICompare): ICompare {
  return { key: Buffer.from(compare.key), result: RESULTS[compare.operator], ...target };
}

function writeMutation(mutation: Mutation): IRequestOp {
  switch (mutation.kind) {
    case 'put': {
      const { key, value, lease = '0' } = mutation;
      return { request_put: { key: Buffer.from(key), value: Buffer.from(value), lease } };
    }
    case 'delete':
      return { request_delete_range: { key: Buffer.from(mutation.key) } };
    case 'delete-prefix':
      return { request_delete_range: rangeOf(mutation.prefix) };
    default:
      return unreachable(mutation);
  }
}

/** The batches of a response, by revision; one without events is progress. */
function readBatches(response: IWatchResponse, prefixes: readonly string[]): Batch[] {
  const byRevision = new Map<Revision, Change[]>();
  for (const { type, kv } of response.events) {
    const revision = readRevision(kv.mod_revision);
    const changes = byRevision.get(revision) ?? [];
    byRevision.set(revision, changes);
    const key = kv.key.toString();
    if (!prefixes.some((prefix) => key.startsWith(prefix))) continue;
    if (type === 'Delete') changes.push({ kind: 'delete', key, modRevision: revision });
    else changes.push({ kind: 'put', ...readKeyValue(kv) });
  }
  if (byRevision.size === 0 && !response.created) byRevision.set(readRevision(response.header.revision), []);
  return [...byRevision].map(([revision, changes]) => ({ revision, changes }));
}

function readKeyValue(kv: IKeyValue): KeyValue {
  return {
    key: kv.key.toString(),
    value: kv.value.toString(),
    version: Number(kv.version),
    createRevision: readRevision(kv.create_revision),
    modRevision: readRevision(kv.mod_revision),
  };
}

function readRevision(text: string): Revision {
  return parseRevision(Number(text));
}

/** etcd's own refusals, as the port names them. */
async function translate<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof EtcdLeaseInvalidError) throw leaseEnded();
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes('has been compacted')) throw new LockstepError('STORE_COMPACTED', message);
    if (/duplicate key given|future revision/u.test(message)) throw new LockstepError('INVALID_INPUT', message);
    throw error;
  }
}

function leaseEnded(): LockstepError {
  return new LockstepError('LEASE_ENDED', 'the lease has ended or was never granted');
}
