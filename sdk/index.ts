/** What a worker's author imports: `lockstep/sdk`. */
export { LockstepError } from '../src/core/model/error';
export type { ErrorCode } from '../src/core/model/error-catalogue';
export type * from './plugin';
export { silentLogger } from './logger';
export type { Logger } from './logger';
export { systemTiming } from './timing';
export type { StopTimer, Timing } from './timing';
export { SubscriptionClosed } from './client/transport';
export type { Transport, TransportAnswer, TransportRequest } from './client/transport';
