import { LockstepError } from '../../core/model/error';
import { normaliseCollation } from '../../core/table/collation';

/** Bytes of a text that names something for a client, as UTF-8: as many as a name may have that is part of a key. */
const LONGEST_NAME_BYTES = 200;

/** Characters of what a person says about an action. */
const LONGEST_REASON = 2_000;

/** A charset, then what tells its collations apart; `binary` has none. */
const COLLATION = /^(?:binary|[a-z0-9]+_[a-z0-9_]+)$/u;

/** A text that must not be empty. @throws LockstepError INVALID_INPUT with the field */
export function parseText(field: string, text: string): string {
  if (text === '') throw new LockstepError('INVALID_INPUT', `${field} must not be empty`, { field });
  if (text.includes('\0')) throw new LockstepError('INVALID_INPUT', `${field} must not contain NUL`, { field });
  return text;
}

/** A number within bounds, both included. @throws LockstepError INVALID_INPUT with the field */
export function parseWithin(field: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new LockstepError('INVALID_INPUT', `${field} must be from ${least} to ${most}, not ${value}`, { field });
}

/** A text by which a client names something: itself, an attempt, a request. @throws LockstepError INVALID_INPUT with the field */
export function parseName(field: string, text: string): string {
  const bytes = Buffer.byteLength(parseText(field, text));
  if (bytes <= LONGEST_NAME_BYTES) return text;
  throw new LockstepError('INVALID_INPUT', `${field} has ${bytes} bytes; at most ${LONGEST_NAME_BYTES} are possible`, {
    field,
  });
}

/** Why a person does something; empty: not said. @throws LockstepError INVALID_INPUT */
export function parseReason(reason: string | null | undefined): string {
  const { length } = reason ?? '';
  if (length <= LONGEST_REASON) return reason ?? '';
  const message = `reason has ${length} characters; at most ${LONGEST_REASON} are kept`;
  throw new LockstepError('INVALID_INPUT', message, { field: 'reason' });
}

/** A default collation as schemas are compared by it; null: none was given. @throws LockstepError INVALID_INPUT */
export function parseCollation(collation: string | null | undefined): string | null {
  if (collation == null) return null;
  const normal = normaliseCollation(collation);
  if (COLLATION.test(normal)) return normal;
  throw new LockstepError('INVALID_INPUT', 'defaultCollation is not the name of a collation, such as utf8mb4_bin', {
    field: 'defaultCollation',
  });
}
