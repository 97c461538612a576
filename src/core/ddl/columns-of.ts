import type { Expression } from './ast';
import { unreachable } from '../model/invariant';
import { lowerName } from '../table/lower-name';

/** The columns that an expression mentions, in order, each once by its name without regard to case. */
export function columnsOf(expression: Expression): readonly string[] {
  const columns = new Map<string, string>();
  visit(expression, (name) => {
    const key = lowerName(name);
    if (!columns.has(key)) columns.set(key, name);
  });
  return [...columns.values()];
}

function visit(expression: Expression, found: (name: string) => void): void {
  if (expression.kind === 'column') found(expression.name);
  for (const operand of operandsOf(expression)) visit(operand, found);
}

/** The expressions right inside an expression, in the order in which they are written. */
function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.arguments;
    case 'cast':
    case 'typed':
    case 'convert-using':
    case 'extract':
    case 'unary':
    case 'is':
    case 'collate':
    case 'parentheses':
      return [expression.operand];
    case 'trim':
      return expression.remove === null ? [expression.operand] : [expression.remove, expression.operand];
    case 'json-value':
      return [expression.document, expression.path, ...fallbacks(expression)];
    case 'position':
      return [expression.needle, expression.operand];
    case 'interval':
      return [expression.operand, expression.amount];
    case 'binary':
      return [expression.left, expression.right];
    case 'between':
      return [expression.operand, expression.low, expression.high];
    case 'in':
      return [expression.operand, ...expression.list];
    case 'like':
    case 'regexp':
      return [expression.operand, expression.pattern];
    case 'member-of':
      return [expression.operand, expression.array];
    case 'case':
      return operandsOfCase(expression);
    case 'row':
      return expression.items;
    case 'default':
      return expression.column === null ? [] : [expression.column];
    case 'string':
    case 'number':
    case 'hex':
    case 'bit':
    case 'boolean':
    case 'null':
    case 'temporal':
    case 'column':
    case 'variable':
    case 'word':
    case 'maxvalue':
      return [];
    default:
      return unreachable(expression);
  }
}

function fallbacks({ onEmpty, onError }: Extract<Expression, { kind: 'json-value' }>): readonly Expression[] {
  return [onEmpty, onError].flatMap((fallback) => (fallback?.kind === 'default' ? [fallback.value] : []));
}

function operandsOfCase({
  operand,
  branches,
  otherwise,
}: Extract<Expression, { kind: 'case' }>): readonly Expression[] {
  const inner = branches.flatMap(({ when, then }) => [when, then]);
  return [...(operand === null ? [] : [operand]), ...inner, ...(otherwise === null ? [] : [otherwise])];
}
