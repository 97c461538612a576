import type { ErrorCode } from '../../core/model/error-catalogue';
import { LockstepError } from '../../core/model/error';
import { failure } from '../../core/model/result';
import type { Result } from '../../core/model/result';
import { createUnionType } from '../decorators';
import type { ClassType } from '../decorators';
import { errorTypeOf } from './error-types';
import { rejectRequest } from './top-level-error';
import { UserError, userErrorTypeName } from './user-error';

/** Errors that every mutation may give. */
const OF_ALL: readonly ErrorCode[] = [
  'INVALID_INPUT',
  'FORBIDDEN',
  'TOO_MANY_REQUESTS',
  'READ_ONLY',
  'CONTENTION',
  'UNREADABLE_VALUE',
];

/** The result of one mutation: its success, or the errors that a user can expect of it. */
export interface ResultUnion {
  /** The GraphQL union, for decorators. */
  readonly type: object;
  /** Whether an error of this code is a member. */
  has(code: ErrorCode): boolean;
}

/**
 * The union `<name>Result`, which `mutations` give, of `<name>Success` and the types of errors with these codes and those that every mutation has.
 * A new member is no breaking change: documents select `... on ShardUserError`.
 */
export function resultUnion(
  mutations: string,
  name: string,
  success: ClassType,
  codes: readonly ErrorCode[],
): ResultUnion {
  const all = new Set([...OF_ALL, ...codes]);
  const type = createUnionType({
    name: `${name}Result`,
    description: `What ${mutations} gives: a success, or an error that can be expected.`,
    types: (): readonly ClassType[] => [success, ...[...all].map(errorTypeOf)],
    resolveType: (value: object) => (value instanceof UserError ? userErrorTypeName(value.code) : `${name}Success`),
  });
  return { type, has: (code) => all.has(code) };
}

/**
 * The answer of a mutation: the success made of the service's value, or its error as a member of the union. An error
 * that isn't a member becomes a top-level error with its code.
 */
export async function answer<T, S extends object>(
  union: ResultUnion,
  request: () => Promise<Result<T, LockstepError>>,
  succeed: (value: T) => S | UserError,
): Promise<S | UserError> {
  const result = await settle(request);
  const value = result.ok ? succeed(result.value) : new UserError(result.error);
  if (value instanceof UserError && !union.has(value.code)) throw rejectRequest(value);
  return value;
}

/** Parsing of inputs throws its errors, the service gives them: to the client both are the same. */
async function settle<T>(request: () => Promise<Result<T, LockstepError>>): Promise<Result<T, LockstepError>> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof LockstepError) return failure(error);
    throw error;
  }
}
