import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { LockstepError } from '../core/model/error';
import { parseSourceId, parseTaskName } from '../core/model/names';
import { ROLES } from '../core/model/identity';
import { JsonValue } from '../core/wire/json-reader';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { TokenVerifier, VerifiedToken } from './authenticator';
import { allOrSome, onlyFields } from './config-fields';

/** One token of the file: its hash, and whose it is. */
interface TokenEntry {
  readonly hash: Buffer;
  readonly owner: VerifiedToken;
}

/** How often the file is looked at, in milliseconds. */
const LOOK_MS = 2_000;

/**
 * Tokens of a YAML file that holds their SHA-256 hashes only, so that who reads it can use none. Tokens are long and
 * random, which is why a plain hash suffices. The file is read again when it changes; while it can't be read, or isn't of
 * its form, what it said before holds, and the log tells.
 */
export class TokenFile implements TokenVerifier {
  #entries: readonly TokenEntry[];
  #stamp: string;
  #stop: () => void = () => undefined;

  /** @throws LockstepError INVALID_INPUT, UNREADABLE_VALUE if the file can't be read now */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.#stamp = stampOf(path);
    this.#entries = readTokens(path);
    this.#look();
  }

  verify(token: string): Promise<VerifiedToken | null> {
    const hash = hashOf(token);
    // All are compared, whichever is the one, so that the time tells nothing.
    const found = this.#entries.filter((entry) => timingSafeEqual(entry.hash, hash));
    return Promise.resolve(found[0]?.owner ?? null);
  }

  close(): void {
    this.#stop();
  }

  #look(): void {
    this.#stop = this.clock.after(LOOK_MS, () => {
      this.#readIfChanged();
      this.#look();
    });
  }

  #readIfChanged(): void {
    try {
      const stamp = stampOf(this.path);
      if (stamp === this.#stamp) return;
      this.#stamp = stamp;
      this.#entries = readTokens(this.path);
      this.logger.info({ path: this.path, tokens: this.#entries.length }, 'tokens were read again');
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      this.logger.error({ path: this.path, code: error.code }, `tokens stay as they were: ${error.message}`);
    }
  }
}

/** The hash of a token, as the file holds it. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function stampOf(path: string): string {
  return reading(path, () => {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}/${size}/${ino}`;
  });
}

function readTokens(path: string): readonly TokenEntry[] {
  const value = JsonValue.root(
    reading<unknown>(path, () => parse(readFileSync(path, 'utf8'))),
    path,
  );
  onlyFields(value, ['tokens']);
  const entries = value.field('tokens').list(readEntry);
  const names = new Set<string>();
  for (const { owner } of entries) {
    if (names.has(owner.identity.actor)) value.fail(`the name ${owner.identity.actor} is given twice`);
    names.add(owner.identity.actor);
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
  const hash = value.field('sha256').convert((field) => {
    const text = field.text();
    return /^[0-9a-f]{64}$/iu.test(text) ? Buffer.from(text, 'hex') : field.fail('not 64 hexadecimal digits');
  });
  return {
    hash,
    owner: {
      actAs: value.field('actAs').or(false, (field) => field.boolean()),
      identity: {
        actor: value.field('name').text(),
        roles,
        tasks: allOrSome(value.field('tasks'), parseTaskName),
        sources: allOrSome(value.field('sources'), parseSourceId),
        expiresAtMs: null,
      },
    },
  };
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockstepError('INVALID_INPUT', `the token file ${path} cannot be read: ${reason}`, { path });
  }
}
