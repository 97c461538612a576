import { setMaxListeners } from 'node:events';
import { LockstepError } from '../../src/core/model/error';
import { unreachable } from '../../src/core/model/invariant';
import type { LockstepClient } from '../client/client';
import type { ShardOperationsVariables } from '../client/messages';
import { pause } from '../client/pauses';
import type { Effect, EngineEvent, Execution } from '../engine/effects';
import type { WorkerEngine } from '../engine/engine';
import { asLockstepError } from './as-lockstep-error';
import { Executor } from './executor';
import { Flusher } from './flusher';
import { callPlugin } from './plugin-call';
import { checkCreateTable } from './plugin-door';
import { Reader } from './reader';
import type { WorkerSession } from './session';
import { StatusReporter } from './status-reporter';
import type { TableRegister } from './table-register';
import { traced } from '../telemetry';
import type { WorkerEvents } from './worker-event';
import type { WorkerSettings } from './worker-options';

type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;

/** What a conductor works with. */
export interface ConductorParts {
  readonly settings: WorkerSettings;
  readonly engine: WorkerEngine;
  readonly client: LockstepClient;
  readonly session: WorkerSession;
  readonly tables: TableRegister;
  readonly events: WorkerEvents;
}

/** Carries the engine's effects out and tells it what came of them, until it is stopped or something is final. */
export class Conductor {
  readonly #queue: EngineEvent[] = [];
  readonly #work = new AbortController();
  readonly #reading = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #reader: Reader;
  readonly #status: StatusReporter;
  readonly #executor: Executor;
  readonly #flusher: Flusher;
  #isDispatching = false;
  /** The plugin's last `read` has ended. */
  #hasRead = false;
  #error: LockstepError | null = null;
  #atMs: number | null = null;
  /** Everything that was read is handled, and the source had nothing more. */
  #isCaughtUp = false;
  /** Changes of the source's tables, one after the other. */
  #membership: Promise<void> = Promise.resolve();
  /** Called after every change of the engine. */
  readonly #watchers = new Set<() => void>();

  constructor(private readonly parts: ConductorParts) {
    const { settings, engine, client, session, events } = parts;
    // While no server answers every shard's request waits on this one, and each waiter goes when it is over.
    setMaxListeners(0, this.#work.signal);
    this.#executor = new Executor(settings, client, session, events);
    this.#flusher = new Flusher(settings, events);
    this.#status = new StatusReporter(settings, client, session, () => ({
      ...engine.status,
      ...(this.#error === null ? {} : { stage: 'failed' as const, error: this.#error.message }),
      delayMs: this.#delayMs(),
    }));
    const sink = {
      take: (event: Extract<EngineEvent, { kind: 'read' }>['event']) => {
        if (event.kind === 'ddl' || event.kind === 'rows') {
          this.#atMs = event.atMs ?? this.#atMs;
          this.#isCaughtUp = false;
        }
        this.dispatch({ kind: 'read', event });
      },
      untilReadable: () => this.#until(() => engine.isReadable || this.#reading.signal.aborted),
    };
    this.#reader = new Reader(settings, sink, engine.startPosition);
  }

  /** Run until the signal aborts or something is final; then drain. @throws LockstepError what was final */
  async run(signal: AbortSignal): Promise<void> {
    const { events } = this.parts;
    const stop = (): void => this.#stop(null);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const { signal: work } = this.#work;
    this.dispatch({ kind: 'started' });
    this.#start(() =>
      this.#reader.run(this.#reading.signal, work).finally(() => {
        this.#hasRead = true;
        this.#wakeWatchers();
      }),
    );
    this.#start(() => this.#receive(work));
    this.#start(() => this.parts.session.keep(work));
    this.#start(() => this.#status.run(work));
    this.#start(() => this.#tick(work));
    await this.#until(() => this.#reading.signal.aborted);
    signal.removeEventListener('abort', stop);
    try {
      events.emit({ kind: 'stopping', error: this.#error });
      await this.#drain();
    } finally {
      this.#work.abort(new Error('the worker has stopped'));
    }
    if (this.#error !== null) throw this.#error;
  }

  /** Tell the engine; effects are carried out at once, answers come later. */
  dispatch(event: EngineEvent): void {
    this.#queue.push(event);
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift())
      for (const effect of this.parts.engine.take(next)) this.#perform(effect);
    this.#isDispatching = false;
    this.#wakeWatchers();
  }

  #perform(effect: Effect): void {
    const { signal } = this.#work;
    switch (effect.kind) {
      case 'report':
        return this.#start(() => this.#report(effect, signal));
      case 'execute':
        return this.#start(() => this.#execute(effect.execution, signal));
      case 'acknowledge':
        return this.#start(() => this.#acknowledge(effect, signal));
      case 'flush':
        return this.#start(() => this.#flush(effect, signal));
      case 'seek':
        return this.#reader.seek(effect.from);
      case 'status-changed':
        return this.#status.changed();
      case 'tell':
        if (effect.progress.kind === 'caught-up') this.#isCaughtUp = true;
        return this.parts.events.emit(effect.progress);
      case 'stop':
        return this.#stop(effect.error);
      default:
        return this.#performRest(effect, signal);
    }
  }

  #performRest(
    effect: EffectOf<'acknowledge-again' | 'fail' | 'add-table' | 'remove-table' | 'look-up'>,
    signal: AbortSignal,
  ): void {
    const { client, session, tables } = this.parts;
    switch (effect.kind) {
      case 'acknowledge-again': {
        const { table, revision } = effect;
        return this.#start(async () => {
          await session.call(signal, (own) =>
            client.acknowledgeShardOperation({ session: own, table, revision }, signal),
          );
        });
      }
      case 'fail':
        return this.#start(() => this.#fail(effect, signal));
      case 'add-table':
        return this.#changeTables(effect.key, 'table-added', () =>
          session.call(signal, (own) => tables.add(own, effect, signal)),
        );
      case 'remove-table':
        return this.#changeTables(effect.key, 'table-removed', () =>
          session.call(signal, (own) => tables.remove(own, effect.table, signal)),
        );
      case 'look-up':
        return this.#start(() => this.#lookUp(effect, signal));
      default:
        unreachable(effect);
    }
  }

  #changeTables(key: string, kind: 'table-added' | 'table-removed', change: () => Promise<void>): void {
    this.#membership = this.#membership.then(change);
    const done = this.#membership;
    this.#start(async () => {
      await done;
      this.dispatch({ kind, key });
    });
  }

  async #report(effect: EffectOf<'report'>, signal: AbortSignal): Promise<void> {
    const { client, session } = this.parts;
    const { order, table, target, ddls, attempt, createTableBefore, collation } = effect;
    try {
      const { lockId, revision } = await traced('lockstep.report', { 'lockstep.ddl': ddls.join('; ') }, () =>
        session.call(signal, (own) => {
          if (table === null) return client.reportShardSourceInfo({ session: own, target, ddls, attempt }, signal);
          const defaults = collation === null ? {} : { defaultCollation: collation };
          const input = { session: own, table, target, ddls, attempt, createTableBefore, ...defaults };
          return client.reportShardInfo(input, signal);
        }),
      );
      this.dispatch({ kind: 'reported', order, lockId, revision });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.dispatch({ kind: 'report-refused', order, error });
    }
  }

  async #execute(execution: Execution, signal: AbortSignal): Promise<void> {
    try {
      await this.#executor.execute(execution, signal);
      this.dispatch({ kind: 'executed', id: execution.id });
    } catch (error) {
      if (!(error instanceof LockstepError) || !['PLUGIN_FAILED', 'PLUGIN_SILENT'].includes(error.code)) throw error;
      this.dispatch({ kind: 'execution-failed', id: execution.id, error });
    }
  }

  async #acknowledge({ order, table, revision }: EffectOf<'acknowledge'>, signal: AbortSignal): Promise<void> {
    const { client, session } = this.parts;
    try {
      const answer = await session.call(signal, (own) =>
        client.acknowledgeShardOperation({ session: own, table, revision }, signal),
      );
      if (answer.kind === 'superseded') this.dispatch({ kind: 'superseded', order, operation: answer.operation });
      else this.dispatch({ kind: 'acknowledged', order, outcome: answer.outcome });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.dispatch({ kind: 'acknowledge-refused', order, error });
    }
  }

  async #fail({ table, revision, reason }: EffectOf<'fail'>, signal: AbortSignal): Promise<void> {
    const { client, session } = this.parts;
    try {
      await session.call(signal, (own) =>
        client.failShardOperation({ session: own, table, revision, reason, retryable: false }, signal),
      );
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'OPERATION_NOT_FOUND') throw error;
    }
  }

  async #flush({ changes, checkpoint }: EffectOf<'flush'>, signal: AbortSignal): Promise<void> {
    await this.#flusher.flush(changes, checkpoint, signal);
    this.dispatch({ kind: 'flushed' });
  }

  async #lookUp({ key, table, position }: EffectOf<'look-up'>, signal: AbortSignal): Promise<void> {
    const { upstream, timing, limits } = this.parts.settings;
    const call = { plugin: 'upstream', call: 'createTable', timeoutMs: limits.pluginTimeoutMs } as const;
    const createTable = await callPlugin(timing, call, signal, () => upstream.createTable(table, position));
    checkCreateTable(createTable, table);
    this.dispatch({ kind: 'looked-up', key, createTable });
  }

  async #receive(signal: AbortSignal): Promise<void> {
    const { client, settings, session, events } = this.parts;
    const { task, source } = settings;
    const current = (): ShardOperationsVariables => ({ task, source, ...session.place });
    const lost = (reason: string): void => events.emit({ kind: 'disconnected', reason });
    for await (const operation of client.shardOperations(current, signal, lost))
      this.dispatch({ kind: 'operation', operation });
  }

  async #tick(signal: AbortSignal): Promise<void> {
    const { timing, limits } = this.parts.settings;
    while (!signal.aborted) {
      await pause(timing, limits.checkpointEveryMs, signal);
      this.dispatch({ kind: 'tick' });
    }
  }

  /** Work in the background; what it throws is final, unless everything has been stopped. */
  #start(work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        if (!this.#work.signal.aborted) this.#stop(asLockstepError(error));
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** End the reading; the first error counts. */
  #stop(error: LockstepError | null): void {
    if (!this.#reading.signal.aborted) {
      this.#error = error;
      this.#reading.abort(new Error('the worker stops'));
    }
    this.#wakeWatchers();
  }

  #wakeWatchers(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Wait for what has begun, but not too long; then store where it stands and cut the rest off. */
  async #drain(): Promise<void> {
    const { engine, settings } = this.parts;
    const { timing, limits } = settings;
    let isLate = false;
    const stop = timing.after(limits.drainMs, () => {
      isLate = true;
      this.#wakeWatchers();
    });
    this.dispatch({ kind: 'stopping' });
    await this.#until(() => isLate || !engine.isBusy || this.#isBroken());
    const leaving = new AbortController();
    const stopLeaving = timing.after(LEAVE_TIMEOUT_MS, () => leaving.abort(new Error('no answer in time')));
    await this.#leave(leaving.signal);
    stopLeaving();
    await this.#until(() => isLate || this.#hasRead);
    stop();
    this.#work.abort(new Error('the worker has stopped'));
    await Promise.allSettled(this.#running);
  }

  async #leave(signal: AbortSignal): Promise<void> {
    await this.#tellFailure(signal);
    if (this.#isBroken()) return;
    await this.parts.session.leave(signal).catch((error: unknown) => {
      this.parts.settings.logger.warn({ reason: String(error) }, 'could not leave; the lease ends by itself');
    });
  }

  /** The last thing that people are shown of a worker that ends because of an error is that error. */
  async #tellFailure(signal: AbortSignal): Promise<void> {
    const error = this.#error;
    if (error === null || error.code === 'STALE_SESSION') return;
    await this.#status.report(signal).catch((reason: unknown) => {
      this.parts.settings.logger.warn({ reason: String(reason) }, 'could not tell why the worker ends');
    });
  }

  /** Nobody can wait for what a broken plugin or a lost session would have done. */
  #isBroken(): boolean {
    return (
      this.#error !== null &&
      ['PLUGIN_FAILED', 'PLUGIN_SILENT', 'PACKET_TOO_LARGE', 'STALE_SESSION'].includes(this.#error.code)
    );
  }

  /** Wait until a condition of the engine, or of the stopping, holds. */
  #until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const watcher = (): void => {
        if (!condition()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }

  #delayMs(): number | null {
    if (this.#isCaughtUp) return 0;
    return this.#atMs === null ? null : Math.max(0, this.parts.settings.timing.wallMs() - this.#atMs);
  }
}

/** How long the server may take to let the worker go, in milliseconds. */
const LEAVE_TIMEOUT_MS = 2_000;

/** What the server refuses for this one message, so that others may still go on. */
function isRefusal(error: unknown): error is LockstepError {
  return (
    error instanceof LockstepError &&
    !['STALE_SESSION', 'UNAUTHENTICATED', 'FORBIDDEN', 'PROTOCOL_BROKEN', 'TASK_NOT_FOUND', 'READ_ONLY'].includes(
      error.code,
    )
  );
}
