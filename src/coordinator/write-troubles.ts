import type { Logger } from '../ports/logger';
import type { WriteTrouble } from './write-queue';

/** What keeps a leader from writing, for its log and for whoever asks whether it is ready. */
export class WriteTroubles {
  #trouble: WriteTrouble | null = null;

  constructor(private readonly logger: Logger) {}

  /** Said at first, and then ever more seldom. @param trouble null: it writes again */
  note(trouble: WriteTrouble | null): void {
    this.#trouble = trouble;
    if (trouble === null || !Number.isInteger(Math.log2(trouble.tries))) return;
    const { error, tries } = trouble;
    this.logger.warn({ code: error.code, tries }, `the leader can't write: ${error.message}`);
  }

  /** Why it can't write; a single failure is only a delay. */
  get reasons(): readonly string[] {
    if (this.#trouble === null || this.#trouble.tries === 1) return [];
    return [`the leader can't write: ${this.#trouble.error.message}`];
  }
}
