import { ErrorCatalogue } from '../../core/model/error-catalogue';
import type { ErrorCode } from '../../core/model/error-catalogue';
import { invariant } from '../../core/model/invariant';
import { ObjectType } from '../decorators';
import type { ClassType } from '../decorators';
import { isErrorCode } from '../enums';
import {
  ShardActionPending,
  ShardOwnerNotDone,
  ShardPartOfWorkersFailed,
  ShardStaleOperation,
} from './extended-errors';
import { ShardUserError, describeUserError, userErrorTypeName } from './user-error';

/** Types of errors that carry more than the catalogue says. */
const EXTENDED: ReadonlyMap<ErrorCode, ClassType> = new Map<ErrorCode, ClassType>([
  ['STALE_OPERATION', ShardStaleOperation],
  ['ACTION_PENDING', ShardActionPending],
  ['OWNER_NOT_DONE', ShardOwnerNotDone],
  ['PART_OF_WORKERS_FAILED', ShardPartOfWorkersFailed],
]);

/**
 * One object type for each code of the catalogue: the only place where types of errors come from. Those that are in no
 * union aren't part of the schema.
 */
const types: ReadonlyMap<ErrorCode, ClassType> = new Map(
  Object.keys(ErrorCatalogue)
    .filter(isErrorCode)
    .map((code) => [code, EXTENDED.get(code) ?? makeErrorType(code)]),
);

function makeErrorType(code: ErrorCode): ClassType {
  const type = class {
    readonly code = code;
  };
  ObjectType(userErrorTypeName(code), { implements: ShardUserError, description: describeUserError(code) })(type);
  return type;
}

/** The object type of errors with this code. */
export function errorTypeOf(code: ErrorCode): ClassType {
  const type = types.get(code);
  invariant(type !== undefined, `every code has a type: ${code}`);
  return type;
}
