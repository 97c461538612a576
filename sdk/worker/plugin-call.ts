import { LockstepError } from '../../src/core/model/error';
import { reasonOf } from '../client/pauses';
import type { Timing } from '../timing';

/** Which plugin, and what it is asked. */
export interface PluginCall {
  readonly plugin: 'upstream' | 'downstream' | 'checkpoints';
  readonly call: string;
  readonly timeoutMs: number;
}

/**
 * What a plugin answers.
 * @throws LockstepError PLUGIN_FAILED with its reason if it throws, PLUGIN_SILENT if it doesn't answer in time; the signal's
 *   reason if that aborts
 */
export async function callPlugin<T>(
  timing: Timing,
  { plugin, call, timeoutMs }: PluginCall,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const deadline = new AbortController();
  const fields = { plugin, call };
  const silent = new LockstepError('PLUGIN_SILENT', `${plugin}: ${call} didn't answer within ${timeoutMs} ms`, fields);
  const stop = timing.after(timeoutMs, () => deadline.abort(silent));
  const ended = AbortSignal.any([signal, deadline.signal]);
  let abort = (): void => undefined;
  const cut = new Promise<never>((_resolve, reject) => {
    abort = () => reject(reasonOf(ended));
    ended.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([ask(ended), cut]);
  } catch (error) {
    if (ended.aborted || error instanceof LockstepError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockstepError('PLUGIN_FAILED', `${plugin}: ${call} failed: ${reason}`, fields);
  } finally {
    stop();
    ended.removeEventListener('abort', abort);
  }
}
