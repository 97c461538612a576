/** For tests of plugins and of workers: `lockstep/sdk/testing`. */
export { MemoryDatabase, SqlError, SqlErrorNumber } from '../plugins/database';
export type { NamedTable } from '../plugins/database';
export { MemoryDownstream, compareMerged } from '../plugins/memory';
export { MemoryGates, ScriptUpstream } from '../plugins/script';
export { assertExecutedOnce, assertMerged, assertRowsInOrder } from './assertions';
export { FaultyTransport, NO_FAULTS } from './faulty-transport';
export type { Faults } from './faulty-transport';
export { InProcessServer } from './in-process-server';
export type { InProcessServerOptions } from './in-process-server';
export { ObservedWorker } from './observed-worker';
export type { ObservedWorkerOptions } from './observed-worker';
export { RecordingDownstream } from './recording-downstream';
export type { DownstreamCall } from './recording-downstream';
export { SeededRandom } from './seeded-random';
export { VirtualTime } from './virtual-time';
