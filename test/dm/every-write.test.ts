import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { Compare } from '../../src/core/model/store';
import { DM_LEADER_PREFIX } from '../../src/core/wire/dm-keys';
import { GraphqlServer } from '../../src/graphql/graphql-server';
import type { Transaction, TransactionResult } from '../../src/ports/store';
import { runCommand } from '../cli/run-command';
import { PlainWorker } from '../graphql/plain-worker';
import { SilentLogger } from '../support/silent-logger';
import { rollOutConflict, rollOutOptimistic, rollOutPessimistic } from './serve-workers';

const clock = new SystemClock();

/** The store as the server has it: what it writes is remembered. What others write goes by the memory below. */
class WatchedStore extends MemoryStore {
  readonly written: Transaction[] = [];

  override txn(transaction: Transaction): Promise<TransactionResult> {
    this.written.push(transaction);
    return super.txn(transaction);
  }
}

const store = new WatchedStore(clock);
/** The same store for everybody else. */
const others = Object.assign(Object.create(store) as WatchedStore, {
  txn: (transaction: Transaction) => MemoryStore.prototype.txn.call(store, transaction),
  get: store.get.bind(store),
  range: store.range.bind(store),
  watch: store.watch.bind(store),
});

let coordinator: Coordinator;
let api: GraphqlServer;
let url: string;

beforeAll(async () => {
  const logger = new SilentLogger();
  coordinator = await Coordinator.start({ store, clock, logger });
  api = await GraphqlServer.start({ service: coordinator, logger, host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${api.address.port}/graphql`;
});

afterAll(async () => {
  await api.stop();
  await coordinator.stop();
  await store.close();
});

function comparesDmLeader(compares: readonly Compare[]): boolean {
  return compares.some((compare) => compare.kind === 'absent' && compare.prefix === DM_LEADER_PREFIX);
}

it('every transaction of a server compares that no dm-master leads', async () => {
  const [s1, s2] = ['s1', 's2'].map(parseSourceId);
  const sources = [s1, s2].flatMap((source) => source ?? []);
  await rollOutOptimistic(others, parseTaskName('opt'), sources);
  await rollOutPessimistic(others, parseTaskName('pess'), sources);
  await rollOutConflict(others, parseTaskName('renamed'), parseSourceId('s3'));
  const worker = new PlainWorker(url, 'w', 'own', 's9', 'PESSIMISTIC');
  await worker.register(['s9', 's10']);
  await worker.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c1 INT'], '1');
  const server = ['--server', new URL(url).origin];
  await runCommand(['task', 'put', ...server, '--mode', 'pessimistic', '--source', 's9', '--source', 's10', 'own']);
  await runCommand(['exclude-source', ...server, '--source', 's10', 'own']);
  await runCommand(['remove-meta', ...server, '--force', 'own']);
  expect(store.written.length).toBeGreaterThan(40);
  const careless = store.written.filter(({ compares }) => !comparesDmLeader(compares));
  expect(careless).toEqual([]);
}, 60_000);
