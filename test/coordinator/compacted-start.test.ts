import { afterEach, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '../../src/adapters/embedded/embedded-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { STARTS_FROM } from '../../src/coordinator/starts-from';
import { LockstepError } from '../../src/core/model/error';
import { LOCKSTEP_LEADER_KEY } from '../../src/core/wire/lockstep-keys';
import type { Store } from '../../src/ports/store';
import { useDirectories } from '../adapters/embedded/use-directories';
import { dumpState } from '../end-to-end/state-dump';
import { ManualClock } from '../support/manual-clock';
import { SilentLogger } from '../support/silent-logger';
import { PlainWorker, settled } from './plain-worker';

const makeDirectory = useDirectories();
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(store: Store): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ store, clock: new SystemClock(), logger: new SilentLogger() });
  ends.push(() => coordinator.stop());
  return coordinator;
}

/** The store, out of reach for what a leader writes. */
function deafToLeader(store: EmbeddedStore): Store {
  const txn: Store['txn'] = async (transaction) => {
    const named = [...transaction.compares, ...transaction.then].filter(
      (each) => 'key' in each && each.key === LOCKSTEP_LEADER_KEY,
    );
    // An election puts the key, which its other writes only compare.
    if (named.length > 0 && !named.some((each) => each.kind === 'put'))
      throw new LockstepError('STORE_UNAVAILABLE', 'out of reach');
    return await store.txn(transaction);
  };
  return new Proxy(store, { get: (of, name) => (name === 'txn' ? txn : bound(of, name)) });
}

function bound(store: EmbeddedStore, name: string | symbol): unknown {
  const found: unknown = Reflect.get(store, name, store);
  return typeof found === 'function' ? found.bind(store) : found;
}

function withoutLeader({ state }: Coordinator): object {
  return { ...dumpState(state), revision: null, leader: null };
}

describe('a server that starts on an embedded store that has forgotten what it could', () => {
  it('has the state that the one before it had, though much has happened since anything was owed last', async () => {
    const clock = new ManualClock();
    const retention = { maxRevisions: 5, maxAgeMs: 1_000 };
    const store = await EmbeddedStore.open(makeDirectory(), clock, { retention, keepFrom: STARTS_FROM });
    ends.push(() => store.close());
    const first = await start(store);
    const worker = await PlainWorker.register(first);
    await worker.list('a', 'b');
    await worker.report('a', 'ADD COLUMN c INT');
    await settled(first);
    await first.stop();

    const second = await start(deafToLeader(store));
    const again = await PlainWorker.register(second);
    await again.drop('a');
    await again.create('a');
    await second.leaveWorker(again.session, false);
    for (let index = 0; index < 20; index += 1)
      await store.txn({ compares: [], then: [{ kind: 'put', key: '/else', value: `${index}` }] });
    const lived = withoutLeader(second);
    await second.stop();
    const settledAt = STARTS_FROM.revisionIn((await store.get(STARTS_FROM.key))?.value ?? '');
    await clock.advance(60_000);
    await store.grant(60_000);
    expect(store.compacted).toBe(settledAt);
    expect(store.compacted).toBeLessThan((await store.revision()) - 20);

    const third = await start(deafToLeader(store));
    expect(withoutLeader(third)).toEqual(lived);
  });
});
