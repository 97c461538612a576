import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import type { SessionGrant } from '../../src/coordinator/service';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import { parseRevision } from '../../src/core/model/revision';
import type { Revision } from '../../src/core/model/revision';
import type { Store } from '../../src/ports/store';
import { CompactedWay } from '../support/compacted-way';
import { SilentLogger } from '../support/silent-logger';
import { value } from '../support/value-of';

const clock = new SystemClock();
const task = parseTaskName('merge');
const source = parseSourceId('s1');
const ends: (() => Promise<void>)[] = [];
let way: CompactedWay;
let leader: Coordinator;
let follower: Coordinator;

async function start(store: Store): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ store, clock, logger: new SilentLogger(), leaseMs: 60_000 });
  ends.push(() => coordinator.stop());
  return coordinator;
}

beforeEach(async () => {
  const store = new MemoryStore(clock);
  ends.push(() => store.close());
  leader = await start(store);
  way = new CompactedWay(store);
  follower = await start(way.asStore());
});

afterEach(async () => {
  way.compact();
  for (const end of ends.splice(0).reverse()) await end();
});

async function register(instance: string): Promise<SessionGrant> {
  const input = { worker: 'w', task, mode: 'optimistic', source, expectedSources: null, ttlMs: 60_000 } as const;
  return value(await leader.registerWorker({ ...input, instance }));
}

/** What `request` comes to when the follower, which has seen the session `old`, sees what came after it at last. */
async function delayed<T>(request: Promise<T>): Promise<T> {
  const first = await Promise.race([request, new Promise((resolve) => setTimeout(resolve, 50, 'waits'))]);
  expect(first).toBe('waits');
  way.compact();
  return await request;
}

describe('a server that has not seen the newest registration', () => {
  let old: SessionGrant;
  let session: SessionGrant;

  beforeEach(async () => {
    old = await register('start 1');
    await follower.renewWorker(old);
    way.hold();
    session = await register('start 2');
  });

  it('answers its worker when it has', async () => {
    const status = { stage: 'running', position: null, delayMs: null, blockingDdls: [], blockingLockId: null };
    const report = { ...status, formingGroups: [], error: null };
    const requests = [
      follower.renewWorker(session),
      follower.putSourceTables(session, [], null),
      follower.reportStatus(session, report),
    ];
    for (const answer of await delayed(Promise.all(requests))) expect(answer).toMatchObject({ ok: true });
  });

  it('tells the former one that it was taken over when it has', async () => {
    expect(await follower.renewWorker(old)).toMatchObject({ ok: true });
    way.compact();
    await follower.renewWorker(session);
    expect(await follower.renewWorker(old)).toMatchObject({ ok: false, error: { fields: { takenOver: true } } });
  });

  it('registers a worker by what has been written meanwhile', async () => {
    value(await leader.leaveWorker(session, true));
    await leader.act({
      input: { kind: 'remove-meta', task, sources: [], force: true },
      ...{ actor: 'ada', reason: '', idempotencyKey: null, waitMs: 10_000, dryRun: false },
    });
    const input = { worker: 'w', task, mode: 'pessimistic', source, expectedSources: null, ttlMs: 60_000 } as const;
    expect(await delayed(follower.registerWorker({ ...input, instance: 'start 3' }))).toMatchObject({ ok: true });
  });

  it('waits for no epoch that the store has not come to', async () => {
    const epoch = parseRevision(1_000_000);
    expect(await leader.renewWorker({ ...session, epoch })).toMatchObject({
      ok: false,
      error: { code: 'STALE_SESSION', fields: { takenOver: false } },
    });
  });
});

describe('a server that has not seen that an exclusion was undone', () => {
  const exclude = async (undo: boolean): Promise<void> => {
    const input = { kind: 'exclude-source', task, source, undo } as const;
    const asked = { actor: 'ada', reason: '', idempotencyKey: null, waitMs: 10_000, dryRun: false };
    expect(value(await leader.act({ input, ...asked })).action.state).toBe('done');
  };

  it('takes a report when it has', async () => {
    const session = await register('start 1');
    await exclude(false);
    const createTableBefore = 'CREATE TABLE t (id INT)';
    const target = parseDownstreamTable('shop', 'orders');
    const ddls = ['ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT'];
    const common = { createTablesAfter: null, ignoreConflict: false, defaultCollation: null };
    const report = { ...common, schema: 'db', table: 't', target, ddls, attempt: '1', createTableBefore };
    expect(await follower.reportInfo(session, report)).toMatchObject({ ok: false, error: { code: 'SOURCE_EXCLUDED' } });
    way.hold();
    await exclude(true);
    expect(await delayed(follower.reportInfo(session, report))).toMatchObject({ ok: true });
  });
});

/** A store to which somebody writes whenever it is asked for its last revision. */
function restless(store: MemoryStore): Store {
  let key = 0;
  const revision = async (): Promise<Revision> => {
    key += 1;
    await store.txn({ compares: [], then: [{ kind: 'put', key: `/lockstep/other/${key}`, value: '' }] });
    return await store.revision();
  };
  return new Proxy<Store>(store, {
    get: (_target, name) => {
      const asked: unknown = name === 'revision' ? revision : Reflect.get(store, name);
      return typeof asked === 'function' ? (asked.bind(store) as unknown) : asked;
    },
  });
}

describe('a server to whose store others write all the time', () => {
  it('refuses what was to be refused when the request came', async () => {
    const store = new MemoryStore(clock);
    ends.push(() => store.close());
    const busy = await start(restless(store));
    const input = { worker: 'w', task, mode: 'optimistic', source, expectedSources: null, ttlMs: 60_000 } as const;
    value(await busy.registerWorker({ ...input, instance: 'start 1' }));
    expect(await busy.registerWorker({ ...input, mode: 'pessimistic', instance: 'start 2' })).toMatchObject({
      ok: false,
      error: { code: 'TASK_MODE_CONFLICT' },
    });
  });
});
