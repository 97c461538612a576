import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { follow } from '../../src/coordinator/follower';
import type { OperationView, SessionGrant } from '../../src/coordinator/service';
import { LockstepError } from '../../src/core/model/error';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { SourceId } from '../../src/core/model/names';
import { NO_REVISION, parseRevision } from '../../src/core/model/revision';
import type { ReadableStore } from '../../src/ports/store';
import { SilentLogger } from '../support/silent-logger';
import { value } from '../support/value-of';

const clock = new SystemClock();
const task = parseTaskName('merge');
const target = parseDownstreamTable('shop', 'orders');
const [s1, s2] = [parseSourceId('s1'), parseSourceId('s2')];
const DDLS = ['ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT'];

let store: MemoryStore;
let coordinator: Coordinator;

beforeEach(async () => {
  store = new MemoryStore(clock);
  coordinator = await Coordinator.start({ store, clock, logger: new SilentLogger() });
});

afterEach(async () => {
  await coordinator.stop();
  await store.close();
});

const registration = (source: SourceId, expectedSources: readonly SourceId[], instance: string | null) =>
  ({ worker: `w-${source}`, task, mode: 'pessimistic', source, expectedSources, ttlMs: 60_000, instance }) as const;

async function register(source: SourceId): Promise<SessionGrant> {
  return value(await coordinator.registerWorker(registration(source, [s1, s2], null)));
}

let attempts = 0;
async function report(session: SessionGrant): Promise<number> {
  attempts += 1;
  return value(await coordinator.reportSourceInfo(session, { target, ddls: DDLS, attempt: `${attempts}` })).revision;
}

async function orderAfter(revision: number): Promise<OperationView> {
  for (;;) {
    const order = coordinator.pendingOperations(task, s1).find((pending) => pending.revision > revision);
    if (order !== undefined) return order;
    await sleep(5);
  }
}

const breakS1 = (idempotencyKey: string | null = null) =>
  coordinator.act({
    input: {
      kind: 'break',
      task,
      source: s1,
      exec: false,
      removeId: null,
      ifIncarnation: null,
      force: true,
      waitMs: 10_000,
    },
    actor: 'alice',
    reason: '',
    idempotencyKey,
    waitMs: 10_000,
    dryRun: false,
  });

describe('messages of a source', () => {
  let session: SessionGrant;
  let other: SessionGrant;

  beforeEach(async () => {
    session = await register(s1);
    other = await register(s2);
  });

  it('succeed when they are repeated, also where it is broken out and its order was put again for a new report', async () => {
    const first = await report(session);
    const broken = breakS1();
    await orderAfter(first);
    // Its worker restarts, and reads the DDL again.
    session = await register(s1);
    const { revision } = await orderAfter(await report(session));
    expect(value(await coordinator.acknowledgeOperation(session, null, revision)).kind).toBe('acknowledged');
    expect(value(await broken).action.state).toBe('done');
    expect(value(await coordinator.acknowledgeOperation(session, null, revision)).kind).toBe('gone');
    const never = parseRevision(revision - 1);
    expect(await coordinator.acknowledgeOperation(session, null, never)).toMatchObject({
      ok: false,
      error: { code: 'OPERATION_NOT_FOUND' },
    });
  });

  it('let a person ask for the break twice, also while it waits: the second says that it is a repetition', async () => {
    const first = await report(session);
    const asked = [breakS1('key'), breakS1('key')];
    const { revision } = await orderAfter(first);
    const third = breakS1('key');
    value(await coordinator.acknowledgeOperation(session, null, revision));
    const answers = await Promise.all([...asked, third]);
    expect(answers.map((each) => value(each).action.state)).toEqual(['done', 'done', 'done']);
    expect(answers.map((each) => value(each).repeated).sort()).toEqual([false, true, true]);
  });

  it('change nothing when they come after its acknowledgement', async () => {
    const first = await report(session);
    await report(other);
    const { revision } = await orderAfter(first);
    value(await coordinator.acknowledgeOperation(session, null, revision));
    const before = await store.revision();
    const failed = coordinator.failOperation(session, { table: null, revision, reason: 'late', retryable: false });
    expect(await failed).toMatchObject({ ok: false, error: { code: 'OPERATION_NOT_FOUND' } });
    const extended = coordinator.extendOperation(session, null, revision);
    expect(await extended).toMatchObject({ ok: false, error: { code: 'OPERATION_NOT_FOUND' } });
    expect(await store.revision()).toBe(before);
  });
});

describe('a registration that comes late, once more', () => {
  it('ends no session of its own start, whatever others expect', async () => {
    const own = registration(s1, [s1, s2], 'start 1');
    const session = value(await coordinator.registerWorker(own));
    value(await coordinator.registerWorker(registration(s2, [s2], 'start 1')));
    const before = await store.revision();
    expect(value(await coordinator.registerWorker(own))).toEqual(session);
    expect(await store.revision()).toBe(before);
    expect(await coordinator.renewWorker(session)).toMatchObject({ ok: true });
  });

  it('ends no session of a later start', async () => {
    const starts = ['start 1', 'start 2', 'start 3'].map((instance) => registration(s1, [s1], instance));
    let last = value(await coordinator.registerWorker(registration(s1, [s1], 'start 0')));
    for (const start of starts) last = value(await coordinator.registerWorker(start));
    const takenOver = { ok: false, error: { code: 'STALE_SESSION', fields: { takenOver: true } } };
    for (const start of starts.slice(0, 2)) expect(await coordinator.registerWorker(start)).toMatchObject(takenOver);
    expect(await coordinator.renewWorker(last)).toMatchObject({ ok: true });
  });
});

describe('a store that answers nothing', () => {
  it('is told as unreachable all the while, though a watch on it doesn’t fail at once', async () => {
    const error = new LockstepError('STORE_UNAVAILABLE', 'no answer');
    const told: (string | null)[] = [];
    const stop = new AbortController();
    const silent: ReadableStore = {
      revision: () => Promise.reject(error),
      get: () => Promise.reject(error),
      range: () => Promise.reject(error),
      async *watch(_prefixes, _from, signal) {
        await sleep(200, undefined, { signal }).catch(() => undefined);
        throw error;
      },
    };
    const apply = (): void => undefined;
    const rebuild = () => ({ apply, end: apply });
    const reporting = (trouble: LockstepError | null): void => {
      if (told.push(trouble?.code ?? null) === 3) stop.abort();
    };
    await follow(silent, clock, { rebuild, apply, report: reporting }, stop.signal, NO_REVISION);
    expect(told).toEqual(Array(3).fill('STORE_UNAVAILABLE'));
  });
});
