export { compareMerged } from './compare-merged';
export { MemoryDownstream } from './memory-downstream';
export type { MemoryDownstreamOptions } from './memory-downstream';
