import { LockstepError } from '../model/error';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The end of the JSON value that starts at `start`: the index behind its last character. One pass over the characters,
 * which looks at nothing but brackets and strings, so that the parts of a stored value can be cut out before it is known
 * whether they must be parsed at all.
 * @throws LockstepError UNREADABLE_VALUE if the text ends within the value, or no value starts there
 */
export function skipValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        if (depth === 0) return at + 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (depth === 0) return endOfScalar(start, at);
        depth -= 1;
        if (depth === 0) return at + 1;
        break;
      case 0x2c: // ,
      case 0x09:
      case 0x0a:
      case 0x0d:
      case 0x20:
        if (depth === 0) return endOfScalar(start, at);
        break;
      default:
    }
  }
  return depth === 0 ? endOfScalar(start, text.length) : fail(start);
}

/** The index of the quote that ends the string whose first quote is at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at;
    if (unit === BACKSLASH) at += 1;
  }
  return fail(start);
}

function endOfScalar(start: number, end: number): number {
  return end > start ? end : fail(start);
}

function fail(start: number): never {
  const message = `the JSON value that starts at character ${start} doesn't end`;
  throw new LockstepError('UNREADABLE_VALUE', message, { position: start });
}
