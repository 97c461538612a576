import type { Retention } from '../core/state/retention';
import type { Clock } from '../ports/clock';
import type { DownstreamMetadata } from '../ports/downstream-metadata';
import type { Logger } from '../ports/logger';
import type { Metrics } from '../ports/metrics';
import type { Store } from '../ports/store';

/** What a coordinator needs. */
export interface ShellOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where it tells what it does; nowhere if absent. */
  readonly metrics?: Metrics;
  /** How many of the newest events stay in memory; 10,000 if absent. */
  readonly recentEvents?: number;
  /** Where table schemas of some tasks are read from; absent: nowhere. */
  readonly downstream?: DownstreamMetadata;
  /** How long what is only of the past is kept; the store's default if absent. */
  readonly retention?: Retention;
  /** Names this server in the leader's key and among the members; any if absent. */
  readonly serverId?: string;
  /** How long a leader that is silent stays one, in milliseconds; absent: no other process has this store. */
  readonly leaseMs?: number;
}
