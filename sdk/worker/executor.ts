import { LockstepError } from '../../src/core/model/error';
import type { LockstepClient } from '../client/client';
import { Pauses, isAborted, pause } from '../client/pauses';
import type { Execution } from '../engine/effects';
import type { ExecutionResult } from '../plugin';
import { callPlugin } from './plugin-call';
import { readResult } from './plugin-door';
import type { WorkerSession } from './session';
import { traced } from '../telemetry';
import type { WorkerEvents } from './worker-event';
import { interceptedExecute } from './worker-interceptor';
import type { Execute } from './worker-interceptor';
import type { WorkerSettings } from './worker-options';

/** How often the coordinator is told that an execution goes on, in milliseconds. */
const EXTEND_EVERY_MS = 5_000;

/** Executes statements downstream, until they are done, already done, or failed for good. */
export class Executor {
  readonly #execute: Execute;

  constructor(
    private readonly settings: WorkerSettings,
    private readonly client: LockstepClient,
    private readonly session: WorkerSession,
    private readonly events: WorkerEvents,
  ) {
    const { downstream, interceptors = [] } = settings;
    this.#execute = interceptedExecute(interceptors, (ddl, context) => downstream.execute(ddl, context));
  }

  /** @throws LockstepError PLUGIN_FAILED, PLUGIN_SILENT: it has failed for good; the signal's reason */
  async execute(execution: Execution, signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const working = AbortSignal.any([signal, ended.signal]);
    const extending = execution.revision === null ? null : this.#extend(execution, execution.revision, working);
    try {
      for (const [index, ddl] of execution.ddls.entries()) await this.#executeOne(ddl, index, execution, signal);
    } finally {
      ended.abort(new Error('the execution has ended'));
      await extending;
    }
  }

  async #executeOne(ddl: string, index: number, execution: Execution, signal: AbortSignal): Promise<void> {
    const pauses = new Pauses(this.settings.timing);
    for (;;) {
      const result = await this.#attempt(ddl, index, execution, signal);
      if (result.kind !== 'failed') return;
      const { reason, retryable } = result;
      if (!retryable) throw new LockstepError('PLUGIN_FAILED', `downstream: ${reason}`, { plugin: 'downstream', ddl });
      this.events.emit({ kind: 'plugin-failed', plugin: 'downstream', reason });
      if (execution.revision !== null) await this.#tellFailure(execution, execution.revision, reason, signal);
      await pauses.wait(signal);
    }
  }

  /** What throws may be tried again; what doesn't answer may still be at work, so a second attempt could harm. */
  async #attempt(
    ddl: string,
    index: number,
    { key, revision, target }: Execution,
    signal: AbortSignal,
  ): Promise<ExecutionResult> {
    const { timing, limits } = this.settings;
    const call = { plugin: 'downstream', call: 'execute', timeoutMs: limits.executeTimeoutMs } as const;
    try {
      const result = await traced(
        'lockstep.execute',
        { 'lockstep.ddl': ddl, 'lockstep.revision': revision ?? '' },
        () =>
          callPlugin(timing, call, signal, (ended) =>
            this.#execute(ddl, { key: `${key}/${index}`, revision, target, signal: ended }),
          ),
      );
      return readResult(result);
    } catch (error) {
      if (isAborted(signal) || !(error instanceof LockstepError) || error.code !== 'PLUGIN_FAILED') throw error;
      return { kind: 'failed', reason: error.message, retryable: true };
    }
  }

  /** A lost one needs no retry (PROTOCOL 6.6). */
  async #extend({ table }: Execution, revision: string, signal: AbortSignal): Promise<void> {
    const { timing, logger } = this.settings;
    while (!isAborted(signal)) {
      try {
        await pause(timing, EXTEND_EVERY_MS, signal);
        await this.session.call(signal, (session) =>
          this.client.extendShardOperation({ session, table, revision }, signal),
        );
      } catch (error) {
        if (!isAborted(signal)) logger.warn({ reason: String(error) }, 'could not tell that an execution goes on');
      }
    }
  }

  async #tellFailure({ table }: Execution, revision: string, reason: string, signal: AbortSignal): Promise<void> {
    try {
      await this.session.call(signal, (session) =>
        this.client.failShardOperation({ session, table, revision, reason, retryable: true }, signal),
      );
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'OPERATION_NOT_FOUND') throw error;
    }
  }
}
