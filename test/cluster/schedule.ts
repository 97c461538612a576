import type { SeededRandom } from '../support/seeded-random';
import type { Cluster } from './cluster';
import { FAULTS } from './faults';
import type { Fault } from './faults';

/** In one of so many times something else goes wrong at once. */
const TOGETHER = 3;

/** How long the others took to lead, after what, in milliseconds. */
export interface Takeover {
  readonly promised: NonNullable<Fault['takeover']>;
  readonly tookMs: number;
}

/** What goes wrong, in an order that the seed decides: everything once before anything again. */
export class Schedule {
  /** Where nothing else was wrong. */
  readonly takeovers: Takeover[] = [];
  /** What has happened, in order. */
  readonly happened: string[] = [];
  #deck: Fault[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly random: SeededRandom,
  ) {}

  /** Let the next thing, or the next two, go wrong, and heal. */
  async goOn(): Promise<void> {
    const first = this.#draw(() => true);
    const second = this.random.oneIn(TOGETHER) ? this.#draw(({ kind }) => kind !== first?.kind) : null;
    const faults = [first, second].filter((fault) => fault !== null);
    this.happened.push(...faults.map(({ name }) => name));
    const took = await Promise.all(faults.map(({ happen }) => happen(this.cluster, this.random.fork())));
    const [tookMs] = took;
    if (faults.length === 1 && first?.takeover != null && tookMs != null)
      this.takeovers.push({ promised: first.takeover, tookMs });
  }

  /** One of those that haven't happened in this round; null: none of them is wanted. */
  #draw(isWanted: (fault: Fault) => boolean): Fault | null {
    if (this.#deck.length === 0) this.#deck = [...FAULTS];
    const choices = this.#deck.filter(isWanted);
    if (choices.length === 0) return null;
    const drawn = this.random.pick(choices);
    this.#deck = this.#deck.filter((fault) => fault !== drawn);
    return drawn;
  }
}
