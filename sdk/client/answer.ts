import { LockstepError } from '../../src/core/model/error';
import type { TransportAnswer } from './transport';
import { refusal } from './refusal';

/** What came of one request. */
export type Outcome =
  | { readonly kind: 'data'; readonly data: Readonly<Record<string, unknown>> }
  /** The same request may be sent again. */
  | { readonly kind: 'again'; readonly error: LockstepError }
  | { readonly kind: 'failed'; readonly error: LockstepError };

/** What an answer over HTTP says (PROTOCOL 1.3, 1.4). */
export function readAnswer({ status, body }: TransportAnswer): Outcome {
  const errors = isObject(body) && Array.isArray(body['errors']) ? body['errors'] : [];
  if (errors.length > 0) return readErrors(errors, status);
  if (status >= 500 || status === 429) return again(`the server answered with status ${status}`);
  if (status === 401 || status === 403)
    return failed(new LockstepError('UNAUTHENTICATED', `the server answered with status ${status}`));
  const data = isObject(body) ? body['data'] : undefined;
  if (!isObject(data)) return failed(broken(`an answer without data, of status ${status}`));
  return { kind: 'data', data };
}

/** What top-level errors of an answer or of a subscription say. */
export function readErrors(errors: readonly unknown[], status: number): Outcome {
  const [first] = errors;
  const message = textOf(first, 'message') ?? 'an error without a message';
  const extensions = isObject(first) ? first['extensions'] : undefined;
  const code = textOf(extensions, 'code') ?? 'PROTOCOL_BROKEN';
  const help = textOf(extensions, 'help');
  if (code === 'STORE_UNAVAILABLE' || code === 'TOO_MANY_REQUESTS' || status >= 500) return again(message);
  if (isKept(code))
    return failed(
      help === null
        ? new LockstepError(code, message)
        : refusal({ code, message, help, retryable: false, details: [] }),
    );
  return failed(broken(`${code}: ${message}`));
}

/** Whether a top-level error is told as what it is; any other is a defect of one side. */
function isKept(code: string): code is 'UNAUTHENTICATED' | 'FORBIDDEN' | 'REQUEST_TOO_LARGE' | 'STALE_SESSION' {
  return ['UNAUTHENTICATED', 'FORBIDDEN', 'REQUEST_TOO_LARGE', 'STALE_SESSION'].includes(code);
}

/** The error that a result tells; null: it is a success, a list, or of a type that is expected. */
export function readRefusal(value: unknown, expected: readonly string[]): LockstepError | null {
  if (Array.isArray(value)) return null;
  if (!isObject(value)) return broken('a result that is no object');
  if (expected.includes(textOf(value, '__typename') ?? '')) return null;
  const code = textOf(value, 'code');
  if (code === null) return null;
  const details = Array.isArray(value['details']) ? value['details'] : [];
  return refusal({
    code,
    message: textOf(value, 'message') ?? code,
    help: textOf(value, 'help') ?? '',
    retryable: value['retryable'] === true,
    details: details.flatMap((detail) => {
      const name = textOf(detail, 'name');
      return name === null ? [] : [{ name, value: textOf(detail, 'value') ?? '' }];
    }),
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of a value that is a text; null: there is none. */
export function textOf(value: unknown, name: string): string | null {
  const text = isObject(value) ? value[name] : undefined;
  return typeof text === 'string' ? text : null;
}

function again(reason: string): Outcome {
  return { kind: 'again', error: new LockstepError('SERVER_UNREACHABLE', reason) };
}

function failed(error: LockstepError): Outcome {
  return { kind: 'failed', error };
}

function broken(reason: string): LockstepError {
  return new LockstepError('PROTOCOL_BROKEN', reason);
}
