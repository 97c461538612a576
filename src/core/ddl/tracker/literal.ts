import type { Expression } from '../ast';
import { bytesOfBits, bytesOfHex } from './byte-text';
import { integerText, isInteger, normaliseInteger } from './numeric-text';

/** What a DEFAULT clause says, before it is converted to the column's type. */
export type Literal =
  | { readonly kind: 'null' }
  /** Normalised digits. */
  | { readonly kind: 'integer'; readonly text: string }
  /** Digits with a point, as written. */
  | { readonly kind: 'decimal'; readonly text: string }
  /** Digits with an exponent, as written. */
  | { readonly kind: 'real'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  /** `CURRENT_TIMESTAMP` or `CURRENT_DATE`, with whatever fraction digits. */
  | { readonly kind: 'now'; readonly name: string }
  /** Anything that has to be computed for each row. */
  | { readonly kind: 'expression'; readonly expression: Expression };

/** Synonyms of the current time and date. */
const NOW: ReadonlyMap<string, string> = new Map([
  ['CURRENT_TIMESTAMP', 'CURRENT_TIMESTAMP'],
  ['NOW', 'CURRENT_TIMESTAMP'],
  ['LOCALTIME', 'CURRENT_TIMESTAMP'],
  ['LOCALTIMESTAMP', 'CURRENT_TIMESTAMP'],
  ['CURRENT_DATE', 'CURRENT_DATE'],
  ['CURDATE', 'CURRENT_DATE'],
]);

/** The value of a literal, with its signs and brackets taken away; arithmetic of integer literals is carried out. */
export function readLiteral(expression: Expression): Literal {
  switch (expression.kind) {
    case 'null':
      return { kind: 'null' };
    case 'number':
      return numberLiteral(expression.text);
    case 'boolean':
      return { kind: 'integer', text: expression.value ? '1' : '0' };
    case 'string':
    case 'temporal':
      return { kind: 'string', text: expression.text };
    case 'hex':
      return { kind: 'bytes', bytes: bytesOfHex(expression.digits) };
    case 'bit':
      return { kind: 'bytes', bytes: bytesOfBits(expression.digits) };
    case 'parentheses':
      return readLiteral(expression.operand);
    case 'unary':
      return signedLiteral(expression);
    case 'binary':
      return computedLiteral(expression);
    case 'call':
      return nowLiteral(expression);
    default:
      return { kind: 'expression', expression };
  }
}

function numberLiteral(text: string): Literal {
  if (isInteger(text)) return { kind: 'integer', text: normaliseInteger(text) };
  return { kind: /e/i.test(text) ? 'real' : 'decimal', text };
}

function signedLiteral(expression: Extract<Expression, { kind: 'unary' }>): Literal {
  const operand = readLiteral(expression.operand);
  if (operand.kind !== 'integer' && operand.kind !== 'decimal' && operand.kind !== 'real') {
    return { kind: 'expression', expression };
  }
  if (expression.operator === '+') return operand;
  return expression.operator === '-' ? numberLiteral(negate(operand.text)) : { kind: 'expression', expression };
}

function negate(text: string): string {
  return text.startsWith('-') ? text.slice(1) : `-${text.replace(/^\+/, '')}`;
}

function computedLiteral(expression: Extract<Expression, { kind: 'binary' }>): Literal {
  const left = readLiteral(expression.left);
  const right = readLiteral(expression.right);
  if (left.kind === 'integer' && right.kind === 'integer') {
    const result = compute(expression.operator, BigInt(left.text), BigInt(right.text));
    const text = result === null ? null : integerText(result);
    if (text !== null) return { kind: 'integer', text };
  }
  return { kind: 'expression', expression };
}

function compute(operator: string, left: bigint, right: bigint): bigint | null {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      return null;
  }
}

function nowLiteral(expression: Extract<Expression, { kind: 'call' }>): Literal {
  const name = NOW.get(expression.name.toUpperCase());
  return name === undefined ? { kind: 'expression', expression } : { kind: 'now', name };
}
