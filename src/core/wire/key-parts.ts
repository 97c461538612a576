import { LockstepError } from '../model/error';
import { decodeHex, encodeHex } from './hex';

/** The path of a kind of keys and how many parts follow it. The path ends with `/`. */
export interface KeyLayout {
  readonly path: string;
  readonly parts: number;
}

/**
 * A key, or with fewer parts than the layout has a prefix that ends with `/`: the path and the hex of each part.
 * @throws LockstepError INVALID_INPUT if a part is empty or there are too many; an empty part would make a key look like
 *   the one of fewer parts (deviation P15)
 */
export function joinKey(layout: KeyLayout, parts: readonly string[]): string {
  if (parts.length > layout.parts) {
    throw new LockstepError('INVALID_INPUT', `${layout.path} has ${layout.parts} parts, not ${parts.length}`);
  }
  const empty = parts.indexOf('');
  if (empty >= 0) throw new LockstepError('INVALID_INPUT', `part ${empty + 1} of a key under ${layout.path} is empty`);
  const joined = layout.path + parts.map(encodeHex).join('/');
  return parts.length < layout.parts && parts.length > 0 ? `${joined}/` : joined;
}

/**
 * The parts of a key of this layout. Upper-case hex and one `/` at the end are read, as DM does, though never written.
 * @throws LockstepError INVALID_INPUT if it has another number of parts, an empty one, or one that isn't hex of UTF-8
 */
export function splitKey(layout: KeyLayout, key: string): string[] {
  const rest = key.slice(layout.path.length, key.endsWith('/') ? -1 : undefined);
  const parts = rest.split('/').map(decodeHex);
  if (parts.length !== layout.parts || parts.includes('')) {
    throw new LockstepError('INVALID_INPUT', `expected ${layout.parts} parts that aren't empty after ${layout.path}`);
  }
  return parts;
}

/** The parts that a prefix of this layout has, as `joinKey` wrote it. @throws LockstepError INVALID_INPUT if one isn't hex of UTF-8 */
export function splitPrefix(layout: KeyLayout, prefix: string): string[] {
  return prefix
    .slice(layout.path.length)
    .split('/')
    .filter((part) => part !== '')
    .map(decodeHex);
}
