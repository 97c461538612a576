import { createRequire } from 'node:module';
import type * as EtcdRoom from './adapters/etcd/etcd-store';
import type { EtcdOptions } from './adapters/etcd/etcd-options';
import { EmbeddedStore } from './adapters/embedded/embedded-store';
import { MemoryStore } from './adapters/memory/memory-store';
import { SystemClock } from './adapters/system/system-clock';
import { Coordinator } from './coordinator/coordinator';
import { invariant, unreachable } from './core/model/invariant';
import { openAuthenticator } from './identity/auth-config';
import { OpenAuthenticator } from './identity/open-authenticator';
import { GraphqlServer } from './graphql/graphql-server';
import type { Limits } from './graphql/limits/limits';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import type { Store } from './ports/store';

/** Where the state is kept. */
export type StoreChoice =
  /** A directory of this process. */
  | { readonly kind: 'embedded'; readonly directory: string }
  /** This process only; gone when it ends. */
  | { readonly kind: 'memory' }
  | EtcdChoice;

/** In an etcd, for several servers, of which one leads. */
export interface EtcdChoice {
  readonly kind: 'etcd';
  readonly options: EtcdOptions;
}

/** How a server runs. */
export interface ServerOptions {
  readonly store: StoreChoice;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly logger: Logger;
  /** How much is taken, where it isn't the default. */
  readonly limits?: Partial<Limits>;
  /** A file that says who clients are (README of `src/identity`); absent: nobody has to say it. */
  readonly authFile?: string;
  /** On etcd: how long a leader that is silent stays one, in milliseconds; 10 s if absent. */
  readonly leaseMs?: number;
  /** Whether browsers get a page for trying requests out; for development. */
  readonly playground?: boolean;
}

/** How long others wait for a leader that is silent unless configured, in milliseconds. */
const LEASE_MS = 10_000;

/** A server that runs. */
export interface RunningServer {
  /** Where GraphQL is, for example `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  readonly port: number;
  /** Close subscriptions, finish requests and writes, close the store; the same end for every caller. */
  stop(): Promise<void>;
}

/**
 * The composition root: a store, the coordinator on it, and the API in front of it. What was started is stopped again if
 * a later part can't start.
 * @throws LockstepError INVALID_INPUT for an address that can't be listened on; of the store and the coordinator, what
 *   they say when they can't start
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { logger, host } = options;
  const clock = new SystemClock();
  const store = await openStore(options.store, clock);
  const parts: (() => Promise<void>)[] = [() => store.close()];
  try {
    const storeKind = options.store.kind;
    const election = storeKind === 'etcd' ? { leaseMs: options.leaseMs ?? LEASE_MS } : {};
    const coordinator = await Coordinator.start({ store, clock, logger, storeKind, ...election });
    parts.unshift(() => coordinator.stop());
    const { authFile } = options;
    const authenticator =
      authFile === undefined ? new OpenAuthenticator() : await openAuthenticator(authFile, clock, logger);
    parts.unshift(() => {
      authenticator.close();
      return Promise.resolve();
    });
    const api = await GraphqlServer.start({ ...options, service: coordinator, authenticator });
    parts.unshift(() => {
      // A request that waits for a person's action would hold up the stop.
      coordinator.endWaits();
      return api.stop();
    });
    const { port } = api.address;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/graphql`;
    let stopping: Promise<void> | null = null;
    return { url, port, stop: () => (stopping ??= stopAll(parts)) };
  } catch (error) {
    await stopAll(parts);
    throw error;
  }
}

async function openStore(choice: StoreChoice, clock: Clock): Promise<Store> {
  switch (choice.kind) {
    case 'embedded':
      return await EmbeddedStore.open(choice.directory, clock);
    case 'memory':
      return new MemoryStore(clock);
    case 'etcd': {
      const { EtcdStore } = loadEtcd();
      return await EtcdStore.open(choice.options, clock);
    }
    default:
      return unreachable(choice);
  }
}

/** Most servers have no etcd, so its client isn't loaded with the rest. */
function loadEtcd(): typeof EtcdRoom {
  const loaded: unknown = createRequire(__filename)('./adapters/etcd/etcd-store');
  invariant(isEtcdRoom(loaded), 'the room of etcd has its store');
  return loaded;
}

function isEtcdRoom(loaded: unknown): loaded is typeof EtcdRoom {
  return typeof loaded === 'object' && loaded !== null && 'EtcdStore' in loaded;
}

async function stopAll(parts: readonly (() => Promise<void>)[]): Promise<void> {
  for (const stop of parts) await stop();
}
