import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { waitReasonsOfLock } from '../../src/core/diagnosis/diagnose';
import { problemsOf } from '../../src/core/diagnosis/problems';
import { LockstepError } from '../../src/core/model/error';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseTaskName } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import type { Transaction, TransactionResult } from '../../src/ports/store';
import { SilentLogger } from '../support/silent-logger';
import { PlainWorker, settled, target, task } from './plain-worker';

const BIG = 'x'.repeat(4_000);

/** A store that takes no value as large as some; what is beyond its limits it says as the port wants it. */
class NarrowStore extends MemoryStore {
  isNarrow = true;
  transactions = 0;

  override async txn(transaction: Transaction): Promise<TransactionResult> {
    this.transactions += 1;
    const isTooLarge = (mutation: Mutation): boolean =>
      mutation.kind === 'put' && mutation.key.includes('/operation/') && mutation.value.includes(BIG);
    const isTask = (mutation: Mutation): boolean => mutation.kind === 'put' && mutation.key.endsWith('/task/7461736b');
    if (this.isNarrow && transaction.then.some((each) => isTooLarge(each) || isTask(each)))
      throw new LockstepError('INVALID_INPUT', 'the request is too large');
    return await super.txn(transaction);
  }
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(): Promise<{ store: NarrowStore; coordinator: Coordinator; logger: SilentLogger }> {
  const [store, logger] = [new NarrowStore(new SystemClock()), new SilentLogger()];
  const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger });
  ends.push(
    () => store.close(),
    () => coordinator.stop(),
  );
  return { store, coordinator, logger };
}

async function until(isTrue: () => boolean): Promise<void> {
  const endMs = Date.now() + 20_000;
  while (!isTrue()) {
    if (Date.now() > endMs) throw new Error('it never became so');
    await sleep(5);
  }
}

describe('a write that the store never takes', () => {
  it('holds up its own lock, visibly and at little cost, and is made when the store takes it', async () => {
    const { store, coordinator, logger } = await start();
    const worker = await PlainWorker.register(coordinator);
    const elsewhere = parseDownstreamTable('shop', 'other');
    await worker.list('a');
    const createTable = 'CREATE TABLE b (id INT PRIMARY KEY)';
    await worker.add({ schema: 'db', table: 'b', target: elsewhere, createTable });
    await worker.report('a', `ADD COLUMN c VARCHAR(5000) DEFAULT '${BIG}'`);
    const problem = (): object | undefined =>
      problemsOf(coordinator.state).find(({ kind }) => kind === 'impossible-write');
    await until(() => problem() !== undefined);
    expect(problem()).toMatchObject({ lockId: formatLockId(task, target), task, source: 's1' });
    expect((await coordinator.read()).impossibleWrites).toBe(1);
    const lockId = formatLockId(task, target);
    const refused =
      /is not answered yet, because the store refuses what is to be written for the lock: the request is too large\.$/u;
    expect(waitReasonsOfLock(coordinator.state, lockId, 9)[0]?.sentence).toMatch(refused);
    // Who follows, or has just begun to, sees that it isn't answered, and whom to ask.
    const follower = await Coordinator.start({ store, clock: new SystemClock(), logger, leaseMs: 60_000 });
    ends.push(() => follower.stop());
    const unknown = /is not answered yet; if that lasts, the server that leads knows why\.$/u;
    expect(waitReasonsOfLock(follower.state, lockId, 9)[0]?.sentence).toMatch(unknown);
    expect(logger.lines.find(({ level }) => level === 'error')).toMatchObject({ fields: { code: 'INVALID_INPUT' } });

    // Another lock goes on meanwhile.
    await worker.reportOther('b', 'ALTER TABLE `shop`.`other` ADD COLUMN `c` INT', elsewhere);
    await until(() => coordinator.pendingOperations(task, worker.session.source).length > 0);
    store.transactions = 0;
    await sleep(500);
    expect(store.transactions).toBeLessThan(10);

    store.isNarrow = false;
    await until(() => coordinator.pendingOperations(task, worker.session.source).length > 1);
    await settled(coordinator);
    expect(problem()).toBeUndefined();
  }, 40_000);

  it('ends the manual action that asked for it with that error', async () => {
    const { store, coordinator } = await start();
    const input = { kind: 'put-task', task: parseTaskName('task'), mode: 'optimistic', sources: [] } as const;
    const request = { input, actor: 'a', reason: '', idempotencyKey: null, waitMs: 20_000, dryRun: false };
    const asked = await coordinator.act(request);
    expect(asked).toMatchObject({ ok: true, value: { pending: false, action: { state: 'failed' } } });
    const failed = asked.ok ? asked.value.action.result?.failure : null;
    expect(failed).toMatchObject({ code: 'INVALID_INPUT' });
    expect(failed?.message).toContain('the request is too large');
    expect(coordinator.state.outbox.size).toBe(0);
    expect(store.transactions).toBeLessThan(10);
  });
});
