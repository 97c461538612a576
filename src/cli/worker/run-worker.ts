import { setMaxListeners } from 'node:events';
import { ShardWorker } from '../../../sdk';
import type { Logger } from '../../../sdk';
import { asLockstepError } from '../../../sdk/worker/as-lockstep-error';
import { LockstepError } from '../../core/model/error';
import { makePlugins } from './plugins';
import { progressLine } from './progress-line';
import { readWorkerFile } from './worker-file';
import type { WorkerSection } from './worker-file';

/** What workers have of the process. */
export interface WorkerIo {
  /** Progress, one line an event. */
  readonly write: (text: string) => void;
  readonly nowMs: () => number;
  /** Aborted when the workers shall stop. */
  readonly interrupted: AbortSignal;
}

/**
 * Run the workers of a file until they are interrupted, then stop in order. One that ends takes no other with it.
 * @throws LockstepError of the file; of `ShardWorker.create` and of `run`, when all workers have ended: of several the
 *   first, with what befell each in its message
 */
export async function runWorkers(file: string, io: WorkerIo): Promise<void> {
  const sections = readWorkerFile(file);
  const [only] = sections;
  if (sections.length === 1 && only !== undefined) return runWorker(only, io, '');
  setMaxListeners(0, io.interrupted);
  const failures: LockstepError[] = [];
  await Promise.all(
    sections.map(async (section) => {
      const name = `${section.options.task}/${section.options.source}`;
      await runWorker(section, io, `[${name}] `).catch((error: unknown) => {
        const { code, message, fields } = asLockstepError(error);
        failures.push(new LockstepError(code, `${name}: ${message}`, fields));
        writeLine(io, `[${name}] failed ${code} ${JSON.stringify(message)}`);
      });
    }),
  );
  const [first] = failures;
  if (first === undefined) return;
  const told = failures.map(({ message }) => message).join('; ');
  throw new LockstepError(first.code, `${failures.length} of ${sections.length} workers failed: ${told}`, first.fields);
}

/** @param prefix of each line, which tells the workers of a process apart */
async function runWorker(section: WorkerSection, io: WorkerIo, prefix: string): Promise<void> {
  const log =
    (level: string) =>
    (fields: object, message: string): void =>
      writeLine(io, `${prefix}${level} ${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { info: log('info'), warn: log('warn'), error: log('error') };
  for (;;) {
    const worker = await ShardWorker.create({ ...section.options, ...(await makePlugins(section, logger)), logger });
    worker.events.onAny((event) => writeLine(io, `${prefix}${progressLine(event)}`));
    try {
      await worker.run({ signal: io.interrupted });
      return;
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'UPSTREAM_CHANGED') throw error;
      logger.warn({ reason: error.message }, 'nothing is copied yet; the worker begins anew');
    }
  }
}

function writeLine({ write, nowMs }: WorkerIo, text: string): void {
  write(`${new Date(nowMs()).toISOString()} ${text}\n`);
}
