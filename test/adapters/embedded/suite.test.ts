import { EmbeddedStore } from '../../../src/adapters/embedded/embedded-store';
import { ManualClock } from '../../support/manual-clock';
import { useDirectories } from './use-directories';
import { describeStore } from '../store-suite/describe-store';

const makeDirectory = useDirectories();

describeStore('embedded store', async () => {
  const clock = new ManualClock();
  const store = await EmbeddedStore.open(makeDirectory(), clock);
  return {
    store,
    root: '/test/',
    ttlMs: 10_000,
    pass: async (ms) => {
      await clock.advance(ms);
      // What a lease's end wrote is on disk when a later write is.
      await store.revoke((await store.grant(1_000)).id);
    },
    compactTo: (revision) => store.compactTo(revision),
    watchesCompacted: true,
    close: () => store.close(),
  };
});
