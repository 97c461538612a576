import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../src/core/model/names';
import { NO_REVISION } from '../../src/core/model/revision';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { formatLockstepKey } from '../../src/core/wire/lockstep-keys';
import { SilentLogger } from '../support/silent-logger';

const task = parseTaskName('broken');
const source = parseSourceId('s1');
const table = parseUpstreamTable('s1', 'db', 'a');
const target = parseDownstreamTable('shop', 'orders');
const lockId = formatLockId(task, target);

/** A key of every kind that holds a record. */
const KEYS = [
  formatDmKey({ kind: 'optimistic-source-tables', task, source }),
  formatDmKey({ kind: 'optimistic-info', task, table }),
  formatDmKey({ kind: 'optimistic-operation', task, table }),
  formatDmKey({ kind: 'dropped-column', lockId, column: 'c', table }),
  formatDmKey({ kind: 'pessimistic-info', task, source }),
  formatDmKey({ kind: 'pessimistic-operation', task, source }),
  formatDmKey({ kind: 'subtask', task, source }),
  formatDmKey({ kind: 'bound-worker', worker: 'w' }),
  formatLockstepKey({ kind: 'task', task }),
  formatLockstepKey({ kind: 'session', task, source }),
  formatLockstepKey({ kind: 'source-tables', task, source }),
  formatLockstepKey({ kind: 'initial-schema', task, table }),
  formatLockstepKey({ kind: 'decision', lockId, table }),
  formatLockstepKey({ kind: 'lock', lockId }),
  formatLockstepKey({ kind: 'lock-sources', lockId }),
  formatLockstepKey({ kind: 'participant', lockId, source }),
  formatLockstepKey({ kind: 'ddl-conflict', lockId, source }),
  formatLockstepKey({ kind: 'attempt', task, table }),
  formatLockstepKey({ kind: 'source-attempt', task, source }),
  formatLockstepKey({ kind: 'failure', task, table }),
  formatLockstepKey({ kind: 'source-failure', task, source }),
  formatLockstepKey({ kind: 'status', task, source }),
  formatLockstepKey({ kind: 'break', task, source }),
  formatLockstepKey({ kind: 'action', id: 'a' }),
  formatLockstepKey({ kind: 'journal', sequence: 1 }),
  '/dm-master/shardddl-optimism/info/no-hex',
];

const parts: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of parts.splice(0).reverse()) await stop();
});

async function start(store: MemoryStore): Promise<{ coordinator: Coordinator; logger: SilentLogger }> {
  const logger = new SilentLogger();
  const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger });
  parts.push(() => coordinator.stop());
  return { coordinator, logger };
}

async function damage(store: MemoryStore, value: string): Promise<void> {
  await store.txn({ compares: [], then: KEYS.map((key) => ({ kind: 'put', key, value }) as const) });
}

/** A rollout over the one table of another task, from the registration to the end of the lock. */
async function rollOut(coordinator: Coordinator, attempt = 'first'): Promise<void> {
  const other = parseTaskName('sound');
  const session = await coordinator.registerWorker({
    worker: 'w',
    task: other,
    mode: 'optimistic',
    source,
    expectedSources: null,
    ttlMs: 60_000,
    instance: null,
  });
  if (!session.ok) throw session.error;
  const createTable = 'CREATE TABLE a (id INT PRIMARY KEY)';
  await coordinator.putSourceTables(session.value, [{ schema: 'db', table: 'a', target, createTable }], null);
  const reported = await coordinator.reportInfo(session.value, {
    schema: 'db',
    table: 'a',
    target,
    ddls: ['ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT'],
    createTableBefore: createTable,
    createTablesAfter: null,
    ignoreConflict: false,
    attempt,
    defaultCollation: null,
  });
  if (!reported.ok) throw reported.error;
  const abort = new AbortController();
  for await (const { revision } of coordinator.operations(other, source, NO_REVISION, abort.signal)) {
    const done = await coordinator.acknowledgeOperation(session.value, { schema: 'db', table: 'a' }, revision);
    expect(done).toMatchObject({ ok: true, value: { kind: 'acknowledged' } });
    abort.abort();
  }
  const id = formatLockId(other, target);
  for (let turn = 0; turn < 200 && coordinator.state.targets.get(id)?.lock != null; turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(coordinator.state.targets.get(id)?.lock ?? null).toBeNull();
}

describe.each([
  ['no JSON', '{'],
  ['JSON of another shape', '{"v":1}'],
  ['nothing', ''],
])('records that hold %s', (_, value) => {
  it('stop neither a start nor anybody’s work, and are told', async () => {
    const store = new MemoryStore(new SystemClock());
    parts.push(() => store.close());
    await damage(store, value);
    const { coordinator, logger } = await start(store);
    expect(coordinator.readiness()).toEqual({ ready: true, reasons: [] });
    const problems = [...coordinator.state.problems.keys()];
    await rollOut(coordinator);
    const warned = logger.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields);
    expect(warned).toEqual(problems.map((key) => ({ key })));
    expect(KEYS.filter((key) => !problems.includes(key))).toEqual([]);
  });

  it('are the same when they come while it runs, and are forgotten when they go', async () => {
    const store = new MemoryStore(new SystemClock());
    parts.push(() => store.close());
    const { coordinator } = await start(store);
    await damage(store, value);
    await rollOut(coordinator);
    expect(KEYS.filter((key) => !coordinator.state.problems.has(key))).toEqual([]);
    const { revision } = await store.txn({
      compares: [],
      then: KEYS.map((key) => ({ kind: 'delete', key }) as const),
    });
    for (let turn = 0; turn < 200 && coordinator.state.revision < revision; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect([...coordinator.state.problems.keys()]).toEqual([]);
    await rollOut(await start(store).then((second) => second.coordinator), 'second');
  });
});

describe('a record of a newer format', () => {
  it.each(KEYS.filter((key) => key.startsWith('/lockstep/') && !key.includes('/journal/')))(
    'makes a server follow, and not lead: %s',
    async (key) => {
      const store = new MemoryStore(new SystemClock());
      parts.push(() => store.close());
      await store.txn({ compares: [], then: [{ kind: 'put', key, value: '{"v":99}' }] });
      const { coordinator } = await start(store);
      expect(coordinator.phase).toBe('following');
      expect(coordinator.readiness()).toMatchObject({ ready: false });
      await coordinator.stop();
      await store.txn({ compares: [], then: [{ kind: 'delete', key }] });
      expect((await start(store)).coordinator.phase).toBe('leading');
    },
  );

  it('that comes while a server leads ends that, and its requests leave the record alone', async () => {
    const store = new MemoryStore(new SystemClock());
    parts.push(() => store.close());
    const { coordinator } = await start(store);
    const key = formatLockstepKey({ kind: 'task', task });
    const { revision } = await store.txn({ compares: [], then: [{ kind: 'put', key, value: '{"v":99}' }] });
    for (let turn = 0; turn < 200 && coordinator.state.revision < revision; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(coordinator.phase).toBe('following');
    expect(coordinator.readiness()).toMatchObject({ ready: false });
    const input = { worker: 'w', task, source, expectedSources: null, ttlMs: 60_000, instance: null };
    expect(await coordinator.registerWorker({ ...input, mode: 'optimistic' })).toMatchObject({
      ok: false,
      error: { code: 'UNREADABLE_VALUE', fields: { key } },
    });
    expect((await store.get(key))?.value).toBe('{"v":99}');
  });
});
