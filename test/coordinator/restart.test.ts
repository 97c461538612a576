import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import type { SessionRef } from '../../src/coordinator/service';
import { LockstepError } from '../../src/core/model/error';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import { NO_REVISION } from '../../src/core/model/revision';
import type { Result } from '../../src/core/model/result';
import { LOCKSTEP_LEADER_KEY, LOCKSTEP_SETTLED_KEY } from '../../src/core/wire/lockstep-keys';
import { readSettledRecord } from '../../src/core/wire/settled-record';
import type { Transaction, TransactionResult } from '../../src/ports/store';
import { dumpState } from '../end-to-end/state-dump';
import { foldedState, readStream } from '../end-to-end/stored-stream';
import { SilentLogger } from '../support/silent-logger';

const task = parseTaskName('merge');
const target = parseDownstreamTable('shop', 'orders');
const source = parseSourceId('s1');
const [CREATE, CREATE_WITH_C] = ['INT', 'INT, c INT'].map(
  (columns) => `CREATE TABLE t (id INT PRIMARY KEY, v ${columns})`,
);
const alter = (spec: string): string => `ALTER TABLE \`shop\`.\`orders\` ${spec}`;

/** A store that can be out of reach for what a leader writes, as when its process is about to be killed. */
class DeafStore extends MemoryStore {
  isDeaf = false;

  override async txn(transaction: Transaction): Promise<TransactionResult> {
    const isLeaders = transaction.compares.some((compare) => 'key' in compare && compare.key === LOCKSTEP_LEADER_KEY);
    const isElection = transaction.then.some((mutation) => 'key' in mutation && mutation.key === LOCKSTEP_LEADER_KEY);
    if (this.isDeaf && isLeaders && !isElection) throw new LockstepError('STORE_UNAVAILABLE', 'out of reach');
    return await super.txn(transaction);
  }
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(store: DeafStore): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger: new SilentLogger() });
  ends.push(() => coordinator.stop());
  return coordinator;
}

function newStore(): DeafStore {
  const store = new DeafStore(new SystemClock());
  ends.push(() => store.close());
  return store;
}

function value<T>(result: Result<T, LockstepError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}

/** What a worker does; each resolves when the server has answered. */
class Worker {
  #attempts = 0;

  private constructor(
    readonly coordinator: Coordinator,
    readonly session: SessionRef,
  ) {}

  static async register(coordinator: Coordinator): Promise<Worker> {
    const input = { worker: 'w', task, mode: 'optimistic', source, expectedSources: null } as const;
    const session = value(await coordinator.registerWorker({ ...input, ttlMs: 60_000, instance: null }));
    return new Worker(coordinator, session);
  }

  async list(...tables: readonly string[]): Promise<void> {
    const listed = tables.map((table) => ({ schema: 'db', table, target, createTable: CREATE ?? '' }));
    value(await this.coordinator.putSourceTables(this.session, listed, null));
  }

  async drop(table: string): Promise<void> {
    value(await this.coordinator.removeSourceTable(this.session, { schema: 'db', table }, null));
  }

  async create(table: string, createTable = CREATE ?? ''): Promise<void> {
    value(await this.coordinator.addSourceTable(this.session, { schema: 'db', table, target, createTable }, null));
  }

  async report(table: string, spec: string, createTableBefore = CREATE ?? ''): Promise<void> {
    this.#attempts += 1;
    const common = { createTablesAfter: null, ignoreConflict: false, defaultCollation: null };
    const report = {
      schema: 'db',
      table,
      target,
      ddls: [alter(spec)],
      attempt: `${this.#attempts}`,
      createTableBefore,
    };
    value(await this.coordinator.reportInfo(this.session, { ...common, ...report }));
  }

  async acknowledge(table: string): Promise<void> {
    const operation = this.coordinator
      .pendingOperations(task, source)
      .find(({ table: of, done }) => of?.table === table && !done);
    if (operation === undefined) throw new Error(`nothing is ordered to ${table}`);
    value(await this.coordinator.acknowledgeOperation(this.session, { schema: 'db', table }, operation.revision));
  }
}

/** Wait until the leader has written everything that follows. */
async function settled({ state }: Coordinator): Promise<void> {
  const end = Date.now() + 20_000;
  while (state.outbox.size > 0) {
    if (Date.now() > end) throw new Error(`still owed: ${JSON.stringify([...state.outbox])}`);
    await sleep(5);
  }
}

describe('a server that starts where another owed something', () => {
  it.each<[string, (worker: Worker) => Promise<void>]>([
    [
      'a table was dropped and made anew',
      async (worker) => {
        await worker.drop('a');
        await worker.create('a');
      },
    ],
    [
      'a table was made anew that has what others only have to get',
      async (worker) => {
        await worker.drop('a');
        await worker.create('a', CREATE_WITH_C);
        await worker.report('b', 'DROP COLUMN v');
      },
    ],
    ['a table came', (worker) => worker.create('c', CREATE_WITH_C)],
    [
      'a table dropped a column and went on',
      async (worker) => {
        await worker.report('a', 'DROP COLUMN v', CREATE_WITH_C);
        await worker.report('a', 'ADD COLUMN d INT', 'CREATE TABLE t (id INT PRIMARY KEY, c INT)');
      },
    ],
  ])('has the state that its stream gives: %s', async (_what, happen) => {
    const store = newStore();
    const first = await start(store);
    const worker = await Worker.register(first);
    await worker.list('a', 'b');
    await worker.report('a', 'ADD COLUMN c INT');
    await settled(first);
    await worker.acknowledge('a');
    await settled(first);
    store.isDeaf = true;
    await happen(worker);
    await first.stop();
    store.isDeaf = false;

    const second = await start(store);
    await settled(second);
    const stream = await readStream(store);
    expect(dumpState(second.state)).toEqual(dumpState(foldedState(stream)));
  });

  it('begins at the last revision itself where what came before is compacted, or unreadable', async () => {
    const store = newStore();
    const first = await start(store);
    const worker = await Worker.register(first);
    await worker.list('a', 'b');
    await worker.report('a', 'ADD COLUMN c INT');
    await settled(first);
    const record = await store.get(LOCKSTEP_SETTLED_KEY);
    const reading = readSettledRecord(record?.value ?? '');
    expect(reading.kind === 'record' && reading.record.revision > NO_REVISION).toBe(true);
    await first.stop();

    await store.compactTo(await store.revision());
    const second = await start(store);
    await settled(second);
    expect(second.pendingOperations(task, source)).toHaveLength(1);
    await second.stop();

    for (const text of ['{"v":1,"revision":-1}', '{"v":9}', '{"v":1,"revision":4000000}']) {
      await store.txn({ compares: [], then: [{ kind: 'put', key: LOCKSTEP_SETTLED_KEY, value: text }] });
      const next = await start(store);
      expect(next.pendingOperations(task, source)).toHaveLength(1);
      await next.stop();
    }
  });
});
