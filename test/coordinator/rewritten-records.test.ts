import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import type { SessionRef } from '../../src/coordinator/service';
import type { ActionInput } from '../../src/core/model/action';
import type { LockstepError } from '../../src/core/model/error';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../src/core/model/names';
import type { Mode } from '../../src/core/model/records';
import type { Result } from '../../src/core/model/result';
import { parseRevision } from '../../src/core/model/revision';
import { JOURNAL_PREFIX } from '../../src/core/wire/lockstep-keys';
import type { Transaction, TransactionResult } from '../../src/ports/store';
import { SilentLogger } from '../support/silent-logger';
import { value } from '../support/value-of';
import { settled } from './plain-worker';

const target = parseDownstreamTable('shop', 'orders');
const [s1, s2] = [parseSourceId('s1'), parseSourceId('s2')];
const [one, other] = [parseTaskName('one'), parseTaskName('other')];
const CREATE = 'CREATE TABLE orders (id INT PRIMARY KEY, v INT)';
const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
const table = { schema: 'db', table: 'a', target, createTable: CREATE };

/** More than all requests of a test need, and much less than a server writes that tries for ever. */
const MOST_TRANSACTIONS = 150;

class CountingStore extends MemoryStore {
  transactions = 0;

  override async txn(transaction: Transaction): Promise<TransactionResult> {
    this.transactions += 1;
    return await super.txn(transaction);
  }
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(store: CountingStore): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger: new SilentLogger() });
  ends.push(() => coordinator.stop());
  return coordinator;
}

/** A store with a lock of each mode, of which something of every kind is stored. */
async function lockedStore(): Promise<{ store: CountingStore; sessions: Map<Mode, SessionRef> }> {
  const store = new CountingStore(new SystemClock());
  ends.push(() => store.close());
  const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger: new SilentLogger() });
  const sessions = new Map<Mode, SessionRef>();
  for (const [mode, task] of [
    ['optimistic', one],
    ['pessimistic', other],
  ] as const) {
    for (const source of [s1, s2]) {
      const session = value(await register(coordinator, task, mode, source));
      value(await coordinator.putSourceTables(session, [table], null));
      value(await coordinator.reportStatus(session, status));
      if (source === s1) sessions.set(mode, session);
    }
  }
  await requests(coordinator, sessions);
  await settled(coordinator);
  await coordinator.stop();
  return { store, sessions };
}

function register(
  coordinator: Coordinator,
  task: typeof one,
  mode: Mode,
  source: typeof s1,
): ReturnType<Coordinator['registerWorker']> {
  return coordinator.registerWorker({
    worker: source,
    task,
    mode,
    source,
    expectedSources: [s1, s2],
    ttlMs: 600_000,
    instance: null,
  });
}

const status = {
  stage: 'SYNC',
  position: null,
  delayMs: null,
  blockingDdls: [ADD],
  blockingLockId: formatLockId(other, target),
  formingGroups: [],
  error: null,
};

/** Every request of a worker, with the code of its answer. */
async function requests(
  coordinator: Coordinator,
  sessions: ReadonlyMap<Mode, SessionRef>,
): Promise<Map<string, string>> {
  const codes = new Map<string, string>();
  const ask = async (name: string, request: Promise<Result<unknown, LockstepError>>): Promise<void> => {
    const result = await request;
    codes.set(name, result.ok ? 'ok' : result.error.code);
  };
  for (const [mode, session] of sessions) {
    const { task, source } = session;
    const common = { target, ddls: [ADD], attempt: 'first', ignoreConflict: false };
    const info = {
      ...common,
      schema: 'db',
      table: 'a',
      createTableBefore: CREATE,
      createTablesAfter: null,
      defaultCollation: null,
    };
    const now = coordinator.state.revision;
    await ask(`${mode} add`, coordinator.addSourceTable(session, { ...table, table: 'b' }, null, now));
    const added = coordinator.state.revision;
    await ask(`${mode} remove`, coordinator.removeSourceTable(session, { schema: 'db', table: 'b' }, added));
    await ask(`${mode} put`, coordinator.putSourceTables(session, [table], null, coordinator.state.revision));
    await ask(
      `${mode} report`,
      mode === 'optimistic' ? coordinator.reportInfo(session, info) : coordinator.reportSourceInfo(session, common),
    );
    const [operation] = coordinator.pendingOperations(task, source);
    const named = {
      table: mode === 'optimistic' ? { schema: 'db', table: 'a' } : null,
      revision: operation?.revision ?? parseRevision(1),
    };
    await ask(`${mode} fail`, coordinator.failOperation(session, { ...named, reason: 'it is full', retryable: true }));
    await ask(`${mode} status`, coordinator.reportStatus(session, { ...status, error: `at ${Date.now()}` }));
  }
  return codes;
}

/** Every manual action, with how it ended. */
async function actions(coordinator: Coordinator): Promise<Map<string, string>> {
  const ended = new Map<string, string>();
  const upstream = parseUpstreamTable('s1', 'db', 'a');
  const inputs: ActionInput[] = [
    { kind: 'retry-info', task: one, source: s1, table: upstream },
    { kind: 'retry-info', task: other, source: s1, table: null },
    { kind: 'exclude-source', task: one, source: s2, undo: false },
    { kind: 'exclude-source', task: other, source: s2, undo: false },
    {
      kind: 'unlock-optimistic',
      lockId: formatLockId(one, target),
      ifIncarnation: null,
      tables: [],
      sources: [],
      exec: true,
      force: true,
    },
    {
      kind: 'unlock-pessimistic',
      lockId: formatLockId(other, target),
      ifIncarnation: null,
      owner: null,
      sources: [],
      forceRemove: true,
      waitMs: 50,
    },
    {
      kind: 'break',
      task: other,
      source: s1,
      exec: false,
      removeId: null,
      ifIncarnation: null,
      force: true,
      waitMs: 50,
    },
    { kind: 'put-task', task: one, mode: 'optimistic', sources: [s1, s2] },
    { kind: 'put-task', task: other, mode: 'pessimistic', sources: [s1, s2] },
    { kind: 'remove-meta', task: one, sources: [s2], force: true },
    { kind: 'remove-meta', task: one, sources: [], force: true },
    { kind: 'remove-meta', task: other, sources: [], force: true },
  ];
  for (const [index, input] of inputs.entries()) {
    const common = { actor: 'test', reason: '', idempotencyKey: `${index}`, waitMs: 5_000, dryRun: false };
    const asked = await coordinator.act({ ...common, input });
    const { action } = value(asked);
    ended.set(`${index} ${input.kind}`, action.result?.failure?.code ?? action.state);
  }
  return ended;
}

async function storedKeys(store: MemoryStore): Promise<string[]> {
  const { values } = await store.range('');
  const ours = values.filter(({ key }) => !key.startsWith(JOURNAL_PREFIX) && key !== '/lockstep/leader');
  return ours.map(({ key }) => key);
}

async function rewrite(store: MemoryStore, key: string, change: (text: string) => string): Promise<void> {
  const stored = await store.get(key);
  await store.txn({ compares: [], then: [{ kind: 'put', key, value: change(stored?.value ?? '') }] });
}

function inOtherWords(text: string): string {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return JSON.stringify(parsed, null, 2);
  return JSON.stringify(Object.fromEntries(Object.entries(parsed).reverse()), null, 2);
}

describe('records that somebody wrote again', () => {
  it('in other words are the same to every request and action', async () => {
    const [{ store, sessions }, plain] = [await lockedStore(), await lockedStore()];
    // A session is known by its revision too.
    const isJson = (key: string): boolean => !/\/(dropped_columns|session)\//u.test(key);
    for (const key of (await storedKeys(store)).filter(isJson)) await rewrite(store, key, inOtherWords);
    store.transactions = 0;
    const [rewritten, expected] = [await start(store), await start(plain.store)];
    expect(await requests(rewritten, sessions)).toEqual(await requests(expected, plain.sessions));
    expect(await actions(rewritten)).toEqual(await actions(expected));
    expect(store.transactions).toBeLessThan(MOST_TRANSACTIONS);
  });

  it('so that they cannot be read hold up nobody for ever', async () => {
    const { store: model } = await lockedStore();
    const isSession = (key: string): boolean => key.includes('/session/');
    const byKind = new Map(
      (await storedKeys(model)).map((key) => [key.split('/').slice(0, 4).join('/').slice(0, 40), key]),
    );
    const keys = [...byKind.values()].filter((key) => !isSession(key));
    expect(keys.length).toBeGreaterThan(15);
    const seen = await Promise.all(keys.map(async (key) => ({ key, ...(await damageAndUse(key)) })));
    const idle = keys.map((key) => ({ key, stuck: [], many: false }));
    expect(seen.map(({ key, stuck, many }) => ({ key, stuck, many }))).toEqual(idle);
  }, 60_000);

  it('so that a task cannot be read: its key is named, and a person declares it again', async () => {
    const { store, sessions } = await lockedStore();
    await rewrite(store, '/lockstep/task/6f6e65', () => '{');
    const coordinator = await start(store);
    expect(await register(coordinator, one, 'optimistic', s1)).toMatchObject({
      ok: false,
      error: { code: 'UNREADABLE_VALUE', fields: { key: '/lockstep/task/6f6e65' } },
    });
    expect((await requests(coordinator, sessions)).get('optimistic put')).toBe('UNREADABLE_VALUE');
    const input = { kind: 'put-task', task: one, mode: 'optimistic', sources: [s1, s2] } as const;
    const common = { actor: 'test', reason: '', idempotencyKey: null, waitMs: 5_000, dryRun: false };
    const { changes } = value(await coordinator.act({ ...common, input }));
    expect(changes.join()).toContain('/lockstep/task/6f6e65 cannot be read');
    expect((await requests(coordinator, sessions)).get('optimistic put')).toBe('ok');
    expect(coordinator.state.problems.size).toBe(0);
  });

  it('so that a session cannot be read: its worker registers again', async () => {
    const { store, sessions } = await lockedStore();
    const coordinator = await start(store);
    await rewrite(store, '/lockstep/session/6f6e65/7331', () => '{');
    await until(coordinator, store);
    expect((await requests(coordinator, sessions)).get('optimistic put')).toBe('STALE_SESSION');
    const session = value(await register(coordinator, one, 'optimistic', s1));
    expect((await requests(coordinator, new Map([['optimistic', session]]))).get('optimistic put')).toBe('ok');
  });
});

/** What becomes of requests and actions when one record can't be read: those that end in nothing, and whether that costs. */
async function damageAndUse(key: string): Promise<{ stuck: string[]; many: boolean }> {
  const { store, sessions } = await lockedStore();
  await rewrite(store, key, () => '{');
  store.transactions = 0;
  const coordinator = await start(store);
  const codes = [...(await requests(coordinator, sessions)), ...(await actions(coordinator))];
  await sleep(100);
  const isStuck = ([, code]: [string, string]): boolean =>
    code === 'CONTENTION' || code === 'asked' || code === 'running';
  return { stuck: codes.filter(isStuck).map(([name]) => name), many: store.transactions > MOST_TRANSACTIONS };
}

/** Wait until the coordinator has seen what is stored. */
async function until({ state }: Coordinator, store: MemoryStore): Promise<void> {
  const revision = await store.revision();
  while (state.revision < revision) await sleep(5);
}
