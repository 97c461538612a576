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

/** Longer names of people aren't taken: they are kept in every audit record. */
const LONGEST_NAME = 200;

/** Signs that aren't shown, or turn round what is shown beside them. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What stands between somebody and the router that speaks for him, in whatever blanks. */
const VIA = /(?:^|\s)via\s|\svia(?:\s|$)/iu;

/**
 * Whether a text can name somebody in audit records, which people read in terminals. In none is *via* a word beside
 * others: nobody can be called as somebody for whom a router speaks.
 */
export function isName(text: string): boolean {
  return text !== '' && text.length <= LONGEST_NAME && !UNSHOWN.test(text) && !VIA.test(text);
}

/** Who acts, where a router speaks for somebody. Both are names, so it can be read in one way only. */
export function actorVia(actor: string, router: string): string {
  return `${actor} via ${router}`;
}

/**
 * The credentials in the first of `sent` that has a token: the payload of a connection wins over its headers. Nobody else
 * says for whom the token speaks: a router may pass on what its clients sent beside a token of its own.
 */
export function credentialsOf(...sent: readonly (Sent | undefined)[]): Credentials {
  for (const values of sent) {
    const token = values === undefined ? null : tokenOf(values);
    if (values !== undefined && token !== null) return { token, actor: textOf(values, ACTOR_HEADER) };
  }
  return { token: null, actor: null };
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
