import type { IncomingMessage } from 'node:http';

/** A request document with its variables. */
export interface StreamRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What a body is. */
export type ParsedStreamRequest =
  | { readonly kind: 'request'; readonly request: StreamRequest }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

/**
 * The one door for requests of server-sent events. Only JSON by POST is taken: a page of another origin can't send that
 * without asking first.
 */
export function parseStreamRequest({ method, headers }: IncomingMessage, text: string): ParsedStreamRequest {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (method !== 'POST') return refused(405, 'streams are asked for by POST');
  if (type.trim().toLowerCase() !== 'application/json') return refused(415, 'the body must be application/json');
  if (!/text\/event-stream|\*\/\*/iu.test(headers.accept ?? '*/*'))
    return refused(406, 'the answer is text/event-stream');
  return parseSentRequest(parseJson(text));
}

/** The request that a body of JSON is. */
export function parseSentRequest(body: unknown): ParsedStreamRequest {
  if (!isRecord(body)) return refused(400, 'the body is not an object of JSON');
  const { query, operationName = null, variables = {} } = body;
  if (typeof query !== 'string') return refused(400, 'query is not a text');
  if (operationName !== null && typeof operationName !== 'string') return refused(400, 'operationName is not a text');
  if (variables !== null && !isRecord(variables)) return refused(400, 'variables is not an object');
  return { kind: 'request', request: { query, operationName, variables: variables ?? {} } };
}

/** Whether nothing but a stream is taken as the answer: so routers ask for subscriptions at the path of everything else. */
export function asksForStream({ headers: { accept = '' } }: IncomingMessage): boolean {
  return /text\/event-stream/iu.test(accept) && !/application\//iu.test(accept);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(status: number, reason: string): ParsedStreamRequest {
  return { kind: 'refused', status, reason };
}
