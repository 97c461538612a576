export { FileGates, MemoryGates } from './gates';
export type { Gates } from './gates';
export { ScriptUpstream } from './script-upstream';
export type { ScriptUpstreamOptions } from './script-upstream';
