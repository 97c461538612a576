import { ErrorCatalogue } from './error-catalogue';
import type { ErrorCode, ExitStatus } from './error-catalogue';

/** What an error carries for programs, beside its code and sentence; plain JSON values. */
export type ErrorFields = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * An operating error: bad input, a state that forbids the request, an outside failure. Its code is a row of the error
 * catalogue, which says what to do about it, whether a retry can help, and DM's numeric code where one exists.
 */
export class LockstepError extends Error {
  override readonly name = 'LockstepError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly fields: ErrorFields = {},
  ) {
    super(message);
  }

  /** What a person can do about it. */
  get help(): string {
    return ErrorCatalogue[this.code].help;
  }

  /** Whether the same request may succeed later without a change. */
  get retryable(): boolean {
    return ErrorCatalogue[this.code].retryable;
  }

  /** DM's numeric code, where DM has the same error; otherwise null. */
  get dmCode(): number | null {
    return ErrorCatalogue[this.code].dmCode;
  }

  /** The status with which a command ends that fails so. */
  get exitStatus(): ExitStatus {
    return ErrorCatalogue[this.code].exitStatus;
  }
}
