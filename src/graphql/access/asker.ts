import type { IncomingMessage } from 'node:http';
import type { Identity } from '../../core/model/identity';
import { LockstepError } from '../../core/model/error';
import type { Authenticator } from '../../identity/authenticator';
import { ACTOR_HEADER, credentialsOf } from '../../identity/credentials';
import type { Credentials, Sent } from '../../identity/credentials';

/** Who is at the other end of a connection that stays open, which may outlive what he showed. */
export class Asker {
  private constructor(
    readonly identity: Identity,
    private readonly credentials: Credentials,
    private readonly authenticator: Authenticator,
  ) {}

  /** @throws LockstepError UNAUTHENTICATED */
  static async of(
    authenticator: Authenticator,
    { headers, headersDistinct }: IncomingMessage,
    payload: Sent | undefined,
  ): Promise<Asker> {
    // The names would come as one: what a client sent himself, and what a router added.
    if ((headersDistinct[ACTOR_HEADER]?.length ?? 0) > 1)
      throw new LockstepError('UNAUTHENTICATED', `${ACTOR_HEADER} is given more than once`);
    const credentials = credentialsOf(payload, headers);
    return new Asker(await authenticator.authenticate(credentials), credentials, authenticator);
  }

  /** Whether what he showed still says the same of him: tokens end, and are taken away. */
  async isStillKnown(): Promise<boolean> {
    try {
      return nameOf(await this.authenticator.authenticate(this.credentials)) === nameOf(this.identity);
    } catch (error) {
      if (error instanceof LockstepError) return false;
      throw error;
    }
  }
}

/** Equal for identities that may do the same. */
function nameOf({ actor, roles, tasks, sources }: Identity): string {
  const sorted = (values: ReadonlySet<string> | null): string[] | null => (values === null ? null : [...values].sort());
  return JSON.stringify([actor, sorted(roles), sorted(tasks), sorted(sources)]);
}
