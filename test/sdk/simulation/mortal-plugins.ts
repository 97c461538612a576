import type { DownstreamPlugin, UpstreamPlugin } from '../../../sdk';
import type { Transport } from '../../../sdk';

/** Something of a process that can be killed: then it does nothing more, and answers nobody. */
export class Mortality {
  readonly #dead = new AbortController();

  kill(): void {
    this.#dead.abort();
  }

  /** Whether it was killed, which may happen while one waits. */
  isDead(): boolean {
    return this.#dead.signal.aborted;
  }

  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.isDead()) return await never();
    const result = await work().catch((error: unknown) => {
      if (this.isDead()) return never();
      throw error;
    });
    return this.isDead() ? await never() : result;
  }
}

/**
 * A downstream whose worker may be killed between any two of its calls, and after one that was carried out.
 * @param lag what rows have to wait for before they are written
 */
export function mortalDownstream(inner: DownstreamPlugin, life: Mortality, lag: () => Promise<void>): DownstreamPlugin {
  return {
    storesPositions: true,
    execute: (ddl, context) => life.guard(() => inner.execute(ddl, context)),
    apply: async (changes, checkpoint) => {
      await life.guard(lag);
      await life.guard(() => inner.apply(changes, checkpoint));
    },
    loadPosition: () => life.guard(async () => (await inner.loadPosition?.()) ?? null),
    close: () => Promise.resolve(),
  };
}

/** An upstream that gives nothing any more once its worker is killed. */
export function mortalUpstream(inner: UpstreamPlugin, life: Mortality): UpstreamPlugin {
  return {
    tables: () => life.guard(() => inner.tables()),
    createTable: (table, position) => life.guard(() => inner.createTable(table, position)),
    async *read(from, signal) {
      for await (const event of inner.read(from, signal)) {
        if (life.isDead()) await never();
        yield event;
      }
    },
    compare: (a, b) => inner.compare(a, b),
    close: () => Promise.resolve(),
  };
}

/** A connection that carries nothing any more once its worker is killed. */
export function mortalTransport(inner: Transport, life: Mortality): Transport {
  return {
    request: (request, signal) => life.guard(() => inner.request(request, signal)),
    async *subscribe(request, signal) {
      for await (const payload of inner.subscribe(request, signal)) {
        if (life.isDead()) await never();
        yield payload;
      }
    },
    close: () => inner.close(),
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
