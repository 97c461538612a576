import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { LockstepError } from '../core/model/error';
import { parseSourceId, parseTaskName } from '../core/model/names';
import { ROLES } from '../core/model/identity';
import { JsonValue } from '../core/wire/json-reader';
import { onlyFields } from '../core/wire/only-fields';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { TokenVerifier, VerifiedToken } from './authenticator';
import { allOrSome } from './config-fields';
import { isName } from './credentials';
import { WatchedFiles, readingFile } from './watched-files';

/** One token of the file: its hash, and whose it is. */
interface TokenEntry {
  readonly hash: Buffer;
  readonly owner: VerifiedToken;
}

/**
 * Tokens of a YAML file that holds their SHA-256 hashes only, so that who reads it can use none. Tokens are long and
 * random, which is why a plain hash suffices. The file is read again when it changes; while it can't be read, or isn't of
 * its form, what it said before holds, and the log tells.
 */
export class TokenFile implements TokenVerifier {
  readonly #entries: WatchedFiles<readonly TokenEntry[]>;

  /** @throws LockstepError INVALID_INPUT, UNREADABLE_VALUE if the file can't be read now */
  constructor(path: string, clock: Clock, logger: Logger) {
    const read = (): readonly TokenEntry[] => withoutValues(() => readTokens(path));
    this.#entries = new WatchedFiles({ paths: [path], name: 'tokens', read, clock, logger });
  }

  verify(token: string): Promise<VerifiedToken | null> {
    const hash = hashOf(token);
    // All are compared, whichever is the one, so that the time tells nothing.
    const found = this.#entries.current.filter((entry) => timingSafeEqual(entry.hash, hash));
    return Promise.resolve(found[0]?.owner ?? null);
  }

  close(): void {
    this.#entries.close();
  }
}

/** The hash of a token, as the file holds it. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Who writes a token in the clear where it doesn't belong must not find it in the log as well. */
function withoutValues<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    throw new LockstepError(error.code, error.message.replace(/, found .*$/su, ''), error.fields);
  }
}

function readTokens(path: string): readonly TokenEntry[] {
  const value = JsonValue.root(
    readingFile<unknown>('token file', path, () => parse(readFileSync(path, 'utf8'))),
    path,
  );
  onlyFields(value, ['tokens']);
  const entries = value.field('tokens').list(readEntry);
  const [names, hashes] = [new Set<string>(), new Set<string>()];
  for (const { hash, owner } of entries) {
    const { actor } = owner.identity;
    if (names.has(actor)) value.fail(`the name ${actor} is given twice`);
    if (hashes.has(hash.toString('hex'))) value.fail(`the token of ${actor} is another's too`);
    names.add(actor);
    hashes.add(hash.toString('hex'));
  }
  return entries;
}

function readEntry(value: JsonValue): TokenEntry {
  onlyFields(value, ['name', 'sha256', 'roles', 'tasks', 'sources', 'actAs']);
  const roles = new Set(value.field('roles').list((role) => role.oneOf(ROLES)));
  if (roles.size === 0) value.field('roles').fail('name at least one role');
  // Who speaks for a source names it, if only by '*': nobody becomes everybody's worker by leaving a line out.
  const bounds = roles.has('worker') ? ['tasks', 'sources'] : [];
  for (const bound of bounds) {
    if (!value.field(bound).isPresent) value.field(bound).fail(`a worker's ${bound} are missing; ['*'] is any`);
  }
  if (!roles.has('worker') && value.field('sources').isPresent)
    value.field('sources').fail('only workers are bound to sources; tasks bind every role');
  const hash = value.field('sha256').convert((field) => {
    const text = field.text();
    return /^[0-9a-f]{64}$/iu.test(text) ? Buffer.from(text, 'hex') : field.fail('not 64 hexadecimal digits');
  });
  return {
    hash,
    owner: {
      actAs: value.field('actAs').or(false, (field) => field.boolean()),
      identity: {
        actor: value.field('name').convert((field) => {
          const text = field.text();
          return isName(text)
            ? text
            : field.fail('not a name of 1 to 200 characters that are shown, without the word `via`');
        }),
        via: null,
        roles,
        tasks: allOrSome(value.field('tasks'), parseTaskName),
        sources: allOrSome(value.field('sources'), parseSourceId),
        expiresAtMs: null,
      },
    },
  };
}
