import { LockstepError } from '../core/model/error';
import type { TaskName } from '../core/model/names';
import { tableKey } from '../core/model/table-key';
import type { TableKey } from '../core/model/table-key';
import type { WantedSchemas } from '../core/state/downstream-reading';
import type { Clock } from '../ports/clock';
import type { DownstreamMetadata } from '../ports/downstream-metadata';
import type { Logger } from '../ports/logger';
import { inTime } from './in-time';
import { readCheckpoints } from './read-checkpoints';

/** How long an observer waits for a downstream, in milliseconds: meanwhile it falls behind. */
const PATIENCE_MS = 2_000;

/** How long a downstream that didn't answer is left alone, in milliseconds. */
const REST_MS = 30_000;

/** What reading schemas for an observer needs. */
export interface ObservedSchemasOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly downstream: DownstreamMetadata;
}

/**
 * Reads schemas from downstreams for who only looks on. A wrong guess is told as a divergence at worst, so nothing waits for
 * long: a downstream that doesn't answer counts as one without checkpoints.
 */
export class ObservedSchemas {
  /** When each downstream that didn't answer is asked again. */
  readonly #restsUntilMs = new Map<TaskName, number>();

  constructor(private readonly options: ObservedSchemasOptions) {}

  /** The schemas that are wanted; null where there is no checkpoint, or nobody knows. */
  async read(wanted: readonly WantedSchemas[]): Promise<ReadonlyMap<TableKey, string | null>> {
    const all = await Promise.all(wanted.map((each) => this.#ofTask(each)));
    return new Map(all.flatMap((each) => [...each]));
  }

  async #ofTask({ task, tables }: WantedSchemas): Promise<Iterable<readonly [TableKey, string | null]>> {
    const { clock, logger, downstream } = this.options;
    if (clock.monotonicMs() >= (this.#restsUntilMs.get(task) ?? 0)) {
      try {
        return await inTime(clock, PATIENCE_MS, readCheckpoints(downstream, task, tables), () => {
          throw new LockstepError('DOWNSTREAM_UNAVAILABLE', `no answer within ${PATIENCE_MS} ms`, { task });
        });
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error;
        this.#restsUntilMs.set(task, clock.monotonicMs() + REST_MS);
        logger.warn({ task, code: error.code }, `schemas can't be read from the downstream: ${error.message}`);
      }
    }
    return tables.map((table) => [tableKey(task, table), null] as const);
  }
}
