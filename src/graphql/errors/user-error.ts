import { ErrorCatalogue } from '../../core/model/error-catalogue';
import type { ErrorCode } from '../../core/model/error-catalogue';
import type { LockstepError } from '../../core/model/error';
import { Field, InterfaceType, Int, ObjectType } from '../decorators';
import { ShardErrorCode } from '../enums';

/** One thing that an error names, for programs. */
@ObjectType({ description: 'One thing that an error names, for programs: for example the field of the input.' })
export class ShardErrorDetail {
  @Field(() => String, { description: 'What it is, for example `field` or `lockId`.' })
  readonly name!: string;

  @Field(() => String, { description: 'Its value as text; several values are separated by line breaks.' })
  readonly value!: string;
}

/** An error that a user can expect, as the result unions show it. Its values are `UserError`s. */
@InterfaceType({
  description:
    'An error that a user can expect. Each has a code of the error catalogue, which says what to do about it.',
  resolveType: (error: UserError) => userErrorTypeName(error.code),
})
export abstract class ShardUserError {
  @Field(() => ShardErrorCode, { description: 'The code of the error catalogue.' })
  readonly code!: ErrorCode;

  @Field(() => String, { description: 'What happened, for people.' })
  readonly message!: string;

  @Field(() => String, { description: 'What can be done about it.' })
  readonly help!: string;

  @Field(() => Boolean, { description: 'Whether the same request may succeed later without a change.' })
  readonly retryable!: boolean;

  @Field(() => Int, { nullable: true, description: "DM's numeric code, where DM has the same error." })
  readonly dmCode!: number | null;

  @Field(() => [ShardErrorDetail], { description: 'What the error names, for programs.' })
  readonly details!: readonly ShardErrorDetail[];
}

/** The value of a `ShardUserError`: texts come from the catalogue, by the error's code. */
export class UserError implements ShardUserError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly help: string;
  readonly retryable: boolean;
  readonly dmCode: number | null;
  readonly details: readonly ShardErrorDetail[];

  constructor({ code, message, fields }: Pick<LockstepError, 'code' | 'message' | 'fields'>) {
    this.code = code;
    this.message = message;
    this.help = ErrorCatalogue[code].help;
    this.retryable = ErrorCatalogue[code].retryable;
    this.dmCode = ErrorCatalogue[code].dmCode;
    this.details = Object.entries(fields).map(([name, value]) => ({ name, value: detailText(value) }));
  }
}

function detailText(value: LockstepError['fields'][string]): string {
  return Array.isArray(value) ? value.join('\n') : String(value);
}

/** The GraphQL type of errors with this code: `LOCK_NOT_FOUND` is `ShardLockNotFound`. */
export function userErrorTypeName(code: ErrorCode): string {
  const words = code.split('_').map((word) => word.charAt(0) + word.slice(1).toLowerCase());
  return `Shard${words.join('')}`;
}

/** The description of the type of errors with this code. */
export function describeUserError(code: ErrorCode): string {
  return `The error \`${code}\`. ${ErrorCatalogue[code].help}`;
}
