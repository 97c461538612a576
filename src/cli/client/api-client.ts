import { LockstepError } from '../../core/model/error';
import { ErrorCatalogue } from '../../core/model/error-catalogue';
import type { ErrorCode } from '../../core/model/error-catalogue';
import { JsonValue } from '../../core/wire/json-reader';
import { readDocument } from './documents';
import type { DocumentName } from './documents';

/** Where the server is, and who asks. */
export interface Connection {
  /** The URL of GraphQL. */
  readonly url: URL;
  readonly token: string | null;
}

/** How long an answer may take, in milliseconds: manual actions wait for workers for up to 20 seconds. */
const TIMEOUT_MS = 60_000;

/** How much is shown of an answer that isn't one. */
const SHOWN_CHARACTERS = 200;

/** Variables of a document. */
export type Variables = Readonly<Record<string, unknown>>;

/** Asks a server over HTTP. */
export class ApiClient {
  constructor(
    readonly connection: Connection,
    private readonly interrupted: AbortSignal,
  ) {}

  /**
   * Send one of the published documents. @returns the value of its one root field
   * @throws LockstepError with the server's code; SERVER_UNREACHABLE, PROTOCOL_BROKEN
   */
  async ask(name: DocumentName, variables: Variables = {}): Promise<JsonValue> {
    const answer = await this.#post({ query: readDocument(name), variables });
    const [error] = answer.field('errors').or<JsonValue[]>([], (errors) => errors.list((each) => each));
    if (error !== undefined) throw topLevelError(error);
    const data = answer.field('data');
    const [field = ''] = data.names();
    return data.field(field);
  }

  /** What an open path of the server says, for example `/readyz`. @throws LockstepError SERVER_UNREACHABLE */
  async look(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.#fetch(new URL(path, this.connection.url), {});
    return { status: response.status, text: await response.text() };
  }

  async #post(body: object): Promise<JsonValue> {
    const { url, token } = this.connection;
    const response = await this.#fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const answer = isJson(text) ? JsonValue.root(JSON.parse(text), 'the answer of the server') : null;
    if (answer?.names().some((name) => name === 'data' || name === 'errors') === true) return answer;
    const what = `${url.href} answered with status ${response.status}, and not as GraphQL does`;
    const begin = text.slice(0, SHOWN_CHARACTERS).trim();
    throw new LockstepError('PROTOCOL_BROKEN', begin === '' ? what : `${what}: ${begin}`, { url: url.href });
  }

  async #fetch(url: URL, options: RequestInit): Promise<Response> {
    try {
      return await fetch(url, {
        ...options,
        signal: AbortSignal.any([this.interrupted, AbortSignal.timeout(TIMEOUT_MS)]),
      });
    } catch (error) {
      if (this.interrupted.aborted) throw error;
      throw new LockstepError('SERVER_UNREACHABLE', `no server answers at ${url.href}: ${reasonOf(error)}`, {
        url: url.href,
      });
    }
  }
}

/** Whether a text is an object in JSON. */
function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Why `fetch` failed: its own message says only that it did. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // Both addresses of `localhost` were tried: each has a reason of its own, and the whole has none.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : null;
  return cause.message === '' && first instanceof Error ? first.message : cause.message;
}

/** A request that failed as a whole. Codes that aren't of the catalogue are those of malformed requests. */
export function topLevelError(error: JsonValue): LockstepError {
  const message = error.field('message').text();
  const code = error
    .field('extensions')
    .or('', (extensions) => extensions.field('code').or('', (value) => value.text()));
  if (isErrorCode(code)) return new LockstepError(code, message);
  const isOld = code === 'GRAPHQL_VALIDATION_FAILED';
  return new LockstepError(
    isOld ? 'PROTOCOL_BROKEN' : 'INVALID_INPUT',
    isOld ? `the server doesn't know what this command asks for; it may be of another version: ${message}` : message,
  );
}

/** Whether a text is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ErrorCatalogue, text);
}
