import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseSourceId } from '../../src/core/model/names';
import { dumpState } from '../end-to-end/state-dump';
import { foldedState, readStream, recoveredState } from '../end-to-end/stored-stream';
import { SilentLogger } from '../support/silent-logger';
import { CREATE, PlainWorker, settled, source, target, task } from './plain-worker';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(): Promise<{ readonly store: MemoryStore; readonly coordinator: Coordinator }> {
  const [store, clock] = [new MemoryStore(new SystemClock()), new SystemClock()];
  const coordinator = await Coordinator.start({ store, clock, logger: new SilentLogger() });
  ends.push(
    () => store.close(),
    () => coordinator.stop(),
  );
  return { store, coordinator };
}

function hasLock({ state }: Coordinator): boolean {
  return state.targets.get(formatLockId(task, target))?.lock != null;
}

/** A table meets a DDL, and does what it is told. */
async function meet(worker: PlainWorker, table: string, spec: string, before?: string): Promise<void> {
  await worker.report(table, spec, before);
  await settled(worker.coordinator);
  await worker.acknowledge(table);
  await settled(worker.coordinator);
}

describe('a DDL whose lock has ended, that one table meets once more', () => {
  it.each(['ADD COLUMN c INT', 'DROP COLUMN v', 'RENAME COLUMN v TO w', 'MODIFY COLUMN v BIGINT', "COMMENT = 'x'"])(
    'is carried out again and holds up nobody: %s',
    async (spec) => {
      const { store, coordinator } = await start();
      const [one, other] = [
        await PlainWorker.register(coordinator),
        await PlainWorker.register(coordinator, parseSourceId('s2')),
      ];
      await one.list('a');
      await other.list('b');
      // The conflict of a rename is over when the last table follows; the first is told to begin again.
      await one.report('a', spec);
      await settled(coordinator);
      const stage = coordinator.pendingOperations(task, source)[0]?.stage;
      if (stage === 'none') await one.acknowledge('a');
      await meet(other, 'b', spec);
      if (stage !== 'none') await meet(one, 'a', spec);
      expect(hasLock(coordinator)).toBe(false);

      // The process ended before it stored how far it was.
      const again = await PlainWorker.register(coordinator);
      await again.list('a');
      await meet(again, 'a', spec);
      expect(hasLock(coordinator)).toBe(false);
      expect(coordinator.pendingOperations(task, source)).toEqual([]);
      const stream = await readStream(store);
      expect(dumpState(recoveredState(stream))).toEqual(dumpState(foldedState(stream)));
    },
  );

  it('is no longer known when a person has removed what is stored of the task', async () => {
    const { store, coordinator } = await start();
    const worker = await PlainWorker.register(coordinator);
    await worker.list('a', 'b');
    await meet(worker, 'a', 'ADD COLUMN c INT');
    await meet(worker, 'b', 'ADD COLUMN c INT', CREATE);
    expect((await store.range('/lockstep/agreed-schema/')).values).toHaveLength(1);
    const input = { kind: 'remove-meta', task, sources: [], force: true } as const;
    const asked = { actor: 'somebody', reason: '', idempotencyKey: null, waitMs: 20_000, dryRun: false };
    expect(await coordinator.act({ input, ...asked })).toMatchObject({ ok: true });
    await settled(coordinator);
    expect((await store.range('/lockstep/agreed-schema/')).values).toEqual([]);
    expect(coordinator.state.agreedSchemas.size).toBe(0);
  });
});
