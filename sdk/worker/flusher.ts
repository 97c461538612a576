import { LockstepError } from '../../src/core/model/error';
import { Pauses } from '../client/pauses';
import type { Checkpoint, RowChange } from '../plugin';
import { callPlugin } from './plugin-call';
import type { PluginCall } from './plugin-call';
import { traced } from '../telemetry';
import type { WorkerEvents } from './worker-event';
import { interceptedApply } from './worker-interceptor';
import type { Apply } from './worker-interceptor';
import type { WorkerSettings } from './worker-options';

/** Applies rows, then stores the checkpoint; each until it has worked, or too often failed. */
export class Flusher {
  readonly #apply: Apply;

  constructor(
    private readonly settings: WorkerSettings,
    private readonly events: WorkerEvents,
  ) {
    const { downstream, interceptors = [] } = settings;
    this.#apply = interceptedApply(interceptors, (changes, checkpoint) => downstream.apply(changes, checkpoint));
  }

  /** @throws LockstepError PLUGIN_FAILED, PLUGIN_SILENT; the signal's reason */
  async flush(changes: readonly RowChange[], checkpoint: Checkpoint | null, signal: AbortSignal): Promise<void> {
    const { downstream, checkpoints, source } = this.settings;
    const storesPositions = downstream.storesPositions === true;
    if (changes.length > 0 || (storesPositions && checkpoint !== null)) {
      await traced('lockstep.apply', { 'lockstep.changes': changes.length }, () =>
        this.#retry('downstream', 'apply', signal, () => this.#apply(changes, storesPositions ? checkpoint : null)),
      );
    }
    if (!storesPositions && checkpoint !== null && checkpoints !== undefined)
      await this.#retry('checkpoints', 'save', signal, () => checkpoints.save(source, checkpoint));
  }

  async #retry(
    plugin: PluginCall['plugin'],
    call: string,
    signal: AbortSignal,
    ask: () => Promise<void>,
  ): Promise<void> {
    const { timing, limits } = this.settings;
    const pauses = new Pauses(timing);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await callPlugin(timing, { plugin, call, timeoutMs: limits.pluginTimeoutMs }, signal, ask);
        return;
      } catch (error) {
        const isRetried = error instanceof LockstepError && error.code === 'PLUGIN_FAILED';
        if (signal.aborted || !isRetried || attempt >= limits.applyAttempts) throw error;
        this.events.emit({ kind: 'plugin-failed', plugin, reason: error.message });
        await pauses.wait(signal);
      }
    }
  }
}
