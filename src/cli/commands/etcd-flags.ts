import { readFile } from 'node:fs/promises';
import { LockstepError } from '../../core/model/error';
import type { EtcdChoice } from '../../server';
import type { Flag } from '../grammar/command';
import type { Options } from '../grammar/options';

/** What the command line says of an etcd; files aren't read yet. */
export interface EtcdFlags {
  readonly urls: readonly string[];
  /** Files in PEM. */
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  readonly user: { readonly name: string; readonly password: string } | null;
  /** How long a leader that is silent stays one, in milliseconds. */
  readonly leaseMs: number;
  readonly maxTxnOps: number | null;
  readonly maxRequestBytes: number | null;
  readonly quotaBytes: number | null;
}

/** The flags, whose variables and places in the file are named like them. */
export const ETCD_FLAGS: readonly Flag[] = [
  etcdFlag('etcd', 'URL[,URL…]', 'the members of an etcd, 3.4 or later: the state is there'),
  etcdFlag('etcd-ca', 'FILE', "who signs their certificates; else the system's own list"),
  etcdFlag('etcd-cert', 'FILE', 'the certificate to show them'),
  etcdFlag('etcd-key', 'FILE', 'its key'),
  etcdFlag('etcd-user', 'NAME', 'a user who may read all keys; the password is in LOCKSTEP_ETCD_PASSWORD'),
  etcdFlag('etcd-max-txn-ops', 'NUMBER', 'what etcd takes, if it was started with more than its own 128'),
  etcdFlag('etcd-max-request-bytes', 'NUMBER', 'the same, if it was started with more than its own 1.5 MiB'),
  etcdFlag('etcd-quota-bytes', 'NUMBER', 'how large its database may become, if not its own 2 GiB'),
  etcdFlag('lease', 'SECONDS', 'on etcd: how long others wait for a leader that is silent; 10'),
];

function etcdFlag(name: string, value: string, help: string): Flag {
  const variable = `LOCKSTEP_${name.toUpperCase().replaceAll('-', '_')}`;
  return { name, kind: 'text', value, help, variable, setting: `serve.${name}` };
}

/** The times to live that an etcd keeps well, in seconds. */
const LEASE_SECONDS = { least: 2, most: 600, initial: '10' } as const;

/**
 * What flags, environment and file say of an etcd. The password is only in the environment, where
 * no list of processes shows it.
 * @returns null if the state isn't in an etcd
 * @throws LockstepError INVALID_INPUT
 */
export function parseEtcdFlags(options: Options): EtcdFlags | null {
  const valueOf = (name: string): string | null => options.text(name);
  const etcd = valueOf('etcd');
  if (etcd === null) return null;
  const name = valueOf('etcd-user');
  const [certificate, key] = [valueOf('etcd-cert'), valueOf('etcd-key')];
  if ((certificate === null) !== (key === null))
    throw invalid('etcd-cert', '--etcd-cert and --etcd-key go together: a certificate and its key');
  return {
    urls: parseUrls(etcd),
    ca: valueOf('etcd-ca'),
    certificate,
    key,
    user: name === null ? null : { name, password: options.secret('LOCKSTEP_ETCD_PASSWORD') ?? '' },
    leaseMs: 1_000 * parseNumber('lease', valueOf('lease') ?? LEASE_SECONDS.initial, LEASE_SECONDS),
    maxTxnOps: parseLimit('etcd-max-txn-ops', valueOf('etcd-max-txn-ops'), 128),
    maxRequestBytes: parseLimit('etcd-max-request-bytes', valueOf('etcd-max-request-bytes'), 100_000),
    quotaBytes: parseLimit('etcd-quota-bytes', valueOf('etcd-quota-bytes'), 1_000_000),
  };
}

/** The etcd with what the named files hold. @throws LockstepError INVALID_INPUT for a file that can't be read */
export async function openEtcdFlags(flags: EtcdFlags): Promise<EtcdChoice['options']> {
  const { urls, user, maxTxnOps, maxRequestBytes, quotaBytes } = flags;
  const [ca, certificate, key] = await Promise.all([flags.ca, flags.certificate, flags.key].map(readPem));
  const secured = urls.some((url) => url.startsWith('https:'));
  return {
    urls,
    ...(secured ? { tls: { ...(ca && { ca }), ...(certificate && { certificate }), ...(key && { key }) } } : {}),
    ...(user === null ? {} : { user }),
    ...(maxTxnOps === null ? {} : { maxTxnOps }),
    ...(maxRequestBytes === null ? {} : { maxRequestBytes }),
    ...(quotaBytes === null ? {} : { quotaBytes }),
  };
}

async function readPem(path: string | null): Promise<Buffer | null> {
  if (path === null) return null;
  try {
    return await readFile(path);
  } catch (error) {
    throw invalid('etcd', `the file ${path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseUrls(text: string): readonly string[] {
  const urls = text.split(',').map((url) => url.trim());
  for (const url of urls) {
    // What stands before an `@` is a secret: it isn't repeated in an error, which logs keep.
    if (url.includes('@')) throw invalid('etcd', 'leave out the user: name it with --etcd-user');
    if (!/^https?:\/\/[^/?#]+\/?$/u.test(url))
      throw invalid('etcd', `not the URL of an etcd: ${url} (expected http://host:port or https://host:port)`);
  }
  const schemes = new Set(urls.map((url) => url.split(':')[0]));
  if (schemes.size > 1) throw invalid('etcd', 'the URLs of an etcd are all http or all https');
  return urls.map((url) => url.replace(/\/$/u, ''));
}

function parseLimit(flag: string, text: string | null, least: number): number | null {
  return text === null ? null : parseNumber(flag, text, { least, most: Number.MAX_SAFE_INTEGER });
}

function parseNumber(flag: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= least && value <= most) return value;
  throw invalid(flag, `--${flag}: not a number from ${least} to ${most}: ${text}`);
}

function invalid(field: string, message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field });
}
