import { LockstepError } from '../core/model/error';
import type { TaskName, UpstreamTable } from '../core/model/names';
import type { CoordinatorEvent } from '../core/step';
import type { Clock } from '../ports/clock';
import type { DownstreamMetadata } from '../ports/downstream-metadata';
import type { Logger } from '../ports/logger';
import { hasEnded, pause } from './follower';
import { readCheckpoints } from './read-checkpoints';

/** How long a downstream that couldn't be read is left alone, in milliseconds. */
const RETRY_MS = 2_000;

/** What reading schemas needs. */
export interface SchemaReaderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: no downstream can be read. */
  readonly downstream?: DownstreamMetadata;
}

/** Reads table schemas from downstreams while this server leads, again and again until they can be read. */
export class SchemaReader {
  #leadership = new AbortController();

  /** @param tell told what was read, and what couldn't be */
  constructor(
    private readonly options: SchemaReaderOptions,
    private readonly tell: (event: CoordinatorEvent) => void,
  ) {}

  /** The tasks whose downstreams can be read. */
  get tasks(): ReadonlyMap<TaskName, string> {
    return this.options.downstream?.tasks ?? new Map();
  }

  /** This server leads. */
  begin(): void {
    this.end();
    this.#leadership = new AbortController();
  }

  /** This server doesn't lead any more: what is being read is of no use. */
  end(): void {
    this.#leadership.abort();
  }

  /** Read the schemas of these tables. */
  read(task: TaskName, tables: readonly UpstreamTable[]): void {
    const { downstream } = this.options;
    if (downstream !== undefined) void this.#read(downstream, task, tables, this.#leadership.signal);
  }

  async #read(
    downstream: DownstreamMetadata,
    task: TaskName,
    tables: readonly UpstreamTable[],
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, logger } = this.options;
    while (!signal.aborted) {
      try {
        const schemas = await readCheckpoints(downstream, task, tables);
        if (!hasEnded(signal)) this.tell({ kind: 'schemas', task, schemas, nowMs: clock.wallMs() });
        return;
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error;
        if (hasEnded(signal)) return;
        logger.warn({ task, code: error.code }, `schemas can't be read from the downstream: ${error.message}`);
        this.tell({ kind: 'schemas-failed', task, message: error.message });
        await pause(clock, RETRY_MS, signal);
      }
    }
  }
}
