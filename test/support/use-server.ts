import { afterAll, beforeAll, expect } from '@jest/globals';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { GraphqlServer } from '../../src/graphql/graphql-server';
import type { FeedLimits } from '../../src/graphql/feed/feed-sink';
import type { Metrics } from '../../src/ports/metrics';
import type { Store } from '../../src/ports/store';
import { startServer } from '../../src/server';
import type { ServerOptions } from '../../src/server';
import { SilentLogger } from './silent-logger';

const HOST = '127.0.0.1';

/** A server that a file of tests has for itself. */
export interface UsedServer {
  /** Where its GraphQL is; there from the first `beforeAll` that stands behind `useServer`. */
  readonly url: string;
  /** What it logs to; a server of one test's own that is given it is judged with this one. */
  readonly logger: SilentLogger;
}

/** A server whose store the tests reach. */
export interface UsedStoreServer extends UsedServer {
  readonly store: Store;
}

interface Started {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Have a server on an empty store in memory during the tests of a file, or of a `describe`. Nothing that they do may be a
 * defect of the server: a line at level `error` in its log fails them.
 */
export function useServer(options: Partial<ServerOptions> = {}): UsedServer {
  return use((logger) => startServer({ store: { kind: 'memory' }, host: HOST, port: 0, logger, ...options }));
}

/** What tests want otherwise than servers have it. */
export interface StoreServerOptions {
  readonly feedLimits?: FeedLimits;
  /** How many events are kept in memory. */
  readonly recentEvents?: number;
  /** Told of subscribers. */
  readonly metrics?: Metrics;
}

/** The same, for tests that write what others would have written into the store, or want other limits of the feed. */
export function useStoreServer({ feedLimits, recentEvents, metrics }: StoreServerOptions = {}): UsedStoreServer {
  const clock = new SystemClock();
  const store = new MemoryStore(clock);
  const server = use(async (logger) => {
    const recent = recentEvents === undefined ? {} : { recentEvents };
    const service = await Coordinator.start({ store, clock, logger, ...recent });
    const limits = feedLimits === undefined ? {} : { feedLimits };
    const told = metrics === undefined ? {} : { metrics };
    const api = await GraphqlServer.start({ service, logger, host: HOST, port: 0, ...limits, ...told });
    const stop = async (): Promise<void> => {
      await api.stop();
      await service.stop();
      await store.close();
    };
    return { url: `http://${HOST}:${api.address.port}/graphql`, stop };
  });
  return {
    store,
    logger: server.logger,
    get url() {
      return server.url;
    },
  };
}

function use(start: (logger: SilentLogger) => Promise<Started>): UsedServer {
  const logger = new SilentLogger();
  let server: Started | null = null;

  beforeAll(async () => {
    server = await start(logger);
  });

  afterAll(async () => {
    await server?.stop();
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  return {
    logger,
    get url() {
      if (server === null) throw new Error('the server has not been started: it is there from beforeAll on');
      return server.url;
    },
  };
}
