import { TokenError, createDecoder, createVerifier } from 'fast-jwt';
import { LockstepError } from '../core/model/error';
import { ROLES } from '../core/model/identity';
import type { Role } from '../core/model/identity';
import { parseSourceId, parseTaskName } from '../core/model/names';
import { JsonValue } from '../core/wire/json-reader';
import type { TokenVerifier, VerifiedToken } from './authenticator';
import { allOrSome } from './config-fields';
import { isName } from './credentials';
import type { KeySet, VerifyingKey } from './key-set';

/** What a JWT must say. */
export interface JwtRules {
  readonly issuer: string;
  readonly audience: string;
  /** How far clocks may differ, in milliseconds. */
  readonly toleranceMs: number;
  /** Subjects that may speak for others, as routers do. */
  readonly actAs: ReadonlySet<string>;
}

/** A scope of this program, for example `lockstep:operator`. */
const SCOPE = /^lockstep:(.+)$/u;

/**
 * JWTs of one issuer: signed by one of its keys, for this audience, not expired. `scope` names roles
 * (`lockstep:viewer`, `lockstep:worker`, `lockstep:operator`); `lockstep_tasks` and `lockstep_sources` bind them, and a
 * worker has both (8-settled.md, *Identity*).
 */
export class JwtVerifier implements TokenVerifier {
  readonly #decode = createDecoder({ complete: true });
  readonly #verifiers = new WeakMap<VerifyingKey, (token: string) => unknown>();

  constructor(
    private readonly keys: KeySet,
    private readonly rules: JwtRules,
  ) {}

  async verify(token: string): Promise<VerifiedToken | null> {
    const kid = this.#keyIdOf(token);
    if (kid === undefined) return null;
    const key = await this.keys.find(kid);
    if (key === null) return null;
    try {
      return this.#ownerOf(JsonValue.root(this.#verifierOf(key)(token), 'token'));
    } catch (error) {
      // Whoever sent it learns only that it isn't valid: what is wrong with it helps to forge one.
      if (error instanceof TokenError || error instanceof LockstepError) return null;
      throw error;
    }
  }

  close(): void {
    // The keys are read when they are asked for: nothing runs.
  }

  /** Undefined: it is no JWT. Null: it names no key. */
  #keyIdOf(token: string): string | null | undefined {
    try {
      const header = JsonValue.root(this.#decode(token), 'token').field('header');
      return header.field('kid').nullable((kid) => kid.text());
    } catch (error) {
      if (error instanceof TokenError || error instanceof LockstepError) return undefined;
      throw error;
    }
  }

  #verifierOf(key: VerifyingKey): (token: string) => unknown {
    const known = this.#verifiers.get(key);
    if (known !== undefined) return known;
    const verify: (token: string) => unknown = createVerifier({
      key: key.pem,
      algorithms: [...key.algorithms],
      allowedIss: this.rules.issuer,
      allowedAud: this.rules.audience,
      clockTolerance: this.rules.toleranceMs,
      requiredClaims: ['iss', 'aud', 'sub', 'exp'],
    });
    this.#verifiers.set(key, verify);
    return verify;
  }

  #ownerOf(claims: JsonValue): VerifiedToken | null {
    const subject = claims.field('sub').text();
    const roles = rolesOf(claims.field('scope').text());
    const [tasks, sources] = [claims.field('lockstep_tasks'), claims.field('lockstep_sources')];
    if (!isName(subject) || roles.size === 0 || (roles.has('worker') && !(tasks.isPresent && sources.isPresent)))
      return null;
    return {
      actAs: this.rules.actAs.has(subject),
      identity: {
        actor: subject,
        via: null,
        roles,
        tasks: allOrSome(tasks, parseTaskName),
        sources: allOrSome(sources, parseSourceId),
        expiresAtMs: claims.field('exp').integer() * 1_000 + this.rules.toleranceMs,
      },
    };
  }
}

function rolesOf(scope: string): ReadonlySet<Role> {
  const named = scope.split(' ').flatMap((text) => SCOPE.exec(text)?.[1] ?? []);
  return new Set(ROLES.filter((role) => named.includes(role)));
}
