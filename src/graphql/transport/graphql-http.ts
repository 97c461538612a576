import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { ApolloServer, HTTPGraphQLResponse } from '@apollo/server';
import { LockstepError } from '../../core/model/error';
import type { ErrorCode } from '../../core/model/error-catalogue';
import type { Identity } from '../../core/model/identity';
import type { Authenticator } from '../../identity/authenticator';
import { credentialsOf } from '../../identity/credentials';
import { topLevelError } from '../errors/top-level-error';
import type { RequestContext } from '../request-context';
import { readBody } from './http-body';

/** What answering GraphQL over HTTP needs. */
export interface GraphqlHttpOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticator: Authenticator;
  readonly contextOf: (identity: Identity) => RequestContext;
  /** The largest body that is taken. */
  readonly maxBodyBytes: number;
}

/** Answer one GraphQL request over HTTP: Apollo does the work, this is its way in and out. */
export async function answerGraphql(
  { apollo, authenticator, contextOf, maxBodyBytes }: GraphqlHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const identity = await identify(authenticator, request, response);
  if (identity === null) return;
  const read = await readBody(request, maxBodyBytes);
  if (read.kind === 'gone') return;
  if (read.kind === 'too-large') {
    // The rest of the body isn't read, so the connection can't be used again.
    response.setHeader('connection', 'close');
    sendError(response, 413, 'REQUEST_TOO_LARGE', `the body has more than ${maxBodyBytes} bytes`);
    return;
  }
  const body = parseBody(request, read.text);
  if (body.kind === 'malformed') {
    sendError(response, 400, 'INVALID_INPUT', 'the body is not JSON');
    return;
  }
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: (request.method ?? 'GET').toUpperCase(),
      headers: headersOf(request),
      search: searchOf(request),
      body: body.value,
    },
    context: () => Promise.resolve(contextOf(identity)),
  });
  await send(response, answer);
}

/** Who asks; null: nobody knows, and the request was answered so. */
export async function identify(
  authenticator: Authenticator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Identity | null> {
  try {
    return await authenticator.authenticate(credentialsOf(request.headers));
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'UNAUTHENTICATED') throw error;
    // What wasn't read of the body would be taken for the next request.
    response.setHeader('connection', 'close');
    response.setHeader('www-authenticate', 'Bearer');
    sendError(response, 401, error.code, error.message);
    return null;
  }
}

type ParsedBody = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'malformed' };

/** Only what says that it is JSON is parsed: Apollo refuses everything else, as its protection against CSRF needs. */
function parseBody(request: IncomingMessage, text: string): ParsedBody {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json') return { kind: 'value', value: undefined };
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch {
    return { kind: 'malformed' };
  }
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function searchOf({ url = '' }: IncomingMessage): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}

async function send(response: ServerResponse, { status, headers, body }: HTTPGraphQLResponse): Promise<void> {
  for (const [name, value] of headers) response.setHeader(name, value);
  response.statusCode = status ?? 200;
  if (body.kind === 'complete') {
    response.end(body.string);
    return;
  }
  for await (const chunk of body.asyncIterator) {
    if (response.destroyed) return;
    response.write(chunk);
  }
  response.end();
}

/** Answer with one error in the form of GraphQL. */
export function sendError(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ errors: [topLevelError(code, message).toJSON()] }));
}
