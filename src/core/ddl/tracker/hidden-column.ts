import { ColumnFlag, TypeCode } from '../../table/column-type';
import type { ColumnType } from '../../table/column-type';
import type { Column } from '../../table/table-schema';
import type { Expression } from '../ast';
import { BINARY_SET } from './character-set';
import { INTEGER_CODES } from './data-type';
import type { Lookup } from './named-list';
import { isInteger, normaliseInteger } from './numeric-text';
import { notApplicable, unsupported } from './refusal';
import { printExpression } from '../printer/expression';

/** Types whose values are integers in arithmetic. */
const ARITHMETIC_CODES: ReadonlySet<number> = new Set([...INTEGER_CODES, TypeCode.year, TypeCode.bit]);

/** What has to be known of an integer operand. */
interface IntegerOperand {
  readonly notNull: boolean;
  readonly unsigned: boolean;
}

/** The name of the column behind the part at `position` of index `index`. */
export function hiddenColumnName(index: string, position: number): string {
  return `_V$_${index}_${position}`;
}

/**
 * The hidden column that TiDB makes for a part of an index that is an expression. Its type must be inferred; for sums,
 * differences and products of integers it is BIGINT(20), `NOT NULL` if every operand is, unsigned if any operand is.
 * @throws LockstepError DDL_UNSUPPORTED for other expressions; DDL_NOT_APPLICABLE for unknown columns
 */
export function buildHiddenColumn(columns: Lookup<Column>, name: string, expression: Expression): Column {
  if (stripParentheses(expression).kind === 'column') {
    throw notApplicable('an index on an expression must not be on a column alone; leave the inner brackets away');
  }
  return {
    name,
    type: typeOfExpression(columns, expression),
    defaultValue: null,
    defaultIsExpression: false,
    originDefault: null,
    generated: { expression: printExpression(expression, 'table-info'), stored: false },
    comment: '',
    hidden: true,
  };
}

function typeOfExpression(columns: Lookup<Column>, expression: Expression): ColumnType {
  const operand = integerOperand(columns, expression);
  const flags =
    ColumnFlag.binary | (operand.notNull ? ColumnFlag.notNull : 0) | (operand.unsigned ? ColumnFlag.unsigned : 0);
  return { code: TypeCode.bigint, flags, length: 20, decimals: 0, ...BINARY_SET, members: null };
}

function stripParentheses(expression: Expression): Expression {
  return expression.kind === 'parentheses' ? stripParentheses(expression.operand) : expression;
}

function integerOperand(columns: Lookup<Column>, expression: Expression): IntegerOperand {
  switch (expression.kind) {
    case 'parentheses':
      return integerOperand(columns, expression.operand);
    case 'number':
      return integerLiteral(expression);
    case 'column':
      return integerColumn(columns, expression.name);
    case 'binary': {
      if (!['+', '-', '*'].includes(expression.operator)) throw notInferable(expression);
      const left = integerOperand(columns, expression.left);
      const right = integerOperand(columns, expression.right);
      return { notNull: left.notNull && right.notNull, unsigned: left.unsigned || right.unsigned };
    }
    default:
      throw notInferable(expression);
  }
}

function integerLiteral(expression: Extract<Expression, { kind: 'number' }>): IntegerOperand {
  const digits = isInteger(expression.text) ? normaliseInteger(expression.text) : null;
  // What 64 bits don't hold is a DECIMAL.
  if (digits === null || BigInt(digits) > 0xffffffffffffffffn) throw notInferable(expression);
  return { notNull: true, unsigned: BigInt(digits) > 0x7fffffffffffffffn };
}

function integerColumn(columns: Lookup<Column>, name: string): IntegerOperand {
  const column = columns.find(name);
  if (column === undefined || column.hidden)
    throw notApplicable(`an index on an expression reads the unknown column ${name}`, { column: name });
  if (!ARITHMETIC_CODES.has(column.type.code)) {
    throw unsupported(`an index on an expression over column ${name}, which is no integer, cannot be coordinated`, {
      column: name,
    });
  }
  return {
    notNull: (column.type.flags & ColumnFlag.notNull) !== 0,
    unsigned: (column.type.flags & ColumnFlag.unsigned) !== 0,
  };
}

function notInferable(expression: Expression): Error {
  const text = printExpression(expression, 'table-info');
  return unsupported(
    `an index on the expression ${text} cannot be coordinated: only sums, differences and products of integers can`,
    {
      expression: text,
    },
  );
}
