import { Registry } from 'prom-client';
import type { EtcdOptions } from './adapters/etcd/etcd-options';
import { EmbeddedStore } from './adapters/embedded/embedded-store';
import { MemoryStore } from './adapters/memory/memory-store';
import { loadTracing } from './adapters/opentelemetry/open-telemetry';
import { PrometheusMetrics, showProcess } from './adapters/prometheus/prometheus-metrics';
import { PrometheusPage } from './adapters/prometheus/prometheus-page';
import { SystemClock } from './adapters/system/system-clock';
import { Coordinator } from './coordinator/coordinator';
import { STARTS_FROM } from './coordinator/starts-from';
import type { CoordinatorOptions } from './coordinator/coordinator';
import { MeasuredStore } from './coordinator/measured-store';
import { Observer } from './coordinator/observer';
import type { CoordinatorService } from './coordinator/service';
import { unreachable } from './core/model/invariant';
import { LOCAL_PROXIES } from './identity/remote-address';
import type { Proxies } from './identity/remote-address';
import { openAuthenticator } from './identity/auth-config';
import type { Authenticator } from './identity/authenticator';
import { checkExposure } from './identity/exposure';
import { OpenAuthenticator } from './identity/open-authenticator';
import { watchTls } from './identity/tls-files';
import type { TlsMaterial, TlsPaths } from './identity/tls-files';
import type { WatchedFiles } from './identity/watched-files';
import { GraphqlServer } from './graphql/graphql-server';
import { DEFAULT_LIMITS } from './graphql/limits/limits';
import type { Limits } from './graphql/limits/limits';
import { OperatingServer } from './graphql/transport/operating-server';
import { Safelist } from './graphql/limits/safelist';
import { loadEtcd } from './load-etcd';
import { loadMysql } from './load-mysql';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import type { ConnectionLimit, Metrics, MetricsPage } from './ports/metrics';
import type { Store } from './ports/store';

export { isLimitName } from './graphql/limits/limits';
export type { LimitName } from './graphql/limits/limits';
export { checkExposure, isLoopback } from './identity/exposure';
export { Proxies } from './identity/remote-address';

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
  /** Whether to listen beyond loopback although nobody has to say who he is. */
  readonly insecure?: boolean;
  /** A certificate and its key, by which connections are encrypted; absent: they aren't. */
  readonly tls?: TlsPaths;
  /** Behind whose addresses there are many clients; absent: those of this machine. */
  readonly proxies?: Proxies;
  /** Origins of pages that may send requests; absent: only pages of this server. */
  readonly origins?: readonly string[];
  /** Folders of the only documents that are executed; absent: any. */
  readonly safelist?: readonly string[];
  /** Below which addresses routers may be told results by callbacks, each ending with a slash; absent: nowhere. */
  readonly callbackPrefixes?: readonly string[];
  /** Whether clients may ask for the schema, and errors suggest what it has; for development. */
  readonly introspection?: boolean;
  /** Whether routers get traces when they ask for them. */
  readonly traces?: boolean;
  /** On etcd: how long a leader that is silent stays one, in milliseconds; 10 s if absent. */
  readonly leaseMs?: number;
  /** A file that says where DM's tasks have their downstreams (README of `src/adapters/mysql`); absent: nothing is read there. */
  readonly downstreamFile?: string;
  /** Only look on, on an etcd where a dm-master decides: nothing is written. */
  readonly observe?: boolean;
  /** Whether browsers get a page for trying requests out; for development. */
  readonly playground?: boolean;
  /** Another address at which metrics and health are, for whoever reaches it; absent: there is none. */
  readonly metricsListen?: { readonly host: string; readonly port: number };
  /** Whether metrics also show the process: processor time, memory, event loop. One server of a process should. */
  readonly processMetrics?: boolean;
}

/** How long others wait for a leader that is silent unless configured, in milliseconds. */
const LEASE_MS = 10_000;

/** A server that runs. */
export interface RunningServer {
  /** Where GraphQL is, for example `http://127.0.0.1:4000/graphql`; `https` where there is a certificate. */
  readonly url: string;
  readonly port: number;
  /** Where metrics are beside `/metrics` of the port; null: nowhere. */
  readonly metricsUrl: string | null;
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
  const { logger, host, insecure = false } = options;
  checkExposure({ host, hasIdentities: options.authFile !== undefined, insecure });
  const clock = new SystemClock();
  const registry = new Registry();
  const metrics = new PrometheusMetrics(registry);
  if (options.processMetrics === true) showProcess(registry);
  const tracing = await loadTracing();
  const store = new MeasuredStore(await openStore(options.store, clock), { clock, metrics, tracing });
  const parts: (() => Promise<void>)[] = [() => store.close()];
  try {
    const downstream = options.downstreamFile === undefined ? {} : openDownstream(options.downstreamFile, parts);
    const service = await startService(options, { store, clock, logger, metrics, ...downstream });
    parts.unshift(() => service.stop());
    const door = await openDoor(options, clock);
    parts.unshift(() => door.close());
    const metricsPage = new PrometheusPage(registry, () => service.read());
    const operating = await startOperating(options, service, metrics, metricsPage);
    parts.unshift(async () => operating?.server.close());
    const { limits, proxies, origins, callbackPrefixes, introspection, traces, playground } = options;
    const { authenticator, tls, safelist } = door;
    const api = await GraphqlServer.start({
      ...{ service, logger, host, port: options.port, metrics, tracing, metricsPage },
      ...{
        authenticator,
        tls,
        safelist,
        limits,
        proxies,
        origins,
        callbackPrefixes,
        introspection,
        traces,
        playground,
      },
    });
    parts.unshift(() => {
      // A request that waits for a person's action would hold up the stop.
      if (service instanceof Coordinator) service.endWaits();
      return api.stop();
    });
    const { port } = api.address;
    const url = `${originOf(tls === undefined ? 'http' : 'https', host, port)}/graphql`;
    let stopping: Promise<void> | null = null;
    return { url, port, metricsUrl: operating?.url ?? null, stop: () => (stopping ??= stopAll(parts)) };
  } catch (error) {
    await stopAll(parts);
    throw error;
  }
}

/** The listener for those who operate the server; null: nobody wants one. */
async function startOperating(
  { metricsListen, limits, proxies = LOCAL_PROXIES, logger }: ServerOptions,
  service: CoordinatorService,
  metrics: Metrics,
  page: MetricsPage,
): Promise<{ readonly server: OperatingServer; readonly url: string } | null> {
  if (metricsListen === undefined) return null;
  const rules = {
    limits: { ...DEFAULT_LIMITS, ...limits },
    proxies,
    onCut: (_address: string, limit: ConnectionLimit) => metrics.cutConnection(limit),
  };
  const server = new OperatingServer({ service, metrics: page }, rules, (error) =>
    logger.error({ err: error }, 'a request for a page could not be answered'),
  );
  const { port } = await server.listen(metricsListen.host, metricsListen.port);
  return { server, url: `${originOf('http', metricsListen.host, port)}/metrics` };
}

function originOf(scheme: 'http' | 'https', host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What everybody comes by: who he is, how he is connected, and what he may ask for. */
interface Door {
  readonly authenticator: Authenticator;
  readonly tls: WatchedFiles<TlsMaterial> | undefined;
  readonly safelist: Safelist | undefined;
  close(): Promise<void>;
}

async function openDoor({ authFile, tls, safelist, logger }: ServerOptions, clock: Clock): Promise<Door> {
  const allowed = safelist === undefined ? undefined : Safelist.open(safelist);
  const material = tls === undefined ? undefined : watchTls(tls, clock, logger);
  try {
    const authenticator = await openIdentities(authFile, clock, logger);
    const close = (): Promise<void> => {
      authenticator.close();
      material?.close();
      return Promise.resolve();
    };
    return { authenticator, tls: material, safelist: allowed, close };
  } catch (error) {
    material?.close();
    throw error;
  }
}

async function openIdentities(file: string | undefined, clock: Clock, logger: Logger): Promise<Authenticator> {
  return file === undefined ? new OpenAuthenticator() : await openAuthenticator(file, clock, logger);
}

async function startService(
  options: ServerOptions,
  parts: Pick<CoordinatorOptions, 'store' | 'clock' | 'logger' | 'metrics' | 'downstream'>,
): Promise<Coordinator | Observer> {
  const storeKind = options.store.kind;
  if (options.observe === true) return await Observer.start({ ...parts, storeKind });
  const election = storeKind === 'etcd' ? { leaseMs: options.leaseMs ?? LEASE_MS } : {};
  return await Coordinator.start({ ...parts, storeKind, ...election });
}

/** What reads the downstreams of a file; it is closed with the other parts. */
function openDownstream(path: string, parts: (() => Promise<void>)[]): Pick<CoordinatorOptions, 'downstream'> {
  const { MysqlCheckpoints } = loadMysql();
  const downstream = MysqlCheckpoints.open(path);
  parts.unshift(() => downstream.close());
  return { downstream };
}

async function openStore(choice: StoreChoice, clock: Clock): Promise<Store> {
  switch (choice.kind) {
    case 'embedded':
      return await EmbeddedStore.open(choice.directory, clock, { keepFrom: STARTS_FROM });
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

async function stopAll(parts: readonly (() => Promise<void>)[]): Promise<void> {
  for (const stop of parts) await stop();
}
