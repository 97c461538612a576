import type { Expression } from '../ast';
import type { Cursor } from './cursor';
import { parseCollation } from './names';
import { BinaryOperators, Precedence } from './operators';
import type { BinaryOperator } from './operators';
import { parseArguments, parseInterval, parseUnit } from './call';
import { parsePrimary } from './primary';

/** An expression of bit operators, as partition functions and bounds are: no comparison, no `AND`. */
export function parseBitExpression(cursor: Cursor): Expression {
  return parseExpression(cursor, Precedence.Comparison);
}

/** An operand with its signs, without operators after it: what may follow `DEFAULT` without brackets. */
export function parseOperand(cursor: Cursor): Expression {
  cursor.enter();
  const operand = parsePrefix(cursor);
  cursor.leave();
  return operand;
}

/** `(expression)`, without its brackets. */
export function parseBracketed(cursor: Cursor): Expression {
  cursor.expectSymbol('(');
  const expression = parseExpression(cursor);
  cursor.expectSymbol(')');
  return expression;
}

/**
 * An expression whose operators all bind more strongly than `precedence`; `first` is its beginning, if that is read.
 * Errors: `DDL_SYNTAX`, `DDL_NESTED_TOO_DEEPLY`, `DDL_UNSUPPORTED` (subqueries).
 */
export function parseExpression(
  cursor: Cursor,
  precedence: number = Precedence.Lowest,
  first: Expression | null = null,
): Expression {
  cursor.enter();
  // The height of `first`, and of nothing else, is already there.
  const outer = first === null ? cursor.height : 0;
  if (first === null) cursor.height = 0;
  let left = first ?? parsePrefix(cursor);
  let height = cursor.height + 1;
  for (;;) {
    cursor.height = 0;
    const grown = parseInfix(cursor, left, precedence);
    if (grown === null) break;
    left = grown;
    // A chain `a + b + c` is a tree as tall as the chain is long.
    height = Math.max(height, cursor.height) + 1;
    cursor.checkHeight(height);
  }
  cursor.height = Math.max(outer, height);
  cursor.leave();
  return left;
}

function parsePrefix(cursor: Cursor): Expression {
  const { token } = cursor;
  if (
    token.kind === 'symbol' &&
    (token.text === '-' || token.text === '+' || token.text === '~' || token.text === '!')
  ) {
    cursor.advance();
    return { kind: 'unary', operator: token.text, operand: parseExpression(cursor, Precedence.Unary) };
  }
  if (token.upper === 'NOT') {
    cursor.advance();
    return { kind: 'unary', operator: 'NOT', operand: parseExpression(cursor, Precedence.Not) };
  }
  if (token.upper === 'BINARY') {
    cursor.advance();
    const operand = parseExpression(cursor, Precedence.Unary);
    return { kind: 'cast', form: 'BINARY', operand, timeZone: null, type: BinaryType, array: false };
  }
  if (token.upper === 'INTERVAL') return parseLeadingInterval(cursor);
  return parsePrimary(cursor, parseExpression);
}

const BinaryType = {
  name: 'BINARY',
  length: null,
  decimals: null,
  unsigned: false,
  zerofill: false,
  binary: false,
  charset: null,
  members: null,
} as const;

/** `INTERVAL 1 DAY + date`; `INTERVAL(1, 2, 3)` is a function. */
function parseLeadingInterval(cursor: Cursor): Expression {
  cursor.expect('INTERVAL');
  const first = cursor.isSymbol('(') ? parsePrimary(cursor, parseExpression) : null;
  if (first?.kind === 'row') return { kind: 'call', name: 'INTERVAL', distinct: false, arguments: first.items };
  const amount = parseExpression(cursor, Precedence.Lowest, first);
  const unit = parseUnit(cursor);
  cursor.expectSymbol('+');
  const operand = parseExpression(cursor, Precedence.Additive);
  return { kind: 'interval', name: 'DATE_ADD', operand, amount, unit };
}

/** What the next operator makes of `left`; null: none follows that binds more strongly than `precedence`. */
function parseInfix(cursor: Cursor, left: Expression, precedence: number): Expression | null {
  const { token } = cursor;
  if (token.kind !== 'symbol' && token.kind !== 'word') return null;
  const binary = BinaryOperators.get(token.kind === 'word' ? token.upper : token.text);
  if (binary !== undefined) return binary.precedence > precedence ? parseBinary(cursor, left, binary) : null;
  if (token.kind === 'symbol') return null;
  if (token.upper === 'COLLATE' && precedence < Precedence.Collate) {
    cursor.advance();
    return { kind: 'collate', operand: left, collation: parseCollation(cursor) };
  }
  return precedence < Precedence.Comparison ? parsePredicate(cursor, left) : null;
}

function parseBinary(cursor: Cursor, left: Expression, { operator, precedence }: BinaryOperator): Expression {
  cursor.advance();
  if (precedence === Precedence.Additive && cursor.is('INTERVAL')) {
    const name = operator === '+' ? 'DATE_ADD' : 'DATE_SUB';
    return { kind: 'interval', name, operand: left, ...parseInterval(cursor, parseExpression) };
  }
  return { kind: 'binary', operator, left, right: parseExpression(cursor, precedence) };
}

/** `IS`, `BETWEEN`, `IN`, `LIKE`, `REGEXP`, `MEMBER OF`. */
function parsePredicate(cursor: Cursor, operand: Expression): Expression | null {
  if (cursor.accept('IS')) return parseIs(cursor, operand);
  if (cursor.acceptAll('SOUNDS', 'LIKE')) return parseSounds(cursor, operand);
  if (cursor.acceptAll('MEMBER', 'OF')) return { kind: 'member-of', operand, array: parseBracketed(cursor) };
  const negated = cursor.is('NOT');
  const next = negated ? cursor.peek(1).upper : cursor.token.upper;
  if (!Predicates.has(next)) return null;
  if (negated) cursor.advance();
  cursor.advance();
  switch (next) {
    case 'BETWEEN':
      return parseBetween(cursor, operand, negated);
    case 'IN':
      return { kind: 'in', negated, operand, list: parseList(cursor) };
    case 'LIKE':
      return parseLike(cursor, operand, negated);
    default:
      return { kind: 'regexp', negated, operand, pattern: parseExpression(cursor, Precedence.Comparison) };
  }
}

const Predicates: ReadonlySet<string> = new Set(['BETWEEN', 'IN', 'LIKE', 'REGEXP', 'RLIKE']);

/** `a SOUNDS LIKE b` is `SOUNDEX(a) = SOUNDEX(b)`. */
function parseSounds(cursor: Cursor, operand: Expression): Expression {
  const soundex = (of: Expression): Expression => ({ kind: 'call', name: 'SOUNDEX', distinct: false, arguments: [of] });
  const right = soundex(parseExpression(cursor, Precedence.Comparison));
  return { kind: 'binary', operator: '=', left: soundex(operand), right };
}

function parseList(cursor: Cursor): Expression[] {
  cursor.expectSymbol('(');
  const list = parseArguments(cursor, parseExpression);
  cursor.expectSymbol(')');
  return list;
}

function parseIs(cursor: Cursor, operand: Expression): Expression {
  const negated = cursor.accept('NOT');
  const test = cursor.expectOneOf('NULL', 'TRUE', 'FALSE', 'UNKNOWN');
  switch (test) {
    case 'TRUE':
    case 'FALSE':
    case 'UNKNOWN':
      return { kind: 'is', negated, operand, test };
    default:
      return { kind: 'is', negated, operand, test: 'NULL' };
  }
}

function parseBetween(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  const low = parseExpression(cursor, Precedence.Comparison);
  cursor.expect('AND');
  return { kind: 'between', negated, operand, low, high: parseExpression(cursor, Precedence.Comparison) };
}

function parseLike(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  const pattern = parseExpression(cursor, Precedence.Comparison);
  const escape = cursor.accept('ESCAPE') ? cursor.string('an escape character') : null;
  return { kind: 'like', negated, operand, pattern, escape };
}
