import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { LockstepError } from '../core/model/error';
import { JsonValue } from '../core/wire/json-reader';
import { onlyFields } from '../core/wire/only-fields';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { Authenticator, TokenVerifier } from './authenticator';
import { JwtVerifier } from './jwt-verifier';
import { KeySet } from './key-set';
import { TokenAuthenticator } from './token-authenticator';
import { TokenFile } from './token-file';
import { readingFile } from './watched-files';

/** How far clocks may differ if the file doesn't say, in milliseconds. */
const TOLERANCE_MS = 30_000;

/**
 * The authenticator that a YAML file describes: `tokens: FILE`, `jwt: {issuer, audience, jwks: FILE or URL, toleranceMs,
 * actAs: [subject]}`, or both. Paths are relative to the file.
 * @throws LockstepError INVALID_INPUT, UNREADABLE_VALUE with the field's path
 */
export async function openAuthenticator(path: string, clock: Clock, logger: Logger): Promise<Authenticator> {
  const value = JsonValue.root(
    readingFile<unknown>('file', path, () => parse(readFileSync(path, 'utf8'))),
    path,
  );
  onlyFields(value, ['tokens', 'jwt']);
  const base = dirname(resolve(path));
  const tokens = value.field('tokens').nullable((field) => new TokenFile(resolve(base, field.text()), clock, logger));
  const jwt = value.field('jwt').isPresent ? await openJwt(value.field('jwt'), base, clock, logger) : null;
  const verifiers: TokenVerifier[] = [tokens, jwt].filter((verifier) => verifier !== null);
  if (verifiers.length === 0) value.fail('name `tokens` or `jwt`');
  return new TokenAuthenticator(verifiers);
}

async function openJwt(value: JsonValue, base: string, clock: Clock, logger: Logger): Promise<TokenVerifier> {
  onlyFields(value, ['issuer', 'audience', 'jwks', 'toleranceMs', 'actAs']);
  const place = value.field('jwks').text();
  const isUrl = /^https?:/u.test(place);
  if (isUrl && !isTrusted(place)) value.field('jwks').fail('use https: keys that come in the clear can be replaced');
  if (isUrl && hasUser(place))
    value.field('jwks').fail('leave out the user: keys are public, and nobody is asked who he is');
  const keys = new KeySet(isUrl ? place : resolve(base, place), clock, (error) =>
    logger.error({ code: error.code }, `keys stay as they were: ${error.message}`),
  );
  try {
    await keys.load();
  } catch (error) {
    // A server must be able to start while its issuer is away: until it is back, nobody of it is known.
    if (!isUrl || !(error instanceof LockstepError)) throw error;
    logger.error({ code: error.code }, `no keys yet: ${error.message}`);
  }
  return new JwtVerifier(keys, {
    issuer: value.field('issuer').convert(parseNamed),
    audience: value.field('audience').convert(parseNamed),
    toleranceMs: value.field('toleranceMs').or(TOLERANCE_MS, (field) => field.count()),
    actAs: new Set(value.field('actAs').or<string[]>([], (field) => field.list((subject) => subject.text()))),
  });
}

/** An empty name would be taken for no rule at all. */
function parseNamed(value: JsonValue): string {
  const text = value.text();
  return text === '' ? value.fail('it must not be empty') : text;
}

function hasUser(place: string): boolean {
  const { username, password } = new URL(place);
  return username !== '' || password !== '';
}

function isTrusted(place: string): boolean {
  if (!URL.canParse(place)) return false;
  const { protocol, hostname } = new URL(place);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
