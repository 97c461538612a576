export { compareMerged } from './compare-merged';
export { MemoryDownstream } from './memory-downstream';
export type { MemoryDownstreamOptions } from './memory-downstream';
export { MemoryDownstreamServer, RemoteDownstream } from './remote-downstream';
