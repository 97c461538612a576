import type { PlayedTable } from './played-worker';
import { DdlWriter } from './played-schema';
import type { PlayedDdl } from './played-schema';

/**
 * A rollout that goes on round after round until it is ended; then every table ends with the round that the fastest one
 * is in, so that all of them have met the same DDLs.
 */
export class EndlessRollout {
  readonly target: { readonly schema: string; readonly table: string };
  readonly #writer: DdlWriter;
  #begun = 0;
  #last = Infinity;

  constructor(
    readonly task: string,
    private readonly tables: number,
  ) {
    this.target = { schema: 'shop', table: `orders_${task}` };
    this.#writer = new DdlWriter(this.target);
  }

  /** The tables of one source. */
  tablesOf(): PlayedTable[] {
    const script = { [Symbol.iterator]: () => this.#rounds() };
    return Array.from({ length: this.tables }, (_, table) => ({ name: `t_${table}`, script }));
  }

  /** Begin no more rounds. */
  end(): void {
    this.#last = this.#begun;
  }

  /** Whether no more rounds begin. */
  get hasEnded(): boolean {
    return this.#last !== Infinity;
  }

  /** Every DDL of the rounds that were begun, in their order. */
  get ddls(): string[] {
    return Array.from({ length: this.#begun + 1 }, (_, round) => this.#round(round).map(({ text }) => text)).flat();
  }

  *#rounds(): Generator<PlayedDdl> {
    for (let round = 0; round <= this.#last; round += 1) {
      this.#begun = Math.max(this.#begun, round);
      yield* this.#round(round);
    }
  }

  #round(round: number): PlayedDdl[] {
    return [
      this.#writer.addColumn(`a_${round}`, 'INT'),
      this.#writer.modifyColumn('note', `VARCHAR(${30 + round})`),
      this.#writer.dropColumn(`a_${round}`),
    ];
  }
}
