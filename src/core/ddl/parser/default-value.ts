import type { Expression } from '../ast';
import type { Cursor } from './cursor';
import { parseExpression, parseOperand } from './expression';
import { parseTableName } from './names';

/** What follows `DEFAULT`: a literal, the current time, or an expression in brackets. Errors: `DDL_SYNTAX`. */
export function parseDefaultValue(cursor: Cursor): Expression {
  const now = parseNow(cursor);
  if (now !== null) return now;
  if (cursor.isSymbol('(')) return parseBracketedDefault(cursor);
  if (cursor.acceptAll('NEXT', 'VALUE', 'FOR')) return parseNextValue(cursor);
  const { token } = cursor;
  const value = parseOperand(cursor);
  return value.kind === 'column' ? cursor.failAt(token, 'a literal or an expression in brackets') : value;
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

/** Brackets round a call are the printer's, so the tree leaves them out. */
function parseBracketedDefault(cursor: Cursor): Expression {
  cursor.expectSymbol('(');
  const inner = parseExpression(cursor);
  cursor.expectSymbol(')');
  if (inner.kind !== 'call') return { kind: 'parentheses', operand: inner };
  // Alone the current time is the same with brackets and without.
  return NowFunctions.has(inner.name) ? { ...inner, name: 'CURRENT_TIMESTAMP' } : inner;
}

const NowFunctions: ReadonlySet<string> = new Set(['NOW', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP']);

function parseNextValue(cursor: Cursor): Expression {
  const { schema, table } = parseTableName(cursor);
  const sequence: Expression = { kind: 'column', schema: null, table: schema, name: table };
  return { kind: 'call', name: 'NEXTVAL', distinct: false, arguments: [sequence] };
}
