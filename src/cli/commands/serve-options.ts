import { LockstepError } from '../../core/model/error';
import type { Flag } from '../grammar/command';
import type { Options } from '../grammar/options';
import { DOOR_FLAGS, doorOptionsOf } from './door-flags';
import type { DoorOptions } from './door-flags';
import { ETCD_FLAGS, parseEtcdFlags } from './etcd-flags';
import type { EtcdFlags } from './etcd-flags';

/** How `lockstep serve` runs. */
export interface ServeOptions {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  /** Where the state is kept instead of the directory; null: in the directory. */
  readonly etcd: EtcdFlags | null;
  /** Whether it only looks on while a dm-master decides. */
  readonly observe: boolean;
  /** A file that says where DM's tasks have their downstreams; null: nothing is read there. */
  readonly downstreamFile: string | null;
  /** Whether the server has a page for trying requests out. */
  readonly playground: boolean;
  /** Where metrics and health are beside the server's own address; null: nowhere. */
  readonly metricsListen: { readonly host: string; readonly port: number } | null;
  /** From which level on its log tells. */
  readonly logLevel: LogLevel;
  /** Who may come, over which connections, and how much is taken of him. */
  readonly door: DoorOptions;
}

/** Levels of the log, from the most talkative. */
const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** From which level on a log tells. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The flags of `lockstep serve`. */
export const SERVE_FLAGS: readonly Flag[] = [
  {
    name: 'data',
    kind: 'text',
    value: 'DIRECTORY',
    help: 'where the state is kept',
    variable: 'LOCKSTEP_DATA',
    setting: 'serve.data',
    initial: './lockstep-data',
  },
  {
    name: 'host',
    kind: 'text',
    value: 'ADDRESS',
    help: 'where to listen',
    variable: 'LOCKSTEP_HOST',
    setting: 'serve.host',
    initial: '127.0.0.1',
  },
  {
    name: 'port',
    kind: 'text',
    value: 'NUMBER',
    help: '0 is any that is free',
    variable: 'LOCKSTEP_PORT',
    setting: 'serve.port',
    initial: '4000',
  },
  ...DOOR_FLAGS,
  {
    name: 'playground',
    kind: 'switch',
    help: 'for development: a page for trying requests out, at /playground/',
    variable: 'LOCKSTEP_PLAYGROUND',
    setting: 'serve.playground',
  },
  {
    name: 'metrics-listen',
    kind: 'text',
    value: 'ADDRESS:PORT',
    help: 'another address for /metrics, /livez and /readyz, where nobody has to say who he is',
    variable: 'LOCKSTEP_METRICS_LISTEN',
    setting: 'serve.metrics-listen',
  },
  {
    name: 'log-level',
    kind: 'text',
    value: LOG_LEVELS.join('|'),
    help: 'debug also tells of each table',
    variable: 'LOCKSTEP_LOG_LEVEL',
    setting: 'serve.log-level',
    initial: 'info',
  },
  ...ETCD_FLAGS,
  {
    name: 'observe',
    kind: 'switch',
    help: 'on the etcd of a DM cluster: only look on while a dm-master decides; nothing is written',
    variable: 'LOCKSTEP_OBSERVE',
    setting: 'serve.observe',
  },
  {
    name: 'downstream',
    kind: 'text',
    value: 'FILE',
    help: "where DM's tasks have their downstreams: table schemas are read from DM's checkpoints there",
    variable: 'LOCKSTEP_DOWNSTREAM',
    setting: 'serve.downstream',
  },
];

/** What the flags, the environment and the file say. @throws LockstepError INVALID_INPUT for a bad value */
export function serveOptionsOf(options: Options): ServeOptions {
  const host = options.textOr('host', '');
  const etcd = parseEtcdFlags(options);
  if (options.isOn('observe') && etcd === null)
    throw invalid('observe', '--observe needs --etcd: the members of the etcd that the dm-masters keep');
  return {
    directory: options.textOr('data', ''),
    host,
    port: parsePort(options.textOr('port', '')),
    etcd,
    observe: options.isOn('observe'),
    downstreamFile: options.text('downstream'),
    playground: options.isOn('playground'),
    metricsListen: parseListen(options.text('metrics-listen')),
    logLevel: parseLevel(options.textOr('log-level', '')),
    door: doorOptionsOf(options, host),
  };
}

/** `9464` is that port on loopback; IPv6 addresses stand in brackets. */
function parseListen(text: string | null): ServeOptions['metricsListen'] {
  if (text === null) return null;
  const [, bracketed, plain, port = ''] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?([^:]*)$/u.exec(text) ?? [];
  return { host: bracketed ?? plain ?? '127.0.0.1', port: parsePort(port, 'metrics-listen') };
}

function parseLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw invalid('log-level', `not a level: ${text} (expected ${LOG_LEVELS.join(', ')})`);
  return level;
}

function parsePort(text: string, field = 'port'): number {
  const port = Number(text);
  if (/^\d{1,5}$/u.test(text) && port <= 65_535) return port;
  throw invalid(field, `not a port: ${text} (expected a number from 0 to 65535)`);
}

function invalid(field: string, message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field });
}
