import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { ErrorCatalogue } from '../../core/model/error-catalogue';
import type { ErrorCode } from '../../core/model/error-catalogue';
import { LockstepError } from '../../core/model/error';
import type { ErrorFields } from '../../core/model/error';

/** An error outside of the result unions, with its code, help and the rest in `extensions`. */
export function topLevelError(code: ErrorCode, message: string, fields: ErrorFields = {}): GraphQLError {
  const { help, retryable, dmCode } = ErrorCatalogue[code];
  return new GraphQLError(message, { extensions: { code, help, retryable, dmCode, fields } });
}

/** An error of GraphQL's own, with a code that tells what kind of error it is. */
export function withCode(
  error: GraphQLError,
  code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'BAD_USER_INPUT',
): GraphQLError {
  const { message, nodes = null, source = null, positions = null, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { ...extensions, code } });
}

/** The top-level error of a request that fails with an error that a query has no other place for. */
export function rejectRequest({ code, message }: { readonly code: ErrorCode; readonly message: string }): GraphQLError {
  return topLevelError(code, message);
}

/** What GraphQL guesses at the end of a message: what the schema has that is spelt alike. */
const GUESS = / Did you mean .*\?$/su;

/** An error as it is shown where nobody is told of the schema: not all of GraphQL's own checks keep their guesses back. */
export function withoutGuess(error: GraphQLFormattedError): GraphQLFormattedError {
  return GUESS.test(error.message) ? { ...error, message: error.message.replace(GUESS, '') } : error;
}

/** Where defects are written to. */
export interface DefectLog {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Makes IDs by which a person finds an error of an answer in the log. */
export type NewId = () => string;

/**
 * What a client is told of an error. What users can expect and bad requests keep their text; anything else is a defect:
 * it is logged with its stack under an ID, and the client gets the ID only.
 */
export function presentError(error: GraphQLError, log: DefectLog, newId: NewId): GraphQLError {
  const cause = originOf(error);
  if (cause === null) return error;
  const place = {
    ...(error.nodes === undefined ? {} : { nodes: error.nodes }),
    ...(error.path === undefined ? {} : { path: error.path }),
  };
  if (cause instanceof LockstepError) {
    const shown = topLevelError(cause.code, cause.message, cause.fields);
    return new GraphQLError(shown.message, { ...place, extensions: shown.extensions });
  }
  const id = newId();
  log.error({ err: cause, errorId: id, path: error.path?.join('.') }, 'a request failed unexpectedly');
  const { extensions } = topLevelError('INTERNAL', 'the server failed', { errorId: id });
  return new GraphQLError(`the server failed; the log has the reason under ${id}`, { ...place, extensions });
}

/** What was thrown, if it was anything but a GraphQL error. */
function originOf(error: GraphQLError): Error | null {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause instanceof GraphQLError ? null : cause;
}
