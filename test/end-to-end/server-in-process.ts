import { EmbeddedStore } from '../../src/adapters/embedded/embedded-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { STARTS_FROM } from '../../src/coordinator/starts-from';
import type { CoordinatorState } from '../../src/core/state/coordinator-state';
import { GraphqlServer } from '../../src/graphql/graphql-server';
import { SilentLogger } from '../support/silent-logger';

/** A server whose state a test can look at; it can be stopped and started again on the same directory and port. */
export class ServerInProcess {
  readonly logger = new SilentLogger();
  #running: { readonly store: EmbeddedStore; readonly coordinator: Coordinator; readonly api: GraphqlServer } | null =
    null;
  #port = 0;

  constructor(private readonly directory: string) {}

  /** Where GraphQL is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/graphql`;
  }

  /** What the server knows now. */
  get state(): CoordinatorState {
    if (this.#running === null) throw new Error('the server does not run');
    return this.#running.coordinator.state;
  }

  /** Start, unless it was stopped for good. */
  async start(): Promise<void> {
    const { logger } = this;
    const clock = new SystemClock();
    const store = await EmbeddedStore.open(this.directory, clock, { keepFrom: STARTS_FROM });
    const coordinator = await Coordinator.start({ store, clock, logger });
    const api = await GraphqlServer.start({ service: coordinator, logger, host: '127.0.0.1', port: this.#port });
    this.#port = api.address.port;
    this.#running = { store, coordinator, api };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (running === null) return;
    await running.api.stop();
    await running.coordinator.stop();
    await running.store.close();
  }
}
