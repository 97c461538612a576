import { EmbeddedStore } from '../../src/adapters/embedded/embedded-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { STARTS_FROM } from '../../src/coordinator/starts-from';
import type { CoordinatorState } from '../../src/core/state/coordinator-state';
import { LOCKSTEP_LEADER_KEY } from '../../src/core/wire/lockstep-keys';
import { GraphqlServer } from '../../src/graphql/graphql-server';
import { SilentLogger } from '../support/silent-logger';

/** A store that several servers of a test have. */
export interface SharedStore {
  readonly store: EmbeddedStore;
  /** How long a leader that is silent stays one, in milliseconds. */
  readonly leaseMs: number;
}

/** A server whose state a test can look at; it can be stopped and started again on the same store and port. */
export class ServerInProcess {
  readonly logger = new SilentLogger();
  #running: { readonly store: EmbeddedStore; readonly coordinator: Coordinator; readonly api: GraphqlServer } | null =
    null;
  #port = 0;

  /** @param where a directory for this server alone, or a store that stays open when it stops */
  constructor(private readonly where: string | SharedStore) {}

  /** Where GraphQL is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/graphql`;
  }

  get isLeading(): boolean {
    return this.#running?.coordinator.phase === 'leading';
  }

  /** Take the leadership away from whoever leads, as the end of its lease does. */
  async overthrow(): Promise<void> {
    await this.#running?.store.txn({ compares: [], then: [{ kind: 'delete', key: LOCKSTEP_LEADER_KEY }] });
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
    const shared =
      typeof this.where === 'string'
        ? { store: await EmbeddedStore.open(this.where, clock, { keepFrom: STARTS_FROM }) }
        : this.where;
    const { store } = shared;
    const coordinator = await Coordinator.start({ ...shared, clock, logger });
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
    if (typeof this.where === 'string') await running.store.close();
  }
}
