import { LockstepError } from '../model/error';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The bit in which `{` and `[` differ, and `}` and `]`: with it set both are the curly one. */
const BRACKET_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** Comma, colon, closing brackets and white space: what stands behind a number or a word. */
const END_OF_SCALAR: ReadonlySet<number> = new Set([0x2c, 0x3a, 0x5d, 0x7d, 0x09, 0x0a, 0x0d, 0x20]);

/**
 * The end of the JSON value that starts at `start`: the index behind its last character. One pass over the characters,
 * which looks at nothing but brackets and strings, so that the parts of a stored value can be cut out before it is known
 * whether they must be parsed at all.
 * @throws LockstepError UNREADABLE_VALUE if the text ends within the value, or no value starts there
 */
export function skipValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return endOfString(text, start) + 1;
  if ((first | BRACKET_BIT) === OPENING) return endOfBrackets(text, start);
  let at = start;
  while (at < text.length && !END_OF_SCALAR.has(text.charCodeAt(at))) at++;
  return at > start ? at : fail(start);
}

/** The end of a list or object. Whether each bracket is closed by one of its kind is left to whoever parses the value. */
function endOfBrackets(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if ((unit | BRACKET_BIT) === OPENING) depth += 1;
    else if ((unit | BRACKET_BIT) === CLOSING) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return fail(start);
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

function fail(start: number): never {
  const message = `the JSON value that starts at character ${start} doesn't end`;
  throw new LockstepError('UNREADABLE_VALUE', message, { position: start });
}
