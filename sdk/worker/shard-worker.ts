import { randomUUID } from 'node:crypto';
import { LockstepError } from '../../src/core/model/error';
import { LockstepClient } from '../client/client';
import { WorkerEngine } from '../engine/engine';
import type { EngineStart } from '../engine/engine-start';
import type { WorkerStatus } from '../engine/status';
import { silentLogger } from '../logger';
import { Routes } from '../route/routes';
import { parseCheckpoint } from './checkpoint-door';
import { Conductor } from './conductor';
import { callPlugin } from './plugin-call';
import { checkCreateTable, checkTables } from './plugin-door';
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
    this.#session = new WorkerSession(client, settings, this.events, (session, signal) =>
      this.#tables.putAll(session, session.epoch, signal),
    );
  }

  /**
   * Check everything, and that the server answers; nothing is written, and nothing runs before `run`.
   * @throws LockstepError INVALID_INPUT, ROUTES_DISAGREE, ROUTES_MAP_NOTHING, PLUGIN_FAILED, PLUGIN_SILENT,
   *   UNREADABLE_VALUE of a checkpoint, UNAUTHENTICATED, FORBIDDEN, SERVER_UNREACHABLE
   */
  static async create(options: ShardWorkerOptions): Promise<ShardWorker> {
    let client: LockstepClient | null = null;
    try {
      const settings = completeOptions(options);
      const routes = new Routes(settings.routes, settings.blockAllowList);
      client = new LockstepClient(clientOptions(settings));
      await reach(client, settings);
      const start = await readStart(settings, routes);
      const engine = new WorkerEngine(engineOptions(settings, routes), start);
      return new ShardWorker(settings, client, engine, routes);
    } catch (error) {
      await closeAll(options, client);
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
async function reach(client: LockstepClient, { url, task, source, timing, limits }: WorkerSettings): Promise<void> {
  const deadline = new AbortController();
  const { connectTimeoutMs } = limits;
  const stop = timing.after(connectTimeoutMs, () => {
    const place = url === undefined ? '' : ` at ${url}`;
    const reason = client.lastTrouble === null ? '' : `: ${client.lastTrouble.message}`;
    deadline.abort(
      new LockstepError('SERVER_UNREACHABLE', `no server answered${place} within ${connectTimeoutMs} ms${reason}`),
    );
  });
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
  checkTables(all);
  routes.check(all);
  const tables = [];
  for (const table of all) {
    if (routes.targetOf(table) === null) continue;
    const call = { plugin: 'upstream', call: 'createTable', timeoutMs } as const;
    const createTable = await callPlugin(timing, call, signal, () => upstream.createTable(table, null));
    checkCreateTable(createTable, table);
    tables.push({ table, createTable });
  }
  return { kind: 'tables', tables };
}

/** What was given and has no `close` is what the options were refused for. */
async function closeAll(
  options: Partial<ShardWorkerOptions> | undefined,
  client: LockstepClient | null,
): Promise<void> {
  const { upstream, downstream, checkpoints, logger = silentLogger } = options ?? {};
  const closings = [client, upstream, downstream, checkpoints].map(async (closed) => {
    if (typeof closed?.close === 'function') await closed.close();
  });
  for (const closing of await Promise.allSettled(closings))
    if (closing.status === 'rejected') logger.warn({ reason: String(closing.reason) }, 'something could not be closed');
}
