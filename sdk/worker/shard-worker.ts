import { randomUUID } from 'node:crypto';
import { LockstepError } from '../../src/core/model/error';
import { LockstepClient } from '../client/client';
import { WorkerEngine } from '../engine/engine';
import type { EngineStart } from '../engine/engine-start';
import type { WorkerStatus } from '../engine/status';
import { Routes } from '../route/routes';
import { parseCheckpoint } from './checkpoint-door';
import { Conductor } from './conductor';
import { callPlugin } from './plugin-call';
import { WorkerSession } from './session';
import { TableRegister } from './table-register';
import { WorkerEvents } from './worker-event';
import { completeOptions } from './worker-options';
import type { ShardWorkerOptions, WorkerSettings } from './worker-options';

/**
 * A worker for one source of one task: reads its stream, has its DDLs coordinated, writes downstream. It owns its plugins:
 * they are closed when it has run, or couldn't be created.
 */
export class ShardWorker {
  /** What it tells as it happens. */
  readonly events = new WorkerEvents();
  readonly #session: WorkerSession;
  readonly #tables: TableRegister;
  #isUsed = false;

  private constructor(
    private readonly settings: WorkerSettings,
    private readonly client: LockstepClient,
    private readonly engine: WorkerEngine,
    private readonly routes: Routes,
  ) {
    this.#tables = new TableRegister(client, () => engine.sourceTables());
    this.#session = new WorkerSession(client, settings, this.events, (session) =>
      this.#tables.putAll(session, session.epoch, new AbortController().signal),
    );
  }

  /**
   * Check everything, and that the server answers; nothing is written, and nothing runs before `run`.
   * @throws LockstepError INVALID_INPUT, ROUTES_DISAGREE, ROUTES_MAP_NOTHING, PLUGIN_FAILED, PLUGIN_SILENT,
   *   UNREADABLE_VALUE of a checkpoint, UNAUTHENTICATED, FORBIDDEN, SERVER_UNREACHABLE
   */
  static async create(options: ShardWorkerOptions): Promise<ShardWorker> {
    const settings = completeOptions(options);
    const routes = new Routes(settings.routes, settings.blockAllowList);
    const client = new LockstepClient(clientOptions(settings));
    try {
      await reach(client, settings);
      const start = await readStart(settings, routes);
      const engine = new WorkerEngine(engineOptions(settings, routes), start);
      return new ShardWorker(settings, client, engine, routes);
    } catch (error) {
      await closeAll(settings, client);
      throw error;
    }
  }

  /** How it stands, as `query-status` shows it. */
  get status(): WorkerStatus {
    return this.engine.status;
  }

  /**
   * Run until the signal aborts; then what has begun is finished, as far as `drainMs` allows, the session ends and plugins
   * are closed. Once only.
   * @throws LockstepError what it can't go past; the checkpoint stands before that
   */
  async run({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (this.#isUsed) throw new LockstepError('INVALID_INPUT', 'a worker runs once; create another one');
    this.#isUsed = true;
    const { settings, client, engine, events } = this;
    this.#tellUnusedRoutes();
    try {
      await this.#open(signal);
      if (!signal.aborted)
        await new Conductor({ settings, engine, client, session: this.#session, tables: this.#tables, events }).run(
          signal,
        );
    } finally {
      await closeAll(settings, client);
      events.emit({ kind: 'stopped' });
    }
  }

  #tellUnusedRoutes(): void {
    const tables = this.engine.sourceTables().map(({ table }) => table);
    for (const { schemaPattern, tablePattern = '*' } of tables.length === 0 ? [] : this.routes.unusedBy(tables))
      this.events.emit({ kind: 'route-unused', route: `${schemaPattern}.${tablePattern}` });
  }

  async #open(signal: AbortSignal): Promise<void> {
    try {
      await this.#session.open(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

function clientOptions(settings: WorkerSettings) {
  const { url, token, transport, timing, logger, limits, clientInterceptors } = settings;
  return {
    timing,
    logger,
    requestTimeoutMs: limits.requestTimeoutMs,
    ...(url === undefined ? {} : { url }),
    ...(token === undefined ? {} : { token }),
    ...(transport === undefined ? {} : { transport }),
    ...(clientInterceptors === undefined ? {} : { interceptors: clientInterceptors }),
  };
}

function engineOptions(settings: WorkerSettings, routes: Routes) {
  const { task, source, mode, strict = false, upstream, downstream, ignoreSql = [], limits } = settings;
  return {
    task,
    source,
    mode: mode === 'pessimistic' ? ('PESSIMISTIC' as const) : ('OPTIMISTIC' as const),
    strict,
    routes,
    compare: (a: Parameters<typeof upstream.compare>[0], b: Parameters<typeof upstream.compare>[1]) =>
      upstream.compare(a, b),
    ignoreSql,
    storesWithRows: downstream.storesPositions === true,
    run: randomUUID(),
    limits: { pendingRows: limits.pendingRows, queuedSteps: limits.queuedEvents },
  };
}

/** Whether a server answers, and takes the token. */
async function reach(client: LockstepClient, { task, source, timing, limits }: WorkerSettings): Promise<void> {
  const deadline = new AbortController();
  const late = new LockstepError('SERVER_UNREACHABLE', `no server answered within ${limits.connectTimeoutMs} ms`);
  const stop = timing.after(limits.connectTimeoutMs, () => deadline.abort(late));
  try {
    await client.pendingShardOperations({ task, source }, deadline.signal);
  } finally {
    stop();
  }
}

/** The checkpoint, or the tables that the source has at its start. */
async function readStart(settings: WorkerSettings, routes: Routes): Promise<EngineStart> {
  const { upstream, downstream, checkpoints, source, timing, limits } = settings;
  const { signal } = new AbortController();
  const timeoutMs = limits.pluginTimeoutMs;
  const stored =
    downstream.storesPositions === true
      ? await callPlugin(timing, { plugin: 'downstream', call: 'loadPosition', timeoutMs }, signal, async () =>
          downstream.loadPosition === undefined ? null : downstream.loadPosition(),
        )
      : await callPlugin(timing, { plugin: 'checkpoints', call: 'load', timeoutMs }, signal, async () =>
          checkpoints === undefined ? null : checkpoints.load(source),
        );
  if (stored !== null) return { kind: 'checkpoint', checkpoint: parseCheckpoint(stored) };
  const all = await callPlugin(timing, { plugin: 'upstream', call: 'tables', timeoutMs }, signal, () =>
    upstream.tables(),
  );
  routes.check(all);
  const tables = [];
  for (const table of all) {
    if (routes.targetOf(table) === null) continue;
    const call = { plugin: 'upstream', call: 'createTable', timeoutMs } as const;
    tables.push({
      table,
      createTable: await callPlugin(timing, call, signal, () => upstream.createTable(table, null)),
    });
  }
  return { kind: 'tables', tables };
}

async function closeAll(
  { upstream, downstream, checkpoints, logger }: WorkerSettings,
  client: LockstepClient,
): Promise<void> {
  const closings = [client.close(), upstream.close(), downstream.close(), checkpoints?.close() ?? Promise.resolve()];
  for (const closing of await Promise.allSettled(closings))
    if (closing.status === 'rejected') logger.warn({ reason: String(closing.reason) }, 'something could not be closed');
}
