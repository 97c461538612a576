import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { SilentLogger } from '../support/silent-logger';
import { PlainWorker, settled, task } from './plain-worker';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('the acknowledgement of an operation that a person removed with all of its source', () => {
  it('is told that it is gone, also when another table of the source has reported since', async () => {
    const store = new MemoryStore(new SystemClock());
    const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger: new SilentLogger() });
    ends.push(
      () => store.close(),
      () => coordinator.stop(),
    );
    const worker = await PlainWorker.register(coordinator);
    const { source } = worker.session;
    await worker.list('a', 'b');
    await worker.report('a', 'ADD COLUMN c INT');
    await settled(coordinator);
    const revision = coordinator.pendingOperations(task, source)[0]!.revision;
    const input = { kind: 'remove-meta', task, sources: [source], force: true } as const;
    const common = { actor: 'a', reason: '', idempotencyKey: null, waitMs: 20_000, dryRun: false };
    expect(await coordinator.act({ ...common, input })).toMatchObject({ ok: true, value: { pending: false } });
    await worker.report('b', 'ADD COLUMN c INT');
    await settled(coordinator);
    const acknowledged = await coordinator.acknowledgeOperation(worker.session, { schema: 'db', table: 'a' }, revision);
    expect(acknowledged).toEqual({ ok: true, value: { kind: 'gone' } });
  });
});
