import { ShardWorker } from '../../../sdk';
import type { Logger } from '../../../sdk';
import { makePlugins } from './plugins';
import { progressLine } from './progress-line';
import { readWorkerFile } from './worker-file';

/** What a worker has of the process. */
export interface WorkerIo {
  /** Progress, one line an event. */
  readonly write: (text: string) => void;
  readonly nowMs: () => number;
  /** Aborted when the worker shall stop. */
  readonly interrupted: AbortSignal;
}

/**
 * Run the worker of a file until it is interrupted, then stop in order.
 * @throws LockstepError of the file, of `ShardWorker.create` and of `run`
 */
export async function runWorker(file: string, { write, nowMs, interrupted }: WorkerIo): Promise<void> {
  const config = readWorkerFile(file);
  const line = (text: string): void => write(`${new Date(nowMs()).toISOString()} ${text}\n`);
  const log =
    (level: string) =>
    (fields: object, message: string): void =>
      line(`${level} ${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { info: log('info'), warn: log('warn'), error: log('error') };
  const worker = await ShardWorker.create({ ...config.options, ...(await makePlugins(config, logger)), logger });
  worker.events.onAny((event) => line(progressLine(event)));
  await worker.run({ signal: interrupted });
}
