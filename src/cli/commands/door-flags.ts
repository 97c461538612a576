import { LockstepError } from '../../core/model/error';
import { Proxies, checkExposure, isLoopback, isLimitName } from '../../server';
import type { LimitName, ServerOptions } from '../../server';
import { documentsFolder } from '../client/documents';
import type { Flag } from '../grammar/command';
import type { Options } from '../grammar/options';

/** Who may come, over which connections, and how much is taken of him. */
export type DoorOptions = Pick<
  ServerOptions,
  | 'authFile'
  | 'insecure'
  | 'tls'
  | 'origins'
  | 'callbackPrefixes'
  | 'safelist'
  | 'introspection'
  | 'traces'
  | 'limits'
  | 'proxies'
>;

/** The flags of `lockstep serve` about whom it lets in. */
export const DOOR_FLAGS: readonly Flag[] = [
  {
    name: 'auth',
    kind: 'text',
    value: 'FILE',
    help: 'who clients are: tokens, JWT; without it nobody has to say it',
    variable: 'LOCKSTEP_AUTH',
    setting: 'serve.auth',
  },
  {
    name: 'insecure',
    kind: 'switch',
    help: 'listen on other addresses than loopback, though nobody has to say who he is',
    setting: 'serve.insecure',
  },
  {
    name: 'tls-cert',
    kind: 'text',
    value: 'FILE',
    help: 'encrypt connections with this certificate (PEM, with those that lead to its authority)',
    variable: 'LOCKSTEP_TLS_CERT',
    setting: 'serve.tls-cert',
  },
  {
    name: 'tls-key',
    kind: 'text',
    value: 'FILE',
    help: 'the private key of the certificate (PEM)',
    variable: 'LOCKSTEP_TLS_KEY',
    setting: 'serve.tls-key',
  },
  {
    name: 'allow-origin',
    kind: 'list',
    value: 'ORIGIN',
    help: 'let pages of this origin send requests; without it only pages of this server may',
    setting: 'serve.allow-origin',
  },
  {
    name: 'callback-prefix',
    kind: 'list',
    value: 'URL',
    help: 'tell routers results of subscriptions by calling what they name below this address',
    setting: 'serve.callback-prefix',
  },
  {
    name: 'safelist',
    kind: 'list',
    value: 'FOLDER',
    help: 'execute the .graphql files of this folder only, and what lockstep itself sends',
    setting: 'serve.safelist',
  },
  {
    name: 'introspection',
    kind: 'switch',
    help: 'let clients ask for the schema; on with --playground, and without --auth on loopback unless NODE_ENV is production',
    variable: 'LOCKSTEP_INTROSPECTION',
    setting: 'serve.introspection',
  },
  {
    name: 'traces',
    kind: 'switch',
    help: 'give routers traces of their requests when they ask for them',
    variable: 'LOCKSTEP_TRACES',
    setting: 'serve.traces',
  },
  {
    name: 'limit',
    kind: 'list',
    value: 'NAME=NUMBER',
    help: 'take another amount than the default; the README of src/graphql/limits names them',
    setting: 'serve.limit',
  },
  {
    name: 'proxy',
    kind: 'list',
    value: 'ADDRESS',
    help: 'behind this address, or network such as 10.1.0.0/16, there are many clients; without it behind loopback',
    setting: 'serve.proxy',
  },
];

/** What the flags say. @throws LockstepError INVALID_INPUT for a bad value, or an address where strangers come */
export function doorOptionsOf(options: Options, host: string): DoorOptions {
  const authFile = options.text('auth');
  const insecure = options.isOn('insecure');
  checkExposure({ host, hasIdentities: authFile !== null, insecure });
  const safelist = options.list('safelist');
  const proxies = options.list('proxy');
  const isDevelopment = authFile === null && isLoopback(host) && process.env['NODE_ENV'] !== 'production';
  return {
    insecure,
    introspection: isDevelopment || options.isOn('introspection') || options.isOn('playground'),
    traces: options.isOn('traces'),
    origins: options.list('allow-origin').map(parseOrigin),
    callbackPrefixes: options.list('callback-prefix').map(parsePrefix),
    limits: parseLimits(options.list('limit')),
    ...(proxies.length === 0 ? {} : { proxies: new Proxies(proxies) }),
    ...(authFile === null ? {} : { authFile }),
    ...tlsOf(options.text('tls-cert'), options.text('tls-key')),
    ...(safelist.length === 0 ? {} : { safelist: [documentsFolder(), ...safelist] }),
  };
}

function tlsOf(certificate: string | null, key: string | null): Pick<DoorOptions, 'tls'> {
  if (certificate === null && key === null) return {};
  if (certificate === null) throw invalid('tls-cert', 'the key needs a certificate: name it with --tls-cert');
  if (key === null) throw invalid('tls-key', 'the certificate needs its key: name it with --tls-key');
  return { tls: { certificate, key } };
}

function parseOrigin(text: string): string {
  if (URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol) && new URL(text).origin === text) return text;
  throw invalid('allow-origin', `not an origin: ${text} (expected for example https://dashboards.example)`);
}

/** It ends with a slash, so that nothing is below it whose name only begins like it. */
function parsePrefix(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/u.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw invalid('callback-prefix', `not an address: ${text} (expected for example https://router.example/callback/)`);
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

/** Less would cut off clients that only wait: for a person's action up to 20 seconds, for a comment of a stream 12. */
const LEAST: Partial<Record<LimitName, number>> = { 'stalled-ms': 25_000 };

function parseLimits(texts: readonly string[]): Partial<Record<LimitName, number>> {
  const limits: Partial<Record<LimitName, number>> = {};
  for (const text of texts) {
    const [name = '', figure = ''] = text.split('=');
    if (!isLimitName(name)) throw invalid('limit', `no such limit: ${name}`);
    const least = LEAST[name] ?? 1;
    if (!/^\d{1,9}$/u.test(figure) || Number(figure) < least)
      throw invalid('limit', `not a number from ${least} to 999999999: ${text}`);
    limits[name] = Number(figure);
  }
  return limits;
}

function invalid(field: string, message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field });
}
