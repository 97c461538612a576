import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { Coordinator } from '../../src/coordinator/coordinator';
import type { SessionRef } from '../../src/coordinator/service';
import type { ActionInput } from '../../src/core/model/action';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../src/core/model/names';
import { NO_REVISION, parseRevision } from '../../src/core/model/revision';

import type { CoordinatorState } from '../../src/core/state/coordinator-state';
import { dumpState } from '../end-to-end/state-dump';
import { foldedState, readStream, recoveredState } from '../end-to-end/stored-stream';
import { ManualClock } from '../support/manual-clock';
import { SeededRandom } from '../support/seeded-random';
import { SilentLogger } from '../support/silent-logger';

const SEEDS = process.env['LOCKSTEP_TEST_FULL'] === '1' ? 400 : 25;
const STEPS = 150;

const TASKS = ['t1', 't2'].map(parseTaskName);
const SOURCES = ['s1', 's2', 's3'].map(parseSourceId);
const TARGETS = ['orders', 'items'].map((table) => parseDownstreamTable('shop', table));
const TABLES = ['a', 'b'];
const CREATES = [
  'CREATE TABLE t (id INT PRIMARY KEY, v INT)',
  'CREATE TABLE t (id INT PRIMARY KEY, v INT, c INT)',
  'CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9), n VARCHAR(20) NOT NULL)',
];
const SPECS = [
  'ADD COLUMN c INT',
  'ADD COLUMN c VARCHAR(9)',
  'DROP COLUMN v',
  'DROP COLUMN n',
  'RENAME COLUMN v TO w',
  'MODIFY COLUMN v BIGINT',
  "COMMENT = 'x'",
];

/** Clients that send anything at any time, with sessions and revisions of any time. */
class Sloppy {
  readonly #sessions: SessionRef[] = [];
  #coordinator: Coordinator;
  #attempts = 0;

  constructor(
    coordinator: Coordinator,
    private readonly random: SeededRandom,
  ) {
    this.#coordinator = coordinator;
  }

  moveTo(coordinator: Coordinator): void {
    this.#coordinator = coordinator;
  }

  async send(): Promise<void> {
    const { random } = this;
    const coordinator = this.#coordinator;
    const session = this.#sessions.length === 0 || random.oneIn(12) ? await this.#register() : this.#session();
    const [target, name] = [random.pick(TARGETS), random.pick(TABLES)];
    const table = { schema: 'db', table: name };
    const registered = { ...table, target, createTable: random.oneIn(4) ? null : random.pick(CREATES) };
    const after = random.oneIn(2) ? null : this.#revision();
    switch (random.below(14)) {
      case 0:
        await coordinator.putSourceTables(session, random.oneIn(4) ? [] : [registered], null, after);
        return;
      case 1:
        await coordinator.addSourceTable(session, registered, null, this.#tablesRevision(session));
        return;
      case 2:
        await coordinator.removeSourceTable(session, table, this.#tablesRevision(session));
        return;
      case 3:
      case 4:
      case 5:
        await coordinator.reportInfo(session, {
          ...{ ...table, target, ddls: this.#ddls(target.table), createTableBefore: random.pick(CREATES) },
          ...{ createTablesAfter: null, ignoreConflict: random.oneIn(8), attempt: this.#attempt() },
          defaultCollation: null,
        });
        return;
      case 6:
      case 7:
        await coordinator.reportSourceInfo(session, {
          target,
          ddls: this.#ddls(target.table),
          attempt: this.#attempt(),
        });
        return;
      case 8:
      case 9:
        for (const pending of coordinator.pendingOperations(session.task, session.source))
          await coordinator.acknowledgeOperation(session, pending.table, pending.revision);
        return;
      case 10:
        await coordinator.acknowledgeOperation(session, random.oneIn(2) ? null : table, this.#revision());
        return;
      case 11:
        await coordinator.leaveWorker(session, random.oneIn(2));
        return;
      case 12:
        await coordinator.failOperation(session, {
          ...{ table: random.oneIn(2) ? null : table, revision: this.#revision() },
          ...{ reason: 'none', retryable: random.oneIn(2) },
        });
        return;
      default:
        await this.#act();
    }
  }

  async #act(): Promise<void> {
    const { random } = this;
    await this.#coordinator.act({
      ...{ input: this.#action(), actor: 'ada', reason: '', dryRun: random.oneIn(5), waitMs: 0 },
      idempotencyKey: random.oneIn(4) ? `key-${random.below(5)}` : null,
    });
  }

  #action(): ActionInput {
    const { random } = this;
    const [task, source, target] = [random.pick(TASKS), random.pick(SOURCES), random.pick(TARGETS)];
    const lockId = formatLockId(task, target);
    const sources = random.oneIn(2) ? [] : [source];
    const mode = random.oneIn(2) ? 'optimistic' : 'pessimistic';
    const exec = random.oneIn(2);
    const force = random.oneIn(2);
    const common = { ifIncarnation: null, exec, force, waitMs: 500 };
    const inputs: readonly ActionInput[] = [
      { kind: 'put-task', task, mode, sources: random.oneIn(2) ? SOURCES : [source] },
      { kind: 'unlock-optimistic', lockId, tables: [], sources, ...common },
      {
        ...{ kind: 'unlock-pessimistic', lockId, ...common, sources, owner: random.oneIn(2) ? source : null },
        forceRemove: force,
      },
      { kind: 'break', task, source, removeId: random.oneIn(2) ? lockId : null, ...common },
      { kind: 'remove-meta', task, sources, force },
      { kind: 'exclude-source', task, source, undo: random.below(3) > 0 },
      { kind: 'retry-info', task, source, table: exec ? null : parseUpstreamTable(source, 'db', random.pick(TABLES)) },
    ];
    return random.pick(inputs);
  }

  async #register(): Promise<SessionRef> {
    const { random } = this;
    const [task, source] = [random.pick(TASKS), random.pick(SOURCES)];
    const registered = await this.#coordinator.registerWorker({
      ...{ worker: `w-${source}`, task, source, ttlMs: 2_000, instance: null },
      mode: task === TASKS[0] || random.oneIn(9) ? 'optimistic' : 'pessimistic',
      expectedSources: random.oneIn(2) ? SOURCES : null,
    });
    if (registered.ok) this.#sessions.push(registered.value);
    return registered.ok ? registered.value : { task, source, sessionId: 'none', epoch: NO_REVISION };
  }

  /** The newest session in most cases. */
  #session(): SessionRef {
    const newest = this.#sessions.slice(-4);
    return this.random.pick(this.random.oneIn(8) ? this.#sessions : newest);
  }

  #revision(): ReturnType<typeof parseRevision> {
    return parseRevision(this.random.below(this.#coordinator.state.revision + 3));
  }

  #tablesRevision({ task, source }: SessionRef): ReturnType<typeof parseRevision> {
    return this.random.oneIn(5) ? this.#revision() : this.#coordinator.state.sourceTablesRevision(task, source);
  }

  #attempt(): string {
    if (!this.random.oneIn(6)) this.#attempts += 1;
    return `attempt-${this.#attempts}`;
  }

  #ddls(table: string): string[] {
    const count = this.random.oneIn(5) ? 2 : 1;
    return Array.from({ length: count }, () => `ALTER TABLE \`shop\`.\`${table}\` ${this.random.pick(SPECS)}`);
  }
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('whatever clients send, in any order', () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    'seed %i: all is answered, and what is stored gives the same state however it is read',
    async (seed) => {
      const random = new SeededRandom(seed + 1);
      const clock = new ManualClock();
      const [store, logger] = [new MemoryStore(clock), new SilentLogger()];
      const start = (): Promise<Coordinator> => Coordinator.start({ store, clock, logger });
      let coordinator = await start();
      ends.push(
        () => store.close(),
        () => coordinator.stop(),
      );
      const clients = new Sloppy(coordinator, random);
      for (let step = 0; step < STEPS; step += 1) {
        await passing(clock, Promise.all(Array.from({ length: 1 + random.below(3) }, () => clients.send())));
        if (random.oneIn(10)) await clock.advance(random.below(1_500));
        if (random.oneIn(40)) {
          await passing(clock, coordinator.stop());
          coordinator = await passing(clock, start());
          clients.moveTo(coordinator);
        }
      }
      await settle(coordinator, clock);
      const stream = await readStream(store, coordinator.state.revision);
      const lived = pictureOf(coordinator.state);
      expect(pictureOf(foldedState(stream))).toEqual(lived);
      expect(pictureOf(recoveredState(stream))).toEqual(lived);
      expect([...coordinator.state.actions.values()].filter(({ endedAtMs }) => endedAtMs === null)).toEqual([]);
      expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );
});

/** Everything that must be the same; of a table that no worker lists nobody asks whether it was heard of. */
function pictureOf(state: CoordinatorState): object {
  const listed = [...state.sourceTables].flatMap(([source, { revision, tables }]) => {
    const keys = tables.filter(({ membership }) => membership === 'source-tables').map(({ key }) => key);
    return revision === NO_REVISION && keys.length === 0 ? [] : [[source, revision, ...keys.sort()].join(' ')];
  });
  return { ...dumpState(state), sourceTables: listed.sort() };
}

/** Let time pass, faster than it does, until something is done. */
async function passing<T>(clock: ManualClock, doing: Promise<T>): Promise<T> {
  let isDone = false;
  const done = doing.finally(() => (isDone = true));
  for (let turn = 0; !isDone; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (turn > 20) await clock.advance(5);
  }
  return await done;
}

/** Let time pass until nothing is owed: sessions have ended by then, and waits are over. */
async function settle({ state }: Coordinator, clock: ManualClock): Promise<void> {
  for (let turn = 0; turn < 400 && (state.outbox.owed > 0 || turn < 40); turn += 1) {
    await clock.advance(200);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
