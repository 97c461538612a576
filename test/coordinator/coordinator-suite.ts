import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import type { OperationView, SessionRef } from '../../src/coordinator/service';
import type { LockstepError } from '../../src/core/model/error';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../src/core/model/names';
import { NO_REVISION, parseRevision } from '../../src/core/model/revision';
import type { Revision } from '../../src/core/model/revision';
import type { Result } from '../../src/core/model/result';
import { JOURNAL_PREFIX } from '../../src/core/wire/lockstep-keys';
import type { Store } from '../../src/ports/store';
import { SilentLogger } from '../support/silent-logger';
import { value } from '../support/value-of';

const task = parseTaskName('merge');
const target = parseDownstreamTable('shop', 'orders');
const [s1, s2] = [parseSourceId('s1'), parseSourceId('s2')];
const CREATE = 'CREATE TABLE orders (id INT PRIMARY KEY, v INT)';
const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';

/** How a store for one test is made; the suite closes it. */
let openStore: () => Promise<Store> = () => Promise.reject(new Error('no store was named'));
const stores: Store[] = [];
const running: Coordinator[] = [];

async function newStore(): Promise<Store> {
  const store = await openStore();
  stores.push(store);
  return store;
}

async function start(store?: Store): Promise<Coordinator> {
  const clock = new SystemClock();
  const coordinator = await Coordinator.start({
    store: store ?? (await newStore()),
    clock,
    logger: new SilentLogger(),
  });
  running.push(coordinator);
  return coordinator;
}

function code(result: Result<unknown, LockstepError>): string {
  return result.ok ? 'no error' : result.error.code;
}

async function register(coordinator: Coordinator, instance: string | null = null): Promise<SessionRef> {
  const source = s1;
  const grant = await coordinator.registerWorker({
    worker: `worker-of-${source}`,
    task,
    mode: 'optimistic',
    source,
    expectedSources: null,
    ttlMs: 60_000,
    instance,
  });
  return value(grant);
}

const table = (name: string): { schema: string; table: string; target: typeof target; createTable: string } => ({
  schema: 'db',
  table: name,
  target,
  createTable: CREATE,
});

const report = (
  name: string,
  attempt: string,
  ddls: readonly string[] = [ADD],
  before = CREATE,
): Parameters<Coordinator['reportInfo']>[1] => ({
  schema: 'db',
  table: name,
  target,
  ddls,
  createTableBefore: before,
  createTablesAfter: null,
  ignoreConflict: false,
  attempt,
  defaultCollation: null,
});

/** The last revision, when the leader owes nothing. */
async function revisionAtRest({ state }: Coordinator): Promise<Revision> {
  while (state.outbox.size > 0) await sleep(5);
  return state.revision;
}

/** The next operation of a source. */
async function nextOperation(coordinator: Coordinator, source = s1, after = NO_REVISION): Promise<OperationView> {
  const abort = new AbortController();
  try {
    for await (const operation of coordinator.operations(task, source, after, abort.signal)) return operation;
    throw new Error('the feed ended');
  } finally {
    abort.abort();
  }
}

/**
 * What a coordinator does for its requests, as tests that run on every store.
 * @param open an empty store for one test
 */
export function describeCoordinator(name: string, open: () => Promise<Store>): void {
  describe(`a coordinator on ${name}`, () => {
    beforeEach(() => {
      openStore = open;
    });
    afterEach(async () => {
      for (const coordinator of running.splice(0)) await coordinator.stop();
      for (const store of stores.splice(0)) await store.close();
    });
    describe('a rollout over two tables', () => {
      it('is answered, acknowledged, and leaves nothing behind', async () => {
        const store = await newStore();
        const coordinator = await start(store);
        const session = await register(coordinator);
        value(await coordinator.putSourceTables(session, [table('a'), table('b')], null));
        for (const name of ['a', 'b']) {
          const { revision } = value(await coordinator.reportInfo(session, report(name, `${name}-1`)));
          const operation = await nextOperation(coordinator, s1, revision);
          expect(operation).toMatchObject({ ddls: [ADD], stage: 'none', done: false, table: { table: name } });
          const acknowledged = await coordinator.acknowledgeOperation(
            session,
            { schema: 'db', table: name },
            operation.revision,
          );
          expect(value(acknowledged)).toMatchObject({ kind: 'acknowledged' });
        }
        const { lockId } = { lockId: formatLockId(task, target) };
        for (let turn = 0; turn < 200 && coordinator.state.targets.get(lockId)?.lock != null; turn += 1) await sleep(5);
        expect(coordinator.state.targets.get(lockId)?.lock).toBeNull();
        const { values } = await store.range('/dm-master/shardddl-optimism/operation/');
        expect(values).toEqual([]);
        const journal = await store.range(JOURNAL_PREFIX);
        const kinds = journal.values.flatMap(({ value: text }) =>
          (JSON.parse(text) as { events: { kind: string }[] }).events.map(({ kind }) => kind),
        );
        expect(kinds.filter((kind) => kind === 'LockResolved')).toHaveLength(1);
        expect(kinds.filter((kind) => kind === 'OperationDone')).toHaveLength(2);
      });

      it('leaves the operation that its worker has not taken when the lock ends without it', async () => {
        const coordinator = await start();
        const session = await register(coordinator);
        value(await coordinator.putSourceTables(session, [table('a'), table('b')], null));
        // An index that only `a` has is of no use to the downstream: nothing is executed for it, so nobody waits for `a`.
        const rollout = [
          ['a', 'DROP COLUMN `v`', CREATE],
          ['a', 'ADD INDEX `i`(`id`)', 'CREATE TABLE orders (id INT PRIMARY KEY)'],
          ['b', 'DROP COLUMN `v`', CREATE],
          ['b', 'ADD INDEX `i`(`id`)', 'CREATE TABLE orders (id INT PRIMARY KEY)'],
        ] as const;
        let untaken: OperationView[] = [];
        for (const [index, [name, spec, before]] of rollout.entries()) {
          const ddl = `ALTER TABLE \`shop\`.\`orders\` ${spec}`;
          const reported = value(await coordinator.reportInfo(session, report(name, `${index}`, [ddl], before)));
          const operation = await nextOperation(coordinator, s1, reported.revision);
          if (index === 1) untaken = [operation];
          else value(await coordinator.acknowledgeOperation(session, table(name), operation.revision));
        }
        await revisionAtRest(coordinator);
        expect(coordinator.state.targets.get(formatLockId(task, target))?.lock).toBeNull();
        expect(untaken).toMatchObject([{ ddls: [], stage: 'none', table: { table: 'a' } }]);
        const { revision, ...again } = await nextOperation(coordinator);
        expect([{ revision, ...again }]).toEqual(untaken);
        const taken = await coordinator.acknowledgeOperation(session, table('a'), revision);
        expect(value(taken).kind).toBe('acknowledged');
        expect(coordinator.pendingOperations(task, s1)).toEqual([]);
      });
    });

    describe('requests', () => {
      it('of an older session are refused', async () => {
        const coordinator = await start();
        const old = await register(coordinator);
        const taken = await coordinator.registerWorker({
          worker: 'other',
          task,
          mode: 'optimistic',
          source: s1,
          expectedSources: null,
          ttlMs: 60_000,
          instance: null,
        });
        expect(code(taken)).toBe('SOURCE_TAKEN');
        const newer = await register(coordinator);
        expect(code(await coordinator.putSourceTables(old, [], null))).toBe('STALE_SESSION');
        expect(code(await coordinator.reportInfo(old, report('a', '1')))).toBe('STALE_SESSION');
        expect(code(await coordinator.renewWorker(old))).toBe('STALE_SESSION');
        expect((await coordinator.renewWorker(newer)).ok).toBe(true);
      });

      it('that register again give the same instance its session, and any other a new one', async () => {
        const coordinator = await start();
        const first = await register(coordinator, 'start 1');
        const revision = await revisionAtRest(coordinator);
        expect(await register(coordinator, 'start 1')).toEqual(first);
        expect(coordinator.state.revision).toBe(revision);
        const restarted = await register(coordinator, 'start 2');
        expect(restarted.sessionId).not.toBe(first.sessionId);
        const stale = await coordinator.renewWorker(first);
        expect(stale).toMatchObject({ ok: false, error: { code: 'STALE_SESSION', fields: { takenOver: true } } });
        value(await coordinator.leaveWorker(restarted, false));
        const ended = await coordinator.renewWorker(restarted);
        expect(ended).toMatchObject({ ok: false, error: { code: 'STALE_SESSION', fields: { takenOver: false } } });
        const unnamed = await register(coordinator);
        expect((await register(coordinator)).sessionId).not.toBe(unnamed.sessionId);
      });

      it('that repeat an attempt write nothing and give the first revision', async () => {
        const coordinator = await start();
        const session = await register(coordinator);
        value(await coordinator.putSourceTables(session, [table('a'), table('b')], null));
        const first = value(await coordinator.reportInfo(session, report('a', 'x')));
        const again = value(await coordinator.reportInfo(session, report('a', 'x')));
        expect(again).toEqual({ ...first, repeated: true });
        expect(
          code(
            await coordinator.reportInfo(session, report('a', 'x', ['ALTER TABLE `shop`.`orders` ADD COLUMN `d` INT'])),
          ),
        ).toBe('IDEMPOTENCY_KEY_REUSED');
      });

      it.each(['optimistic', 'pessimistic'] as const)(
        'about tables that come late change nothing (%s)',
        async (mode) => {
          const coordinator = await start();
          const input = { worker: 'w', task, mode, source: s1, expectedSources: null, ttlMs: 60_000, instance: null };
          const session = value(await coordinator.registerWorker(input));
          const [a, b] = [table('a'), table('b')];
          const put = (): Promise<Result<Revision, LockstepError>> =>
            coordinator.putSourceTables(session, [a], null, session.epoch);
          const first = value(await put());
          expect(value(await put())).toBe(first);
          const added = value(await coordinator.addSourceTable(session, b, null, first));
          expect(value(await coordinator.addSourceTable(session, b, null, first))).toBe(added);
          expect(code(await put())).toBe('STALE_SOURCE_TABLES');
          const removed = value(await coordinator.removeSourceTable(session, b, added));
          expect(value(await coordinator.removeSourceTable(session, b, added))).toBe(removed);
          const revision = await revisionAtRest(coordinator);
          expect(code(await coordinator.addSourceTable(session, b, null, first))).toBe('STALE_SOURCE_TABLES');
          expect(coordinator.state.revision).toBe(revision);
          // Without a place it is the first of its session.
          expect(code(await coordinator.putSourceTables(session, [a, b], null))).toBe('STALE_SOURCE_TABLES');
          expect((await coordinator.putSourceTables(session, [a, b], null, removed)).ok).toBe(true);
        },
      );

      it('that come late, after a newer report of their table, are refused and write nothing', async () => {
        const coordinator = await start();
        const session = await register(coordinator);
        value(await coordinator.putSourceTables(session, [table('a'), table('b')], null));
        const attempts = Array.from({ length: 8 }, (_, index) => `${index}`);
        for (const attempt of attempts) value(await coordinator.reportInfo(session, report('a', attempt)));
        await nextOperation(coordinator);
        const revision = await revisionAtRest(coordinator);
        for (const attempt of attempts.slice(0, -1))
          expect(code(await coordinator.reportInfo(session, report('a', attempt)))).toBe('IDEMPOTENCY_KEY_REUSED');
        expect(coordinator.state.revision).toBe(revision);
        expect((await coordinator.reportInfo(session, report('b', '0'))).ok).toBe(true);
      });

      it.each([
        ['a DDL that does not parse', report('a', '1', ['ALTER TABLE `shop`.`orders` ADD COLUMN']), 'DDL_SYNTAX'],
        ['a DDL of another table', report('a', '1', ['ALTER TABLE `shop`.`other` ADD COLUMN c INT']), 'INVALID_INPUT'],
        [
          'a DDL that does not apply',
          report('a', '1', ['ALTER TABLE `shop`.`orders` DROP COLUMN `nope`']),
          'DDL_NOT_APPLICABLE',
        ],
        ['a schema that is none', report('a', '1', [ADD], 'SELECT 1'), 'INVALID_INPUT'],
        ['an empty table name', report('', '1'), 'INVALID_INPUT'],
      ])('with %s are refused and change nothing', async (_, input, expected) => {
        const coordinator = await start();
        const session = await register(coordinator);
        value(await coordinator.putSourceTables(session, [table('a')], null));
        const revision = await revisionAtRest(coordinator);
        expect(code(await coordinator.reportInfo(session, input))).toBe(expected);
        expect(coordinator.state.revision).toBe(revision);
      });

      it('acknowledge each operation once, and learn what became of it', async () => {
        const coordinator = await start();
        const session = await register(coordinator);
        value(await coordinator.putSourceTables(session, [table('a'), table('b')], null));
        const { revision } = value(await coordinator.reportInfo(session, report('a', '1')));
        const operation = await nextOperation(coordinator, s1, revision);
        const named = { schema: 'db', table: 'a' };
        const acknowledge = async (at = operation.revision, of = named): Promise<string> => {
          const answer = await coordinator.acknowledgeOperation(session, of, at);
          return answer.ok ? answer.value.kind : answer.error.code;
        };
        expect(await acknowledge()).toBe('acknowledged');
        expect(await acknowledge()).toBe('already-acknowledged');
        expect(await acknowledge(parseRevision(operation.revision - 1))).toBe('stale');
        expect(await acknowledge(parseRevision(operation.revision + 100))).toBe('OPERATION_NOT_FOUND');
        expect(await acknowledge(operation.revision, { schema: 'db', table: 'zzz' })).toBe('OPERATION_NOT_FOUND');
      });

      it('give tasks one mode', async () => {
        const coordinator = await start();
        const put = (mode: 'optimistic' | 'pessimistic'): ReturnType<Coordinator['act']> =>
          coordinator.act({
            input: { kind: 'put-task', task, mode, sources: [s1, s2] },
            actor: 'ada',
            reason: '',
            idempotencyKey: null,
            waitMs: 5_000,
            dryRun: false,
          });
        expect(value(await put('pessimistic')).action).toMatchObject({ state: 'done' });
        expect(value(await put('optimistic')).action).toMatchObject({
          state: 'failed',
          result: { failure: { code: 'TASK_MODE_CONFLICT' } },
        });
        const registered = await coordinator.registerWorker({
          worker: 'w',
          task,
          mode: 'optimistic',
          source: s1,
          expectedSources: null,
          ttlMs: 1_000,
          instance: null,
        });
        expect(code(registered)).toBe('TASK_MODE_CONFLICT');
      });
    });

    describe('a manual action', () => {
      const conflicting = async (coordinator: Coordinator): Promise<SessionRef> => {
        const session = await register(coordinator);
        value(await coordinator.putSourceTables(session, [table('a'), table('b')], null));
        const change = (type: string): string => `ALTER TABLE \`shop\`.\`orders\` ADD COLUMN \`c\` ${type}`;
        for (const [name, type] of [
          ['a', 'INT'],
          ['b', 'VARCHAR(10)'],
        ] as const) {
          const { revision } = value(await coordinator.reportInfo(session, report(name, name, [change(type)])));
          await nextOperation(coordinator, s1, revision);
        }
        return session;
      };
      const unlock = (): Parameters<Coordinator['act']>[0] => ({
        input: {
          kind: 'unlock-optimistic',
          lockId: formatLockId(task, target),
          ifIncarnation: null,
          tables: [parseUpstreamTable('s1', 'db', 'b')],
          sources: [],
          exec: false,
          force: false,
        },
        actor: 'ada',
        reason: 'test',
        idempotencyKey: 'once',
        waitMs: 5_000,
        dryRun: false,
      });

      it('can be rehearsed: the answer says what would happen, and nothing is written', async () => {
        const coordinator = await start();
        await conflicting(coordinator);
        const revision = await revisionAtRest(coordinator);
        const rehearsed = value(await coordinator.act({ ...unlock(), dryRun: true }));
        expect(rehearsed).toMatchObject({ dryRun: true, pending: false, action: { state: 'done' } });
        expect(rehearsed.plan.map(({ sentence }) => sentence).join('\n')).toContain('stage unlocked');
        expect(coordinator.state.revision).toBe(revision);
      });

      it('ends in a stored result, which the same key gives again', async () => {
        const coordinator = await start();
        const session = await conflicting(coordinator);
        const done = value(await coordinator.act(unlock()));
        expect(done).toMatchObject({ pending: false, repeated: false, action: { state: 'done', actor: 'ada' } });
        const pending = coordinator.pendingOperations(task, s1).find(({ table: own }) => own?.table === 'b');
        expect(pending).toMatchObject({ stage: 'unlocked', ddls: [] });
        const again = value(await coordinator.act(unlock()));
        expect(again.action).toEqual(done.action);
        const other = { ...unlock(), input: { ...unlock().input, exec: true } } as Parameters<Coordinator['act']>[0];
        expect(code(await coordinator.act(other))).toBe('IDEMPOTENCY_KEY_REUSED');
        expect(session.source).toBe(s1);
        // Another person's key of the same text is another one.
        const bobs = value(await coordinator.act({ ...unlock(), actor: 'bob' }));
        expect(bobs).toMatchObject({ repeated: false, action: { actor: 'bob' } });
        expect(bobs.action.id).not.toBe(done.action.id);
      });

      it('that can’t be done ends as failed, with the code of the reason', async () => {
        const coordinator = await start();
        const failed = value(await coordinator.act(unlock()));
        expect(failed.action).toMatchObject({ state: 'failed', result: { failure: { code: 'LOCK_NOT_FOUND' } } });
      });
    });

    describe('a coordinator that starts again', () => {
      it('goes on where the last one was', async () => {
        const store = await newStore();
        const first = await start(store);
        const session = await register(first);
        value(await first.putSourceTables(session, [table('a'), table('b')], null));
        const { revision } = value(await first.reportInfo(session, report('a', '1')));
        const operation = await nextOperation(first, s1, revision);
        await first.stop();
        const second = await start(store);
        expect(await second.renewWorker(session)).toMatchObject({ ok: true, value: { sessionId: session.sessionId } });
        expect(second.pendingOperations(task, s1)).toEqual([operation]);
        const acknowledged = await second.acknowledgeOperation(
          session,
          { schema: 'db', table: 'a' },
          operation.revision,
        );
        expect(value(acknowledged).kind).toBe('acknowledged');
      });

      it('refuses to lead beside a dm-master, and stops leading when one appears', async () => {
        const store = await newStore();
        const coordinator = await start(store);
        expect(coordinator.readiness().ready).toBe(true);
        await store.txn({ compares: [], then: [{ kind: 'put', key: '/dm-master/leader/1', value: 'x' }] });
        const { revision } = await store.range('/dm-master/leader');
        for (let turn = 0; turn < 200 && coordinator.state.revision < revision; turn += 1) await sleep(5);
        expect(coordinator.readiness()).toMatchObject({ ready: false });
        await expect(
          Coordinator.start({ store, clock: new SystemClock(), logger: new SilentLogger() }),
        ).rejects.toMatchObject({ code: 'DM_LEADS' });
      });
    });
  });
}
