import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, jest } from '@jest/globals';
import { EtcdStore } from '../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { LockstepError } from '../../src/core/model/error';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseTaskName } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import { dmPrefix, formatDmKey } from '../../src/core/wire/dm-keys';
import { readJournalRecord } from '../../src/core/wire/journal-record';
import { formatLockstepKey, JOURNAL_PREFIX } from '../../src/core/wire/lockstep-keys';
import { decodeOptimisticOperation, encodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import type { Store, Transaction, TransactionResult } from '../../src/ports/store';
import { infoText, shardDdls, shardsOf, sourceTablesOf, TARGET } from '../bench/shard-infos';
import { dumpState } from '../end-to-end/state-dump';
import { foldedState, readStream, recoveredState } from '../end-to-end/stored-stream';
import { EtcdServer } from '../support/etcd-server';
import { SeededRandom } from '../support/seeded-random';
import { SilentLogger } from '../support/silent-logger';

jest.setTimeout(900_000);

const FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
const TABLES = 5_000;
/** So many parts of the removal are made between two crashes, at most; 1: there is one between any two. */
const PARTS = FULL ? 1 : 40;
const SEED = 1;

const task = parseTaskName('large');
const INFOS = dmPrefix('optimistic-info', task);
const OPERATIONS = dmPrefix('optimistic-operation', task);
const LOCK = formatLockstepKey({ kind: 'lock', lockId: formatLockId(task, TARGET) });
const clock = new SystemClock();

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The way of a process to its store that ends in the middle of the removal of a lock, as the process does. */
class CrashingWay {
  parts = 0;

  constructor(
    private readonly store: Store,
    private readonly crashAfter: number,
  ) {}

  get hasCrashed(): boolean {
    return this.parts >= this.crashAfter;
  }

  asStore(): Store {
    return new Proxy(this.store, {
      get: (store, name) => {
        const value: unknown = Reflect.get(store, name);
        if (name === 'txn') return (transaction: Transaction) => this.#transact(transaction);
        return typeof value === 'function' ? (value.bind(store) as unknown) : value;
      },
    });
  }

  /** The last part is made, but its process never learns it. */
  async #transact(transaction: Transaction): Promise<TransactionResult> {
    this.#refuseAfterCrash();
    const result = await this.store.txn(transaction);
    const isPart = transaction.then.some((mutation) => mutation.kind === 'delete' && mutation.key.startsWith(INFOS));
    if (isPart) this.parts += 1;
    this.#refuseAfterCrash();
    return result;
  }

  #refuseAfterCrash(): void {
    if (this.hasCrashed) throw new LockstepError('STORE_UNAVAILABLE', 'this process has crashed');
  }
}

async function start(store: Store): Promise<Coordinator> {
  return await Coordinator.start({ store, clock, logger: new SilentLogger(), storeKind: 'etcd' });
}

async function putAll(store: Store, puts: readonly (readonly [string, string])[]): Promise<void> {
  for (let index = 0; index < puts.length; index += 100) {
    const then = puts.slice(index, index + 100).map(([key, value]): Mutation => ({ kind: 'put', key, value }));
    await store.txn({ compares: [], then });
  }
}

/** A lock that is resolved as soon as a coordinator starts. */
async function makeLock(store: Store): Promise<void> {
  const ddl = shardDdls(2)('ALTER TABLE `shop`.`orders` ADD COLUMN `note` VARCHAR(255)');
  const shards = shardsOf(TABLES);
  await putAll(store, sourceTablesOf(task, shards));
  const coordinator = await start(store);
  const infos = shards.map((table) => {
    const key = formatDmKey({ kind: 'optimistic-info', task, table });
    return [key, infoText(task, table, ddl)] as const;
  });
  await putAll(store, infos);
  let { values: operations } = await store.range(OPERATIONS);
  for (; operations.length < TABLES; { values: operations } = await store.range(OPERATIONS)) await sleep(200);
  await coordinator.stop();
  const done = operations.map(({ key, value }) => {
    const operation = decodeOptimisticOperation(value);
    return [key, encodeOptimisticOperation({ ...operation, done: true })] as const;
  });
  await putAll(store, done);
}

async function isThere(store: Store): Promise<boolean> {
  return (await store.get(LOCK)) !== null;
}

it(`a lock of ${TABLES} tables is removed in parts, by one process after the other, each of which crashes`, async () => {
  const server = await EtcdServer.start();
  ends.push(() => server.stop());
  const store = await EtcdStore.open({ urls: [server.url] }, clock);
  ends.push(() => store.close());
  await makeLock(store);
  const random = new SeededRandom(SEED);
  let [lives, parts] = [0, 0];
  while (await isThere(store)) {
    const way = new CrashingWay(store, 1 + random.below(PARTS));
    const coordinator = await start(way.asStore());
    while (!way.hasCrashed && (await isThere(store))) await sleep(20);
    await coordinator.stop();
    lives += 1;
    parts += way.parts;
  }
  const stream = await readStream(store);
  expect(stream.values.filter(({ key }) => key.startsWith(INFOS) || key.startsWith(OPERATIONS))).toEqual([]);
  expect(stream.values.filter(({ key }) => /^\/lockstep\/(?:lock|decision)\//u.test(key))).toEqual([]);
  const journal = stream.batches.flatMap(({ changes }) =>
    changes
      .filter(({ key }) => key.startsWith(JOURNAL_PREFIX))
      .flatMap((change) => (change.kind === 'put' ? [change] : [])),
  );
  const events = journal.flatMap(({ value, key }) => {
    const reading = readJournalRecord(value, key);
    return reading.kind === 'record' ? reading.record.events.map(({ kind }) => kind) : [];
  });
  expect(events.filter((kind) => kind === 'LockResolved')).toHaveLength(1);
  expect(events.filter((kind) => kind === 'OperationDone')).toHaveLength(TABLES);
  expect(dumpState(recoveredState(stream))).toEqual(dumpState(foldedState(stream)));
  console.log(`${TABLES} tables, ${parts} parts, ${lives} processes`);
});
