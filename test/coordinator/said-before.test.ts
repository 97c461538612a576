import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { sourceKey, tableKey } from '../../src/core/model/table-key';
import { parseUpstreamTable } from '../../src/core/model/names';
import { SilentLogger } from '../support/silent-logger';
import { PlainWorker, settled, source, task } from './plain-worker';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(): Promise<{ coordinator: Coordinator; worker: PlainWorker }> {
  const store = new MemoryStore(new SystemClock());
  const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger: new SilentLogger() });
  ends.push(
    () => store.close(),
    () => coordinator.stop(),
  );
  return { coordinator, worker: await PlainWorker.register(coordinator) };
}

const table = { schema: 'db', table: 'a' };

describe('what a worker said before, and comes late', () => {
  it('never replaces what it said later of an operation, in the same session', async () => {
    const { coordinator, worker } = await start();
    await worker.list('a', 'b');
    await worker.report('a', 'ADD COLUMN c INT');
    await settled(coordinator);
    const { revision } = coordinator.pendingOperations(task, source)[0]!;
    const said = (): boolean | undefined =>
      coordinator.state.failures.get(tableKey(task, parseUpstreamTable(source, 'db', 'a')))?.isWorking;
    const extend = (sequence: number | null, of = worker): Promise<unknown> =>
      coordinator.extendOperation({ ...of.session, sequence }, table, revision);
    const fail = (sequence: number | null, of = worker): Promise<unknown> =>
      coordinator.failOperation({ ...of.session, sequence }, { table, revision, reason: 'full', retryable: true });
    const taken = { ok: true, value: null };

    expect(await extend(5)).toEqual(taken);
    expect(await fail(4)).toEqual(taken);
    expect(said()).toBe(true);
    expect(await fail(6)).toEqual(taken);
    const before = coordinator.state.revision;
    for (const late of [fail(6), extend(5)]) expect(await late).toEqual(taken);
    expect(coordinator.state.revision).toBe(before);
    expect(said()).toBe(false);
    // Who doesn't count is taken at his word, and so is a new session.
    await extend(null);
    expect(said()).toBe(true);
    await fail(9);
    const again = await PlainWorker.register(coordinator);
    await extend(1, again);
    expect(said()).toBe(true);

    await coordinator.acknowledgeOperation(again.session, table, revision);
    expect(await fail(2, again)).toMatchObject({ ok: false, error: { code: 'OPERATION_NOT_FOUND' } });
    expect(said()).toBeUndefined();
  });

  it('never replaces a later status of the same session', async () => {
    const { coordinator, worker } = await start();
    const say = async (sequence: number | null, error: string): Promise<string | null | undefined> => {
      const status = { stage: 'running', position: null, delayMs: null, blockingDdls: [], blockingLockId: null };
      const session = { ...worker.session, sequence };
      await coordinator.reportStatus(session, { ...status, formingGroups: [], error });
      return coordinator.state.statuses.get(sourceKey(task, source))?.error;
    };
    expect(await say(2, 'second')).toBe('second');
    expect(await say(1, 'first')).toBe('second');
    expect(await say(3, 'third')).toBe('third');
    expect(await say(null, 'uncounted')).toBe('uncounted');
  });
});
