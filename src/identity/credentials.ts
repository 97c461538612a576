/** What a client says of itself: over HTTP in headers, over a WebSocket in its first message or in the headers of the upgrade. */
export interface Credentials {
  /** The token, without `Bearer`; null: none was sent. */
  readonly token: string | null;
  /** For whom a router speaks (`x-lockstep-actor`); null: for itself. */
  readonly actor: string | null;
}

/** Headers, or the payload of `connection_init`: unknown values by name. */
export type Sent = Readonly<Record<string, unknown>>;

/** The header by which a router names who asks. */
export const ACTOR_HEADER = 'x-lockstep-actor';

/** The credentials in the first of `sent` that has some: the payload of a connection wins over its headers. */
export function credentialsOf(...sent: readonly (Sent | undefined)[]): Credentials {
  const first = (read: (values: Sent) => string | null): string | null =>
    sent.map((values) => (values === undefined ? null : read(values))).find((text) => text !== null) ?? null;
  return { token: first(tokenOf), actor: first((values) => textOf(values, ACTOR_HEADER)) };
}

function tokenOf(values: Sent): string | null {
  const authorization = textOf(values, 'authorization');
  return authorization === null ? textOf(values, 'token') : bearerOf(authorization);
}

function textOf(values: Sent, name: string): string | null {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function bearerOf(authorization: string): string {
  return /^bearer +(.+)$/iu.exec(authorization)?.[1]?.trim() ?? authorization;
}
