import { LockstepError } from '../core/model/error';
import type { Identity } from '../core/model/identity';
import type { Authenticator, TokenVerifier, VerifiedToken } from './authenticator';
import { actorVia, isName } from './credentials';
import type { Credentials } from './credentials';

/** Longer tokens are nobody's: comparing and decoding cost as much as they are long. */
const LONGEST_TOKEN = 8_192;

/** Knows clients by their tokens: the first verifier that knows a token says whose it is. */
export class TokenAuthenticator implements Authenticator {
  constructor(private readonly verifiers: readonly TokenVerifier[]) {}

  async authenticate({ token, actor }: Credentials): Promise<Identity> {
    if (token === null) throw unauthenticated('a token is required: send `authorization: Bearer <token>`');
    const verified = token.length > LONGEST_TOKEN ? null : await this.#verify(token);
    if (verified === null) throw unauthenticated('the token is not valid');
    return actor === null ? verified.identity : speakFor(verified, actor);
  }

  close(): void {
    for (const verifier of this.verifiers) verifier.close();
  }

  async #verify(token: string): Promise<VerifiedToken | null> {
    for (const verifier of this.verifiers) {
      const verified = await verifier.verify(token);
      if (verified !== null) return verified;
    }
    return null;
  }
}

function speakFor({ identity, actAs }: VerifiedToken, actor: string): Identity {
  if (!actAs) throw unauthenticated('this token does not speak for others: leave out x-lockstep-actor');
  if (!isName(actor)) throw unauthenticated('x-lockstep-actor is not a name');
  return { ...identity, actor: actorVia(actor, identity.actor), via: identity.actor };
}

function unauthenticated(message: string): LockstepError {
  return new LockstepError('UNAUTHENTICATED', message);
}
