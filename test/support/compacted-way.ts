import type { MemoryStore } from '../../src/adapters/memory/memory-store';
import { LockstepError } from '../../src/core/model/error';
import type { Revision } from '../../src/core/model/revision';
import type { Batch } from '../../src/core/model/store';
import type { Store } from '../../src/ports/store';

/** A way to a store on which watches can be held, and then end over a compaction: what came meanwhile is never shown. */
export class CompactedWay {
  #isHeld = false;
  #release: () => void = () => undefined;
  #held = Promise.resolve();

  constructor(private readonly store: MemoryStore) {}

  hold(): void {
    this.#isHeld = true;
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  compact(): void {
    this.#release();
  }

  asStore(): Store {
    const { store } = this;
    const watch = this.#watch.bind(this);
    return new Proxy<Store>(store, {
      get: (_target, name) => {
        const value: unknown = name === 'watch' ? watch : Reflect.get(store, name);
        return typeof value === 'function' ? (value.bind(store) as unknown) : value;
      },
    });
  }

  async *#watch(prefixes: readonly string[], from: Revision, signal: AbortSignal): AsyncGenerator<Batch> {
    for await (const batch of this.store.watch(prefixes, from, signal)) {
      if (this.#isHeld) {
        await this.#held;
        this.#isHeld = false;
        throw new LockstepError('STORE_COMPACTED', 'what was wanted is gone', { revision: from });
      }
      yield batch;
    }
  }
}
