import { LockstepError } from '../../core/model/error';

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
