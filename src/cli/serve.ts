import pino from 'pino';
import { startServer } from '../server';
import { openEtcdFlags } from './etcd-flags';
import { SERVE_HELP, parseServeOptions } from './serve-options';

/** The signals that end a server. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * `lockstep serve`: run until a signal comes, then stop in order.
 * @returns the exit status
 * @throws LockstepError if the options are bad or the server can't start
 */
export async function serve(args: readonly string[]): Promise<number> {
  const options = parseServeOptions(args, process.env);
  if (options === null) {
    process.stdout.write(SERVE_HELP);
    return 0;
  }
  const logger = pino({ name: 'lockstep' });
  const stopped = untilSignal();
  const { directory, host, port, authFile, etcd } = options;
  const server = await startServer({
    store: etcd === null ? { kind: 'embedded', directory } : { kind: 'etcd', options: await openEtcdFlags(etcd) },
    host,
    port,
    logger,
    ...(authFile === null ? {} : { authFile }),
    ...(etcd === null ? {} : { leaseMs: etcd.leaseMs }),
  });
  logger.info({ url: server.url, ...(etcd === null ? { directory } : { etcd: etcd.urls }) }, 'listening');
  const signal = await stopped;
  logger.info({ signal }, 'stopping');
  await server.stop();
  logger.info({}, 'stopped');
  return 0;
}

/** The first signal; after it the signals have their usual effect again, so a second one ends the process. */
function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    const stop = (signal: string): void => {
      for (const name of SIGNALS) process.off(name, stop);
      resolve(signal);
    };
    for (const name of SIGNALS) process.on(name, stop);
  });
}
