import { skipValue } from './table-info-extent';

/** A part of a text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The first place from `at` on that isn't JSON's white space. */
function skipSpace(text: string, at: number): number {
  let next = at;
  for (;;) {
    const unit = text.charCodeAt(next);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return next;
    next += 1;
  }
}

/**
 * Where the elements of the list `text` stand, white space round the values included at most. Nothing within the
 * elements is checked: each must be read as JSON before the list counts as valid. Null: not the outline of a list.
 * @throws LockstepError UNREADABLE_VALUE if an element doesn't end
 */
export function spansOfElements(text: string): Span[] | null {
  const spans: Span[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '[') return null;
  at = skipSpace(text, at + 1);
  const isEmpty = text[at] === ']';
  while (!isEmpty) {
    const end = skipValue(text, at);
    spans.push({ start: at, end });
    at = skipSpace(text, end);
    if (text[at] === ']') break;
    if (text[at] !== ',') return null;
    at = skipSpace(text, at + 1);
  }
  return skipSpace(text, at + 1) === text.length ? spans : null;
}

/**
 * Where the values of the fields of the object `text` stand; of a name that comes twice, the last. The text must be
 * valid JSON and an object.
 */
export function spansOfFields(text: string): Map<string, Span> {
  const spans = new Map<string, Span>();
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text[at] === '"') {
    const nameEnd = skipValue(text, at);
    const name = String(JSON.parse(text.slice(at, nameEnd)));
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = skipValue(text, start);
    spans.set(name, { start, end });
    at = skipSpace(text, skipSpace(text, end) + 1);
  }
  return spans;
}
