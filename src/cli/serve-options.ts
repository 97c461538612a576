import { parseArgs } from 'node:util';
import { LockstepError } from '../core/model/error';
import { ETCD_FLAGS, ETCD_HELP, parseEtcdFlags } from './etcd-flags';
import type { EtcdFlagValues, EtcdFlags } from './etcd-flags';

/** How `lockstep serve` runs. */
export interface ServeOptions {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  /** A file that says who clients are; null: nobody has to say it. */
  readonly authFile: string | null;
  /** Where the state is kept instead of the directory; null: in the directory. */
  readonly etcd: EtcdFlags | null;
}

/** The flags of `lockstep serve`, each with its environment variable. */
const FLAGS = {
  data: { variable: 'LOCKSTEP_DATA', initial: './lockstep-data' },
  host: { variable: 'LOCKSTEP_HOST', initial: '127.0.0.1' },
  port: { variable: 'LOCKSTEP_PORT', initial: '4000' },
} as const;

/** What `lockstep serve --help` prints. */
export const SERVE_HELP = `Usage: lockstep serve [options]

Runs a server with an embedded store, or one of several on an etcd.

  --data DIRECTORY   where the state is kept (LOCKSTEP_DATA; ${FLAGS.data.initial})
  --host ADDRESS     where to listen (LOCKSTEP_HOST; ${FLAGS.host.initial})
  --port NUMBER      0 is any that is free (LOCKSTEP_PORT; ${FLAGS.port.initial})
  --auth FILE        who clients are: tokens, JWT (LOCKSTEP_AUTH); without it nobody has to say it
  --insecure         listen on other addresses than loopback, though nobody has to say who he is
  --help             this text

With the state in etcd:

${ETCD_HELP}`;

/**
 * What the arguments and the environment say; a flag wins over its variable.
 * @returns null if help is asked for
 * @throws LockstepError INVALID_INPUT for an unknown flag or a bad value
 */
export function parseServeOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServeOptions | null {
  const values = readFlags(args);
  if (values.help === true) return null;
  const valueOf = (name: keyof typeof FLAGS): string =>
    values[name] ?? environment[FLAGS[name].variable] ?? FLAGS[name].initial;
  const host = valueOf('host');
  const authFile = values.auth ?? environment['LOCKSTEP_AUTH'] ?? null;
  if (authFile === null && !isLoopback(host) && values.insecure !== true) {
    throw invalid(
      'host',
      `refusing to listen on ${host}: nobody has to say who he is; name a file with --auth, or insist with --insecure`,
    );
  }
  const directory = valueOf('data');
  if (directory === '') throw invalid('data', 'the data directory must not be empty');
  return { directory, host, port: parsePort(valueOf('port')), authFile, etcd: parseEtcdFlags(values, environment) };
}

function readFlags(args: readonly string[]): EtcdFlagValues & {
  readonly data?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly auth?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly help?: boolean | undefined;
} {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        data: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        auth: { type: 'string' },
        insecure: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        ...ETCD_FLAGS,
      },
    }).values;
  } catch (error) {
    throw invalid('arguments', error instanceof Error ? error.message : String(error));
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/u.test(text) && port <= 65_535) return port;
  throw invalid('port', `not a port: ${text} (expected a number from 0 to 65535)`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

function invalid(field: string, message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field });
}
