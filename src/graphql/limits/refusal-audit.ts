import type { Logger } from '../../ports/logger';
import { MutationRate } from './mutation-rate';

/** How many refusals of one identity are told one by one, a second. */
const TOLD_PER_SECOND = 20;

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

  /** A mutation of `actor` was refused. */
  tell(actor: string, refused: object, reason: string): void {
    const omitted = this.#omitted.get(actor) ?? 0;
    if (!this.#rate.admits(actor)) {
      this.#omitted.set(actor, omitted + 1);
      return;
    }
    this.#omitted.delete(actor);
    const left = omitted === 0 ? {} : { omitted };
    this.logger.warn({ audit: true, ...refused, ...left }, `a mutation was refused: ${reason}`);
  }
}
