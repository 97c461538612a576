import type { Logger } from '../../ports/logger';
import { MutationRate } from './mutation-rate';

/** How many refusals of one identity are told one by one, a second. */
const TOLD_PER_SECOND = 20;

/** Of so many at once it is counted how often they weren't told. */
const MANY = 10_000;

/**
 * Keeps what was refused in the log, marked `audit`. Of an identity that is refused all the time some are told, and how
 * many were left out: whoever may do nothing can't fill the log either.
 */
export class RefusalAudit {
  readonly #rate: MutationRate;
  readonly #omitted = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    nowMs: () => number,
  ) {
    this.#rate = new MutationRate(TOLD_PER_SECOND, nowMs);
  }

  /** Something that somebody asked for was refused. */
  tell(who: string, refused: object, message: string): void {
    const omitted = this.#omitted.get(who) ?? 0;
    if (!this.#rate.admits(who)) {
      if (omitted > 0 || this.#omitted.size < MANY) this.#omitted.set(who, omitted + 1);
      return;
    }
    this.#omitted.delete(who);
    this.logger.warn({ audit: true, ...refused, ...(omitted === 0 ? {} : { omitted }) }, message);
  }
}
