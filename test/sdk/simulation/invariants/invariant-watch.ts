import { parseRevision } from '../../../../src/core/model/revision';
import type { Batch } from '../../../../src/core/model/store';
import { CoordinatorState } from '../../../../src/core/state/coordinator-state';
import { EMBEDDED_RETENTION } from '../../../../src/core/state/retention';
import { step } from '../../../../src/core/step';
import type { Store } from '../../../../src/ports/store';
import type { Ledger } from '../../../end-to-end/ledger';
import { lostAcknowledgements, lostReports } from '../../../end-to-end/lost-answers';
import { dumpState } from '../../../end-to-end/state-dump';
import { AnsweredOrWaiting } from './answered-or-waiting';
import { GuardedRemoval } from './guarded-removal';
import type { Invariant } from './invariant';
import { OneExecutor } from './one-executor';
import { OneWriter } from './one-writer';
import { SaidOnce } from './said-once';
import { WideEnough } from './wide-enough';

/** How much is told of what is wrong. */
const MOST = 10;

/** Reads all that a server stores, and looks after each revision whether what must always hold still does. */
export class InvariantWatch {
  /** What was wrong, in words. */
  readonly wrong: string[] = [];
  readonly #invariants: readonly Invariant[];
  readonly #state = new CoordinatorState({ operationsPerWrite: 126 }, EMBEDDED_RETENTION);
  readonly #batches: Batch[] = [];
  readonly #stop = new AbortController();

  /** @param createTable of the downstream table */
  constructor(createTable: string) {
    this.#invariants = [
      new OneExecutor(),
      new WideEnough(createTable),
      new AnsweredOrWaiting(),
      new SaidOnce(),
      new GuardedRemoval(),
      new OneWriter(),
    ];
  }

  /** Look at everything that is stored, from the first revision on, until the end. */
  follow(store: Store): void {
    this.#read(store).catch((error: unknown) => this.wrong.push(`nobody looks any more: ${describe(error)}`));
  }

  /** Look no longer. */
  end(): void {
    this.#stop.abort();
  }

  /** Whether a server, which may have been started again, has the state that the changes give; they have read the same. */
  compareWith(state: CoordinatorState): void {
    if (state.revision !== this.#state.revision) {
      this.#tell(`a server is at revision ${state.revision}, its store at ${this.#state.revision}`);
      return;
    }
    const [lived, folded] = [state, this.#state].map((each) =>
      Object.entries({ ...dumpState(each), obligations: null }),
    );
    for (const [place, [name, value]] of (lived ?? []).entries()) {
      const [here, there] = [value, folded?.[place]?.[1]].map((each) => JSON.stringify(each));
      if (here !== there) this.#tell(`${name} of a server aren't what its changes give: ${here}\n instead of ${there}`);
    }
  }

  /** Whether everything that a server has answered is stored. */
  checkAnswers({ reports, acknowledgements }: Ledger): void {
    for (const lost of lostReports(this.#batches, reports)) this.#tell(`a report was lost: ${JSON.stringify(lost)}`);
    for (const lost of lostAcknowledgements(this.#batches, acknowledgements))
      this.#tell(`an acknowledgement was lost: ${JSON.stringify(lost)}`);
  }

  /** Look at the next changes. */
  take(batch: Batch): void {
    this.#batches.push(batch);
    const seen = { batch, state: this.#state };
    for (const invariant of this.#invariants) invariant.before?.(seen);
    step(this.#state, { kind: 'batch', batch, nowMs: 0 });
    for (const invariant of this.#invariants)
      for (const words of invariant.after(seen))
        this.#tell(`revision ${batch.revision}: ${invariant.name}: that doesn't hold: ${words}`);
  }

  async #read(store: Store): Promise<void> {
    for await (const batch of store.watch([''], parseRevision(1), this.#stop.signal))
      if (batch.changes.length > 0) this.take(batch);
  }

  #tell(words: string): void {
    if (this.wrong.length < MOST) this.wrong.push(words);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
}
