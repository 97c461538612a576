import { afterAll, beforeAll, expect } from '@jest/globals';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { SilentLogger } from './silent-logger';

/** A server that a file of tests has for itself. */
export interface UsedServer {
  /** Where its GraphQL is; there from the first `beforeAll` that stands behind `useServer`. */
  readonly url: string;
  /** What it logs to; a server of one test's own that is given it is judged with this one. */
  readonly logger: SilentLogger;
}

/**
 * Have a server on an empty store in memory during the tests of a file, or of a `describe`. Nothing that they do may be a
 * defect of the server: a line at level `error` in its log fails them.
 */
export function useServer(): UsedServer {
  const logger = new SilentLogger();
  let server: RunningServer | null = null;

  beforeAll(async () => {
    server = await startServer({ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger });
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
