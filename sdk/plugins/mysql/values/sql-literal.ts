import type { JsonValue } from '../../../plugin';
import { isEncodedBytes } from './text';

/** Characters that a string literal can't have as they are, and how it says them. */
const ESCAPES: Readonly<Record<string, string>> = { '\0': '\\0', "'": "\\'", '\\': '\\\\', '\x1a': '\\Z' };

/**
 * A value of a row as SQL says it, with all its digits and bytes. The session must be utf8mb4 and without
 * NO_BACKSLASH_ESCAPES.
 * @param isNumber whether the column is a number: then digits aren't written as text, which would be compared inexactly
 */
export function sqlLiteral(value: JsonValue, isNumber = false): string {
  if (value === null) return 'NULL';
  switch (typeof value) {
    case 'number':
      return String(value);
    case 'boolean':
      return value ? '1' : '0';
    case 'string':
      return isNumber && /^-?\d+(?:\.\d+)?$/u.test(value) ? value : quoteText(value);
    default:
      if (!isEncodedBytes(value)) return quoteText(JSON.stringify(value));
      return `${value.charset === 'binary' ? '' : `_${value.charset} `}x'${Buffer.from(value.base64, 'base64').toString('hex')}'`;
  }
}

/** A text as a string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll(/[\0'\\\x1a]/gu, (character) => ESCAPES[character] ?? character)}'`;
}
