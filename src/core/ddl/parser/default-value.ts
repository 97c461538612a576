import type { Expression } from '../ast';
import type { Cursor } from './cursor';
import { parseExpression, parseOperand } from './expression';

/** What follows `DEFAULT`: a literal, the current time, an expression in brackets, or (in MariaDB) a column or call. Errors: `DDL_SYNTAX`. */
export function parseDefaultValue(cursor: Cursor): Expression {
  const now = parseNow(cursor);
  if (now !== null) return now;
  if (cursor.isSymbol('(')) return parseBracketedDefault(cursor);
  if (cursor.is('NOW')) cursor.fail('a literal or an expression in brackets');
  return parseOperand(cursor);
}

/** `CURRENT_TIMESTAMP` and its synonyms; null: none follows. Errors: `DDL_SYNTAX`. */
export function parseNow(cursor: Cursor): Expression | null {
  const isNow = cursor.isOneOf('CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP');
  if (!isNow && !(cursor.is('NOW') && cursor.isSymbolNext('('))) return null;
  cursor.advance();
  const digits: Expression[] = [];
  if (cursor.acceptSymbol('(')) {
    if (!cursor.isSymbol(')')) digits.push({ kind: 'number', text: cursor.digits('a number of decimals') });
    cursor.expectSymbol(')');
  }
  return { kind: 'call', name: 'CURRENT_TIMESTAMP', distinct: false, arguments: digits };
}

/** Brackets round a call or a column are the printer's, so the tree leaves them out. */
function parseBracketedDefault(cursor: Cursor): Expression {
  cursor.expectSymbol('(');
  const inner = parseExpression(cursor);
  cursor.expectSymbol(')');
  if (inner.kind !== 'call' && inner.kind !== 'column') return { kind: 'parentheses', operand: inner };
  // Alone the current time is the same with brackets and without.
  return inner.kind === 'call' && NowFunctions.has(inner.name) ? { ...inner, name: 'CURRENT_TIMESTAMP' } : inner;
}

const NowFunctions: ReadonlySet<string> = new Set(['NOW', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP']);
