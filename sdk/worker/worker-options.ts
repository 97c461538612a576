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
import {
  aBoolean,
  aFunction,
  aNumberFrom,
  aText,
  anExpression,
  anObject,
  invalid,
  listOf,
  oneOf,
  withFields,
  withMethods,
} from './option-door';
import type { Check } from './option-door';
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

const aRoute = withFields({ schemaPattern: aText, targetSchema: aText }, { tablePattern: aText, targetTable: aText });
const tablePatterns = listOf(withFields({ schema: aText, table: aText }));

/** What each limit is at least. */
const leastLimits: Readonly<Record<keyof WorkerLimits, number>> = {
  pendingRows: 1,
  queuedEvents: 0,
  ttlMs: 1,
  checkpointEveryMs: 1,
  connectTimeoutMs: 1,
  requestTimeoutMs: 1,
  executeTimeoutMs: 1,
  pluginTimeoutMs: 1,
  applyAttempts: 1,
  drainMs: 0,
};

const required = {
  name: aText,
  task: aText,
  mode: oneOf('optimistic', 'pessimistic'),
  source: aText,
  upstream: withMethods('tables', 'createTable', 'read', 'compare', 'close'),
  downstream: withMethods('execute', 'apply', 'close'),
  routes: listOf(aRoute),
} as const;

const optional: Readonly<Record<Exclude<keyof ShardWorkerOptions, keyof typeof required>, Check>> = {
  url: aText,
  token: (value, field) => {
    if (value !== null && typeof value !== 'function') aText(value, field);
  },
  transport: withMethods('request', 'subscribe', 'close'),
  clientInterceptors: listOf(aFunction),
  expectedSources: listOf(aText),
  checkpoints: withMethods('load', 'save', 'close'),
  blockAllowList: withFields(
    {},
    {
      doSchemas: listOf(aText),
      ignoreSchemas: listOf(aText),
      doTables: tablePatterns,
      ignoreTables: tablePatterns,
    },
  ),
  ignoreSql: listOf(anExpression),
  strict: aBoolean,
  interceptors: listOf(anObject),
  logger: withMethods('info', 'warn', 'error'),
  timing: withMethods('monotonicMs', 'wallMs', 'after', 'random'),
  limits: withFields(
    {},
    Object.fromEntries(Object.entries(leastLimits).map(([name, least]) => [name, aNumberFrom(least)])),
  ),
};

const checkOptions = withFields(required, optional);

/** @throws LockstepError INVALID_INPUT naming the option */
export function completeOptions(options: ShardWorkerOptions): WorkerSettings {
  checkOptions(options, '');
  const { url, transport, downstream, source, expectedSources } = options;
  if (url === undefined && transport === undefined) invalid('url', 'url, where the server is, is missing');
  if (expectedSources !== undefined && !expectedSources.includes(source))
    invalid('expectedSources', `expectedSources must name all sources of the task, also ${source} itself`);
  const storesPositions = downstream.storesPositions === true;
  if (storesPositions && downstream.loadPosition === undefined)
    invalid('downstream', 'a downstream that stores positions must load them (loadPosition)');
  if (!storesPositions && options.checkpoints === undefined)
    invalid(
      'checkpoints',
      'checkpoints is missing: a downstream that doesn’t store positions needs a checkpoint store',
    );
  const { logger = silentLogger, timing = systemTiming } = options;
  return { ...options, logger, timing, limits: { ...defaultLimits, ...options.limits } };
}
