import type { Cursor } from './cursor';

/** `[=] NONE`, after `LOCK`. */
export function parseLock(cursor: Cursor): string {
  cursor.acceptSymbol('=');
  return cursor.expectOneOf('DEFAULT', 'NONE', 'SHARED', 'EXCLUSIVE');
}

/** `[=] INPLACE`, after `ALGORITHM`. */
export function parseAlgorithm(cursor: Cursor): string {
  cursor.acceptSymbol('=');
  return cursor.expectOneOf('DEFAULT', 'INSTANT', 'INPLACE', 'COPY', 'NOCOPY');
}
