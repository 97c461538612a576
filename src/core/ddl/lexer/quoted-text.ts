import { Code } from './characters';

/** The inside of a quoted text and where it ends; null: it never ends. */
export interface QuotedText {
  readonly text: string;
  readonly end: number;
}

/** What a backslash makes of the next character; other characters stand for themselves. */
const Escapes: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['b', '\b'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['Z', '\x1a'],
  // `LIKE` patterns need these two with their backslash.
  ['%', '\\%'],
  ['_', '\\_'],
]);

/**
 * Read a quoted text whose opening quote stands at `start`: the quote within is doubled, and with `escapes` a backslash
 * escapes the next character. Linear: every character is looked at once.
 */
export function readQuoted(source: string, start: number, escapes: boolean): QuotedText | null {
  const quote = source.charCodeAt(start);
  let text = '';
  let from = start + 1;
  for (let at = from; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === quote) {
      if (source.charCodeAt(at + 1) !== quote) return { text: text + source.slice(from, at), end: at + 1 };
      text += source.slice(from, at + 1);
      at += 1;
      from = at + 1;
    } else if (code === Code.Backslash && escapes) {
      const escaped = source.charAt(at + 1);
      text += source.slice(from, at) + (Escapes.get(escaped) ?? escaped);
      at += 1;
      from = at + 1;
    }
  }
  return null;
}
