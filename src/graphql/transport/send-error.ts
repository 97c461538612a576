import type { ServerResponse } from 'node:http';
import type { ErrorCode } from '../../core/model/error-catalogue';
import { topLevelError } from '../errors/top-level-error';

/** Answer with one error in the form of GraphQL. */
export function sendError(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ errors: [topLevelError(code, message).toJSON()] }));
}
