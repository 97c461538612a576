import { unquoteName } from '../model/quote';
import { lowerName } from './lower-name';

/** String literals and quoted names, as TiDB's text of a stored expression writes them. */
const QUOTED = String.raw`'(?:[^'\\]|''|\\.)*'|\x60(?:[^\x60]|\x60\x60)+\x60`;

const NAMES = new RegExp(QUOTED, 'gsu');

/** Quoted text; TiDB's introducer within a literal of a date or time; its name of the function `CHAR`; brackets. */
const TOKENS = new RegExp(`${QUOTED}|\\b(?:DATE|TIME|TIMESTAMP) _utf8mb4(?=')|\\bchar_func\\(|[()]`, 'gsu');

/** The charset that `char_func` has as its last argument. */
const CHARSET_ARGUMENT = /, _utf8mb4'(\w+)'$/u;

/**
 * The columns that a stored expression reads, in lower case, in the order in which they are first read: all that stands
 * in backquotes outside of string literals.
 */
export function columnsReadBy(expression: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [token] of expression.matchAll(NAMES)) {
    if (token.startsWith('`')) names.add(lowerName(unquoteName(token)));
  }
  return names;
}

/**
 * A stored expression in words that MySQL reads. TiDB's text of two things is only its own: literals of dates and times
 * (`DATE _utf8mb4'…'`) and the function `CHAR` (`char_func(65, null)`).
 */
export function executableExpression(expression: string): string {
  const isCharCall: boolean[] = [];
  let text = '';
  let from = 0;
  for (const match of expression.matchAll(TOKENS)) {
    const [token] = match;
    text += expression.slice(from, match.index);
    from = match.index + token.length;
    if (token.endsWith('(')) isCharCall.push(token !== '(');
    if (token === ')' && isCharCall.pop() === true) text = endCharCall(text);
    text += token === 'char_func(' ? 'char(' : /^[DT]/.test(token) ? token.replace(/ _utf8mb4$/, ' ') : token;
  }
  return text + expression.slice(from);
}

/** The arguments of `char` as MySQL writes them: the last one of TiDB's is the charset, or null. */
function endCharCall(text: string): string {
  if (text.endsWith(', null')) return text.slice(0, -', null'.length);
  const [written, charset] = CHARSET_ARGUMENT.exec(text.slice(-100)) ?? [];
  return written === undefined ? text : `${text.slice(0, -written.length)} using ${charset}`;
}
