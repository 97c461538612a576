import pino from 'pino';
import { startServer } from '../../server';
import { CONFIG_FLAG, HELP_FLAG } from '../grammar/command-line';
import type { Command } from '../grammar/command';
import { openEtcdFlags } from './etcd-flags';
import { SERVE_FLAGS, serveOptionsOf } from './serve-options';

/** `serve`: run until a signal comes, then stop in order. */
export const serve: Command = {
  name: 'serve',
  summary: 'run a server, with a store of its own or as one of several on an etcd',
  details: 'A signal (SIGTERM, SIGINT) stops it in order, a second one at once.',
  arguments: [],
  flags: [...SERVE_FLAGS, CONFIG_FLAG, HELP_FLAG],
  run: async (options, { interrupted }) => {
    const { directory, host, port, door, etcd, observe, downstreamFile, playground, metricsListen, logLevel } =
      serveOptionsOf(options);
    const logger = pino({ name: 'lockstep', level: logLevel });
    const server = await startServer({
      store: etcd === null ? { kind: 'embedded', directory } : { kind: 'etcd', options: await openEtcdFlags(etcd) },
      host,
      port,
      logger,
      playground,
      processMetrics: true,
      ...(metricsListen === null ? {} : { metricsListen }),
      ...door,
      ...(downstreamFile === null ? {} : { downstreamFile }),
      ...(etcd === null ? {} : { leaseMs: etcd.leaseMs, observe }),
    });
    const { url, metricsUrl } = server;
    logger.info(
      { url, ...(metricsUrl === null ? {} : { metricsUrl }), ...(etcd === null ? { directory } : { etcd: etcd.urls }) },
      'listening',
    );
    await untilAborted(interrupted);
    logger.info({ signal: interrupted.reason instanceof Error ? interrupted.reason.message : '' }, 'stopping');
    await server.stop();
    logger.info({}, 'stopped');
    return 0;
  },
};

/** The signal that came while the server was starting counts too. */
function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
