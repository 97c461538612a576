import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { ApolloServer, HTTPGraphQLResponse } from '@apollo/server';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Identity } from '../../core/model/identity';
import type { EndTurn, HeavyTurns } from '../limits/heavy-turns';
import type { RequestContext } from '../request-context';
import type { DocumentCache } from './document-cache';
import type { GraphqlCallbacks } from './graphql-callbacks';
import { sendError, sendErrors } from './send-error';
import { takeRequest } from './take-request';
import type { TakeOptions } from './take-request';
import { waitingText } from './waiting-text';

/** What answering GraphQL over HTTP needs. */
export interface GraphqlHttpOptions extends TakeOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly documents: DocumentCache;
  /** Subscriptions whose results go to addresses that routers name; null: there are none. */
  readonly callbacks: GraphqlCallbacks | null;
  /** What a client is told of errors. */
  readonly show: (errors: readonly GraphQLError[]) => readonly GraphQLFormattedError[];
  readonly contextOf: (identity: Identity) => RequestContext;
  readonly turns: HeavyTurns;
}

/** Answer one GraphQL request over HTTP: Apollo does the work, this is its way in and out. */
export async function answerGraphql(
  options: GraphqlHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const taken = await takeRequest(options, request, response);
  if (taken === null) return;
  const body = parseBody(request, taken.text);
  if (body.kind === 'malformed') {
    sendError(response, 400, 'INVALID_INPUT', 'the body is not JSON');
    return;
  }
  const document = documentOf(request, body.value);
  const read = document === null ? null : options.documents.read(document);
  if (read?.kind === 'invalid') {
    sendErrors(response, 400, options.show(read.errors));
    return;
  }
  const { callbacks } = options;
  const mayCallBack = callbacks !== null && request.method === 'POST' && document !== null;
  if (mayCallBack && (await callbacks.take(taken.asker, body.value, response))) return;
  await execute(options, taken.asker.identity, request, body.value, response);
}

/** Have a request carried out and answered; a heavy one in its turn, which lasts until its answer is on the way. */
async function execute(
  { apollo, contextOf, turns }: GraphqlHttpOptions,
  identity: Identity,
  request: IncomingMessage,
  body: unknown,
  response: ServerResponse,
): Promise<void> {
  let endTurn: EndTurn = () => undefined;
  const takeTurn = async (): Promise<boolean> => {
    endTurn = await turns.begin(identity.actor);
    return !request.socket.destroyed;
  };
  try {
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: (request.method ?? 'GET').toUpperCase(),
        headers: headersOf(request),
        search: searchOf(request),
        body,
      },
      context: () => Promise.resolve({ ...contextOf(identity), takeTurn }),
    });
    await send(response, answer);
  } finally {
    endTurn();
  }
}

type ParsedBody = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'malformed' };

/** Only what says that it is JSON is parsed: Apollo refuses everything else, as its protection against CSRF needs. */
function parseBody(request: IncomingMessage, text: string): ParsedBody {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  const isJson = request.method === 'POST' && type?.trim().toLowerCase() === 'application/json';
  if (!isJson) return { kind: 'value', value: undefined };
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch {
    return { kind: 'malformed' };
  }
}

/** The document of a request that has one; null: Apollo says what is wrong, or knows it by its hash. */
function documentOf(request: IncomingMessage, body: unknown): string | null {
  const query: unknown =
    request.method === 'GET'
      ? new URLSearchParams(searchOf(request)).get('query')
      : typeof body === 'object' && body !== null && 'query' in body && body.query;
  return typeof query === 'string' && query !== '' ? query : null;
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
    response.end(waitingText(body.string));
    return;
  }
  for await (const chunk of body.asyncIterator) {
    if (response.destroyed) return;
    response.write(chunk);
  }
  response.end();
}
