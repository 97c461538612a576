import { EmbeddedStore } from '../../src/adapters/embedded/embedded-store';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { useDirectories } from '../adapters/embedded/use-directories';
import { describeCoordinator } from './coordinator-suite';

const makeDirectory = useDirectories();

describeCoordinator('a store in memory', () => Promise.resolve(new MemoryStore(new SystemClock())));
describeCoordinator('an embedded store', () => EmbeddedStore.open(makeDirectory(), new SystemClock()));
