import { LockstepError } from '../../src/core/model/error';
import type { ClientInterceptor } from '../client/interceptor';
import type { Token } from '../client/http-transport';
import type { Transport } from '../client/transport';
import type { Logger } from '../logger';
import { silentLogger } from '../logger';
import type { CheckpointStore, DownstreamPlugin, UpstreamPlugin } from '../plugin';
import type { BlockAllowList } from '../route/block-allow-list';
import type { Route } from '../route/routes';
import type { Timing } from '../timing';
import { systemTiming } from '../timing';
import type { WorkerInterceptor } from './worker-interceptor';

/** How a worker runs. */
export interface ShardWorkerOptions {
  /** Where GraphQL is; not needed with a transport. */
  readonly url?: string;
  readonly token?: Token;
  readonly transport?: Transport;
  readonly clientInterceptors?: readonly ClientInterceptor[];
  /** The worker's own name; stays the same over restarts. */
  readonly name: string;
  readonly task: string;
  readonly mode: 'optimistic' | 'pessimistic';
  /** The source that it reads. */
  readonly source: string;
  /** All sources of the task, if the worker knows them (PROTOCOL 2.2). */
  readonly expectedSources?: readonly string[];
  readonly upstream: UpstreamPlugin;
  readonly downstream: DownstreamPlugin;
  /** Required unless the downstream stores positions itself. */
  readonly checkpoints?: CheckpointStore;
  readonly routes: readonly Route[];
  readonly blockAllowList?: BlockAllowList;
  /** Statements that match are passed over before they are parsed: the way on past one that the worker can't read. */
  readonly ignoreSql?: readonly RegExp[];
  /** Optimistic: conflicts stop the reading of the whole source. */
  readonly strict?: boolean;
  readonly interceptors?: readonly WorkerInterceptor[];
  readonly logger?: Logger;
  readonly timing?: Timing;
  readonly limits?: Partial<WorkerLimits>;
}

/** Bounds and times of a worker. */
export interface WorkerLimits {
  /** Rows that may wait to be applied; then reading pauses. */
  readonly pendingRows: number;
  /** Events that held shards queue together; what doesn't fit is read again. */
  readonly queuedEvents: number;
  /** How long the session lives without renewal, in milliseconds. */
  readonly ttlMs: number;
  /** How often a checkpoint is stored while rows flow, in milliseconds. */
  readonly checkpointEveryMs: number;
  /** How long `create` waits for the server, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long one request may take, in milliseconds; then it is sent again. */
  readonly requestTimeoutMs: number;
  /** How long one statement may run downstream, in milliseconds; then its shard pauses with PLUGIN_SILENT. */
  readonly executeTimeoutMs: number;
  /** How long every other call of a plugin may take, in milliseconds; then the worker ends with PLUGIN_SILENT. */
  readonly pluginTimeoutMs: number;
  /** How often rows that the downstream refuses are tried before the worker ends with PLUGIN_FAILED. */
  readonly applyAttempts: number;
  /** How long a stop waits for what is being executed and acknowledged, in milliseconds. */
  readonly drainMs: number;
}

/** What holds where an author says nothing. */
export const defaultLimits: WorkerLimits = {
  pendingRows: 10_000,
  queuedEvents: 10_000,
  ttlMs: 30_000,
  checkpointEveryMs: 1_000,
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  executeTimeoutMs: 24 * 3_600_000,
  pluginTimeoutMs: 60_000,
  applyAttempts: 10,
  drainMs: 10_000,
};

/** Options with everything filled in. */
export interface WorkerSettings extends ShardWorkerOptions {
  readonly logger: Logger;
  readonly timing: Timing;
  readonly limits: WorkerLimits;
}

/** @throws LockstepError INVALID_INPUT naming the option */
export function completeOptions(options: ShardWorkerOptions): WorkerSettings {
  for (const field of ['name', 'task', 'source'] as const)
    if (options[field] === '') throw invalid(field, `${field} must not be empty`);
  checkPlugin('upstream', options.upstream, ['tables', 'createTable', 'read', 'compare', 'close']);
  checkPlugin('downstream', options.downstream, ['execute', 'apply', 'close']);
  if (!['optimistic', 'pessimistic'].includes(options.mode))
    throw invalid('mode', `not a mode: ${options.mode} (optimistic or pessimistic)`);
  const { downstream } = options;
  const storesPositions = downstream.storesPositions === true;
  if (storesPositions && downstream.loadPosition === undefined)
    throw invalid('downstream', 'a downstream that stores positions must load them (loadPosition)');
  if (!storesPositions && options.checkpoints === undefined)
    throw invalid('checkpoints', 'a downstream that doesn’t store positions needs a checkpoint store');
  const limits = { ...defaultLimits, ...options.limits };
  for (const [field, value] of Object.entries(limits))
    if (!Number.isSafeInteger(value) || value < 0) throw invalid(`limits.${field}`, `not a whole number: ${value}`);
  const { logger = silentLogger, timing = systemTiming } = options;
  return { ...options, logger, timing, limits };
}

/** Whoever writes JavaScript has no compiler that asks for a plugin's methods. */
function checkPlugin(field: string, plugin: unknown, methods: readonly string[]): void {
  const isPlugin = typeof plugin === 'object' && plugin !== null;
  const missing = methods.filter((name) => !isPlugin || typeof Reflect.get(plugin, name) !== 'function');
  if (missing.length > 0) throw invalid(field, `${field} is no plugin: it has no ${missing.join(', ')}`);
}

function invalid(field: string, message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field });
}
