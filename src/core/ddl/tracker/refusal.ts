import { LockstepError } from '../../model/error';
import type { ErrorFields } from '../../model/error';

/**
 * A statement that doesn't fit the schema that it is applied to: DDL_NOT_APPLICABLE. The message names the column or
 * index, so that a person sees which of the two is wrong, the statement or the reported schema.
 */
export function notApplicable(message: string, fields: ErrorFields = {}): LockstepError {
  return new LockstepError('DDL_NOT_APPLICABLE', message, fields);
}

/** A valid statement whose effect on a schema this program cannot tell: DDL_UNSUPPORTED. */
export function unsupported(message: string, fields: ErrorFields = {}): LockstepError {
  return new LockstepError('DDL_UNSUPPORTED', message, fields);
}
