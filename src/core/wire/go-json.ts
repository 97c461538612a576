import { compareUtf8 } from './utf8';

/** JSON text that is already written. */
type Json = string;

/** What Go's encoder escapes within strings; with the `u` flag, `\p{Surrogate}` is a lone surrogate. */
const ESCAPED = /["\\<>&\p{Surrogate}\u0000-\u001f\u2028\u2029]/gu;

/** Characters with an escape of their own. Go writes `\b` and `\f` so since 1.22, and numbers before. */
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * `text` as Go's `encoding/json` writes it: `<`, `>`, `&`, U+2028 and U+2029 as `\u003c` and so on. A lone surrogate,
 * which no UTF-8 text can hold, becomes `\ufffd`, as Go writes a damaged byte; a real U+FFFD stays itself.
 */
export function writeText(text: string): Json {
  return `"${text.replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  const unit = character.charCodeAt(0);
  return `\\u${(unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit).toString(16).padStart(4, '0')}`;
}

/** A list of texts; null, a list that was never set, is `null`. */
export function writeTexts(texts: readonly string[] | null): Json {
  return texts === null ? 'null' : writeList(texts.map(writeText));
}

/** A list of written elements. */
export function writeList(elements: readonly Json[]): Json {
  return `[${elements.join(',')}]`;
}

/** An object with its fields in the given order; the values are written already. */
export function writeObject(fields: Readonly<Record<string, Json>>): Json {
  return `{${Object.entries(fields).map(writeField).join(',')}}`;
}

/** A map with its names in Go's order, that of their UTF-8 bytes; the values are written already. */
export function writeMap(entries: Iterable<readonly [string, Json]>): Json {
  const sorted = [...entries].sort(([a], [b]) => compareUtf8(a, b));
  return `{${sorted.map(writeField).join(',')}}`;
}

function writeField([name, value]: readonly [string, Json]): Json {
  return `${writeText(name)}:${value}`;
}
