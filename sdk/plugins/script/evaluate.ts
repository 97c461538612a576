import type { Expression } from '../../../src/core/ddl/ast';
import { printExpression } from '../../../src/core/ddl';
import { LockstepError } from '../../../src/core/model/error';
import { lowerName } from '../../../src/core/table/lower-name';
import type { JsonValue, Row } from '../../plugin';

/** What an expression can be: MySQL has no truth values of its own. */
type Value = number | string | null;

/**
 * The value of an expression on a row: literals, columns, arithmetic, comparisons, `AND`, `OR`, `NOT`, `IN`, `BETWEEN`,
 * `IS NULL`, `CONCAT`. Null makes null, as in SQL.
 * @throws LockstepError DDL_UNSUPPORTED for anything else, DDL_NOT_APPLICABLE for a column that the row lacks
 */
export function evaluate(expression: Expression, row: Row): Value {
  switch (expression.kind) {
    case 'string':
      return expression.text;
    case 'number':
      return numberOf(expression.text);
    case 'boolean':
      return Number(expression.value);
    case 'null':
      return null;
    case 'temporal':
      return expression.text;
    case 'hex':
      return Buffer.from(expression.digits, 'hex').toString('utf8');
    case 'bit':
      return Number.parseInt(expression.digits, 2);
    case 'column':
      return columnOf(row, expression.name);
    case 'parentheses':
      return evaluate(expression.operand, row);
    case 'unary':
      return unary(expression.operator, evaluate(expression.operand, row), expression);
    case 'binary':
      return binary(expression, row);
    case 'between': {
      const [value, low, high] = [expression.operand, expression.low, expression.high].map((part) =>
        evaluate(part, row),
      );
      return negated(
        and(compare('>=', value ?? null, low ?? null), compare('<=', value ?? null, high ?? null)),
        expression.negated,
      );
    }
    case 'in': {
      const value = evaluate(expression.operand, row);
      const found = expression.list.map((part) => compare('=', value, evaluate(part, row)));
      return negated(found.includes(1) ? 1 : found.includes(null) ? null : 0, expression.negated);
    }
    case 'is':
      if (expression.test !== 'NULL') return unsupported(expression);
      return negated(evaluate(expression.operand, row) === null ? 1 : 0, expression.negated);
    case 'call':
      return call(expression, row);
    default:
      return unsupported(expression);
  }
}

/** Whether a condition holds on a row; no condition always does. */
export function holds(condition: Expression | null, row: Row): boolean {
  if (condition === null) return true;
  const value = evaluate(condition, row);
  return value !== null && Number(value) !== 0;
}

function binary(expression: Extract<Expression, { kind: 'binary' }>, row: Row): Value {
  const { operator } = expression;
  const [left, right] = [evaluate(expression.left, row), evaluate(expression.right, row)];
  switch (operator) {
    case 'AND':
      return and(left, right);
    case 'OR':
      if (isTrue(left) || isTrue(right)) return 1;
      return left === null || right === null ? null : 0;
    case '<=>':
      return left === null || right === null ? Number(left === right) : compare('=', left, right);
    case '=':
    case '<':
    case '>':
    case '<=':
    case '>=':
    case '<>':
    case '!=':
      return compare(operator, left, right);
    default:
      return left === null || right === null ? null : arithmetic(operator, Number(left), Number(right), expression);
  }
}

function arithmetic(operator: string, left: number, right: number, whole: Expression): Value {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? null : left / right;
    case '%':
    case 'MOD':
      return right === 0 ? null : left % right;
    default:
      return unsupported(whole);
  }
}

/** Numbers are compared as numbers, also with texts; two texts as texts. */
function compare(operator: '=' | '<' | '>' | '<=' | '>=' | '<>' | '!=', left: Value, right: Value): 0 | 1 | null {
  if (left === null || right === null) return null;
  const areTexts = typeof left === 'string' && typeof right === 'string';
  const [a, b] = areTexts ? [left, right] : [Number(left), Number(right)];
  switch (operator) {
    case '=':
      return a === b ? 1 : 0;
    case '<>':
    case '!=':
      return a === b ? 0 : 1;
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
  }
}

function call(expression: Extract<Expression, { kind: 'call' }>, row: Row): Value {
  if (expression.name !== 'CONCAT') return unsupported(expression);
  const values = expression.arguments.map((argument) => evaluate(argument, row));
  return values.includes(null) ? null : values.join('');
}

function unary(operator: string, value: Value, whole: Expression): Value {
  if (value === null) return null;
  switch (operator) {
    case '-':
      return typeof value === 'string' && /^[\d.]+$/u.test(value) ? `-${value}` : -Number(value);
    case '+':
      return value;
    case '!':
    case 'NOT':
      return Number(value) === 0 ? 1 : 0;
    default:
      return unsupported(whole);
  }
}

function and(left: Value, right: Value): 0 | 1 | null {
  if (left === null || right === null) return isFalse(left) || isFalse(right) ? 0 : null;
  return isTrue(left) && isTrue(right) ? 1 : 0;
}

function negated(value: 0 | 1 | null, isNegated: boolean): 0 | 1 | null {
  if (value === null || !isNegated) return value;
  return value === 0 ? 1 : 0;
}

function isTrue(value: Value): boolean {
  return value !== null && Number(value) !== 0;
}

function isFalse(value: Value): boolean {
  return value !== null && Number(value) === 0;
}

/** Digits that a number can't hold stay text: a column keeps them exactly. */
function numberOf(text: string): Value {
  const number = Number(text);
  return String(number) === text ? number : text;
}

function columnOf(row: Row, name: string): Value {
  const value: JsonValue | undefined = row[lowerName(name)];
  if (value === undefined)
    throw new LockstepError('DDL_NOT_APPLICABLE', `there is no column ${name}`, { column: name });
  return typeof value === 'object' && value !== null
    ? JSON.stringify(value)
    : typeof value === 'boolean'
      ? Number(value)
      : value;
}

function unsupported(expression: Expression): never {
  const text = printExpression(expression);
  throw new LockstepError('DDL_UNSUPPORTED', `scripts don't evaluate ${text}`, { what: text });
}
