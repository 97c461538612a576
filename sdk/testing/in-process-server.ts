import { randomUUID } from 'node:crypto';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { Coordinator } from '../../src/coordinator/coordinator';
import { ANYBODY } from '../../src/core/model/identity';
import type { CoordinatorState } from '../../src/core/state/coordinator-state';
import { buildShardSchema } from '../../src/graphql/schema';
import type { RequestContext } from '../../src/graphql/request-context';
import type { Logger as CoordinatorLogger } from '../../src/ports/logger';
import type { Store } from '../../src/ports/store';
import type { Transport } from '../client/transport';
import type { Logger } from '../logger';
import { silentLogger } from '../logger';
import type { Timing } from '../timing';
import { systemTiming } from '../timing';
import { InProcessTransport } from './in-process-transport';
import { KillableClock } from './killable-clock';
import { KillableStore } from './killable-store';

/** How a server in the process runs. */
export interface InProcessServerOptions {
  /** Time of the coordinator; that of the process if absent. */
  readonly timing?: Timing;
  readonly logger?: Logger;
  /** What a killed and restarted server goes on with; a new one in memory if absent. */
  readonly store?: Store;
}

interface RunningCoordinator {
  readonly coordinator: Coordinator;
  readonly store: KillableStore;
  readonly clock: KillableClock;
  /** Another one after each restart. */
  readonly id: string;
}

/** The schema is built once: it costs more than a test. */
let schema: ReturnType<typeof buildShardSchema> | null = null;

/**
 * A coordinator in the process, asked through the real GraphQL schema, without a socket. It can be killed, and goes on with
 * what was stored when it is started again; connections are lost as they are with a real one.
 */
export class InProcessServer {
  readonly #store: Store;
  readonly #timing: Timing;
  readonly #logger: Logger;
  #running: RunningCoordinator | null = null;
  readonly #transports = new Set<InProcessTransport>();

  private constructor({ timing = systemTiming, logger = silentLogger, store }: InProcessServerOptions) {
    this.#timing = timing;
    this.#logger = logger;
    this.#store = store ?? new MemoryStore(timing);
  }

  static async start(options: InProcessServerOptions = {}): Promise<InProcessServer> {
    const server = new InProcessServer(options);
    await server.restart();
    return server;
  }

  /** What the coordinator knows; null while it isn't running. */
  get state(): CoordinatorState | null {
    return this.#running?.coordinator.state ?? null;
  }

  /** What is stored, whoever runs. */
  get store(): Store {
    return this.#store;
  }

  /** A connection to this server, for workers and clients; it outlives the server's restarts. */
  connect(): Transport {
    const transport = new InProcessTransport(
      () => this.#context(),
      () => this.#running?.id ?? null,
      (schema ??= buildShardSchema()),
    );
    this.#transports.add(transport);
    return transport;
  }

  /** End at once, as by kill -9: what is under way is lost, connections break, and what was stored stays. */
  kill(): void {
    this.#running?.store.kill();
    this.#running?.clock.kill();
    this.#running = null;
    for (const transport of this.#transports) transport.breakAll('the server was killed');
  }

  /** Start again, after `kill` or for the first time. */
  async restart(): Promise<void> {
    this.kill();
    const store = new KillableStore(this.#store);
    const clock = new KillableClock(this.#timing);
    const coordinator = await Coordinator.start({ store, clock, logger: coarse(this.#logger) });
    this.#running = { coordinator, store, clock, id: randomUUID() };
  }

  /** Stop in order. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    for (const transport of this.#transports) transport.breakAll('the server stops');
    await running?.coordinator.stop();
    await this.#store.close();
  }

  #context(): RequestContext | null {
    if (this.#running === null) return null;
    const { coordinator } = this.#running;
    const audit = (fields: object, message: string): void => this.#logger.warn(fields, message);
    return { service: coordinator, identity: ANYBODY, actor: ANYBODY.actor, audit };
  }
}

/** Authors of workers read nothing of each table of the coordinator. */
function coarse(logger: Logger): CoordinatorLogger {
  return {
    debug: () => undefined,
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
