import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { ErrorCode } from '../../core/model/error-catalogue';
import { topLevelError } from '../errors/top-level-error';

/** Answer with one error in the form of GraphQL. */
export function sendError(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  sendErrors(response, status, [topLevelError(code, message).toJSON()]);
}

/** Answer with errors in the form of GraphQL, and in the media type that the client wants. */
export function sendErrors(response: ServerResponse, status: number, errors: readonly GraphQLFormattedError[]): void {
  response.statusCode = status;
  response.setHeader('content-type', `${mediaTypeOf(response.req.headers.accept)}; charset=utf-8`);
  response.setHeader('cache-control', 'no-store');
  response.end(JSON.stringify({ errors }));
}

const RESPONSE_JSON = 'application/graphql-response+json';

function mediaTypeOf(accept = ''): string {
  return accept.includes(RESPONSE_JSON) ? RESPONSE_JSON : 'application/json';
}
