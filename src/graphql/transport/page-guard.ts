import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';

/** What pages in browsers may do here. */
export interface PageRules {
  /** Origins of pages that may send requests, for example `https://dashboards.example`; others may not. */
  readonly origins: readonly string[];
  /**
   * Whether only programs of this machine come, and need not say who they are. Then names that lead here must be this
   * machine's: a page could make its own name lead here, and would be taken for one of ours.
   */
  readonly isLocal: boolean;
}

const ALLOWED_HEADERS = 'content-type, authorization, apollo-require-preflight, x-lockstep-actor';

/** How long browsers may remember what a page may do, in seconds. */
const REMEMBERED_S = 600;

/** Keeps pages of other origins away: what a browser sends for them is refused, and answers aren't shown to them. */
export class PageGuard {
  readonly #origins: ReadonlySet<string>;
  /** The host of the last request that came under a name of this machine. */
  #ownHost: string | null = null;

  constructor(private readonly rules: PageRules) {
    this.#origins = new Set(rules.origins);
  }

  /** Whether the name under which the server was reached may lead here. */
  isOwnName({ headers: { host = '' } }: IncomingMessage): boolean {
    // Most requests come under one name, and to take a URL apart takes longer than the rest.
    if (!this.rules.isLocal || host === this.#ownHost) return true;
    const name = hostNameOf(host);
    const isOwn = name !== null && (name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0);
    if (isOwn) this.#ownHost = host;
    return isOwn;
  }

  /** Whether a page of the request's origin may use a connection; programs that aren't browsers say no origin. */
  isOwnPage({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    if (origin === undefined || this.#origins.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }

  /**
   * Let a page of an allowed origin read the answer.
   * @returns whether the request only asked what the page may do, and was answered
   */
  allow({ method, headers }: IncomingMessage, response: ServerResponse): boolean {
    if (this.#origins.size === 0) return false;
    response.setHeader('vary', 'origin');
    const { origin } = headers;
    if (origin === undefined || !this.#origins.has(origin)) return false;
    response.setHeader('access-control-allow-origin', origin);
    if (method !== 'OPTIONS') return false;
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
    response.setHeader('access-control-max-age', REMEMBERED_S);
    response.writeHead(204).end();
    return true;
  }
}

/** Null: it is no host of a URL. */
function hostNameOf(host: string): string | null {
  if (!URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/gu, '');
}
