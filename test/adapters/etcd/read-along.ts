import { follow, snapshot } from '../../../src/coordinator/follower';
import type { Rebuilding } from '../../../src/coordinator/follower';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import type { Revision } from '../../../src/core/model/revision';
import type { Batch } from '../../../src/core/model/store';
import type { Store } from '../../../src/ports/store';

/** What a coordinator's follower was told, by everything that happened to its store. */
export class ReadAlong {
  readonly #batches: Batch[] = [];
  readonly #abort = new AbortController();
  #rebuilt = 0;
  #troubles = 0;
  #revision = 0;
  #keys = new Map<string, string>();
  #following: Promise<void> = Promise.resolve();
  #look: () => void = () => undefined;

  /** Follow a store from now on. */
  static async start(store: Store): Promise<ReadAlong> {
    const reader = new ReadAlong();
    const take = ({ changes }: Batch): void => {
      for (const change of changes) {
        if (change.kind === 'put') reader.#keys.set(change.key, change.value);
        else reader.#keys.delete(change.key);
      }
    };
    const target = {
      rebuild: (values: readonly { key: string; value: string }[], revision: Revision): Rebuilding => {
        reader.#rebuilt += 1;
        reader.#keys = new Map(values.map(({ key, value }) => [key, value]));
        return { apply: take, end: () => reader.#reach(revision) };
      },
      apply: (batch: Batch): void => {
        reader.#batches.push(batch);
        take(batch);
        reader.#reach(batch.revision);
      },
      report: (trouble: unknown): void => {
        if (trouble !== null) reader.#troubles += 1;
      },
    };
    const from = await snapshot(store, target);
    reader.#following = follow(store, new SystemClock(), target, reader.#abort.signal, from);
    return reader;
  }

  /** The revisions of all batches with changes, in the order they came. */
  get revisions(): number[] {
    return this.#batches.filter(({ changes }) => changes.length > 0).map(({ revision }) => revision);
  }

  get rebuilt(): number {
    return this.#rebuilt;
  }

  get troubles(): number {
    return this.#troubles;
  }

  /** What it takes to be stored. */
  get keys(): ReadonlyMap<string, string> {
    return this.#keys;
  }

  /** Resolves when it has come to a revision. */
  async reached(revision: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#look = () => {
        if (this.#revision >= revision) resolve();
      };
      this.#look();
    });
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#following;
  }

  #reach(revision: number): void {
    this.#revision = revision;
    this.#look();
  }
}
