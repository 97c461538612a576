import type { DataType, Expression, JsonFallback } from '../ast';
import { quoteName } from '../../model/quote';
import { unreachable } from '../../model/invariant';
import { formatBits, formatNumber, quoteString } from './literal';

/**
 * How expressions are printed. `ddl`: TiDB's normal form of statements (no blanks round operators, upper case).
 * `table-info`: the text TiDB stores for generated columns (blanks round operators, lower case, introducers of strings,
 * columns without their table).
 */
export type ExpressionStyle = 'ddl' | 'table-info';

/** An expression as text. Law: what `ddl` prints parses to an expression that prints the same. */
export function printExpression(expression: Expression, style: ExpressionStyle = 'ddl'): string {
  const print = (part: Expression): string => printExpression(part, style);
  const word = (text: string): string => (style === 'ddl' ? text.toUpperCase() : text.toLowerCase());
  const not = (negated: boolean): string => (negated ? word('NOT ') : '');
  switch (expression.kind) {
    case 'string':
      return printIntroducer(expression.introducer, style) + quoteString(expression.text);
    case 'number':
      return formatNumber(expression.text);
    case 'hex':
      return `${printByteIntroducer(expression.introducer, style)}x'${expression.digits}'`;
    case 'bit':
      return `${printByteIntroducer(expression.introducer, style)}b'${formatBits(expression.digits)}'`;
    case 'boolean':
      return word(expression.value ? 'TRUE' : 'FALSE');
    case 'null':
    case 'maxvalue':
      return word(expression.kind);
    case 'temporal':
      return `${expression.type} ${printIntroducer(null, style)}${quoteString(expression.text)}`;
    case 'column':
      return printColumn(expression, style);
    case 'variable':
      return expression.text;
    case 'word':
      return word(expression.text);
    case 'call':
      if (expression.name === CHAR_FUNCTION && style === 'ddl') return printChar(expression.arguments.map(print));
      return printCall(
        word(expression.name),
        expression.distinct ? word('DISTINCT ') : '',
        expression.arguments.map(print),
      );
    case 'cast':
      return printCast(expression, print(expression.operand), word);
    case 'typed':
      return `${print(expression.operand)} ${word(expression.word)} ${word(printCastType(expression.type))}`;
    case 'json-value':
      return printJsonValue(expression, print, word);
    case 'convert-using':
      return `${word('CONVERT')}(${print(expression.operand)}${word(' USING ')}${quoteString(expression.charset)})`;
    case 'trim':
      return printTrim(expression, print, word);
    case 'extract':
      return `${word('EXTRACT')}(${word(expression.unit)}${word(' FROM ')}${print(expression.operand)})`;
    case 'position':
      return `${word('POSITION')}(${print(expression.needle)}${word(' IN ')}${print(expression.operand)})`;
    case 'interval':
      return printInterval(expression, print, word);
    case 'unary':
      return `${word(expression.operator)}${expression.operator === 'NOT' ? ' ' : ''}${print(expression.operand)}`;
    case 'binary':
      return print(expression.left) + printOperator(expression.operator, style) + print(expression.right);
    case 'between': {
      const { operand, negated, low, high } = expression;
      return `${print(operand)} ${not(negated)}${word('BETWEEN ')}${print(low)}${word(' AND ')}${print(high)}`;
    }
    case 'in': {
      const { operand, negated, list } = expression;
      return `${print(operand)} ${not(negated)}${word('IN ')}(${list.map(print).join(',')})`;
    }
    case 'like': {
      const { operand, negated, pattern, escape } = expression;
      const escaped = escape === null || escape === '\\' ? '' : word(' ESCAPE ') + quoteString(escape);
      return `${print(operand)} ${not(negated)}${word('LIKE ')}${print(pattern)}${escaped}`;
    }
    case 'regexp':
      return `${print(expression.operand)} ${not(expression.negated)}${word('REGEXP ')}${print(expression.pattern)}`;
    case 'is': {
      // TiDB knows no UNKNOWN: it is NULL.
      const test = expression.test === 'UNKNOWN' ? 'NULL' : expression.test;
      return `${print(expression.operand)}${word(' IS ')}${not(expression.negated)}${word(test)}`;
    }
    case 'case':
      return printCase(expression, print, word);
    case 'collate':
      return `${print(expression.operand)}${word(' COLLATE ')}${expression.collation}`;
    case 'member-of':
      return `${print(expression.operand)}${word(' MEMBER OF ')}(${print(expression.array)})`;
    case 'row':
      return `${word('ROW')}(${expression.items.map(print).join(',')})`;
    case 'parentheses':
      return `(${print(expression.operand)})`;
    case 'default':
      return word('DEFAULT') + (expression.column === null ? '' : `(${print(expression.column)})`);
    default:
      return unreachable(expression);
  }
}

const DEFAULT_CHARSET = 'utf8mb4';

/** TiDB's name of `CHAR`, which only TiDB reads: it is stored, and never printed in a statement. */
const CHAR_FUNCTION = 'CHAR_FUNC';

/** The last argument is the charset as a string, or null. */
function printChar(operands: readonly string[]): string {
  const charset = operands.at(-1) ?? 'NULL';
  const codes = operands.slice(0, -1).join(', ');
  return charset === 'NULL' ? `CHAR(${codes})` : `CHAR(${codes} USING ${charset})`;
}

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;
type Print = (expression: Expression) => string;
type Word = (text: string) => string;

/** In statements the default charset goes without an introducer; what is stored has one for every string. */
function printIntroducer(introducer: string | null, style: ExpressionStyle): string {
  const charset = introducer ?? DEFAULT_CHARSET;
  if (style === 'table-info') return `_${charset.toLowerCase()}`;
  return charset === DEFAULT_CHARSET ? '' : `_${charset.toUpperCase()}`;
}

/**
 * Without an introducer hex and bit literals are bytes, so even that of the default charset has a meaning. TiDB forgets
 * it in what it stores, which is compared with what is stored here.
 */
function printByteIntroducer(introducer: string | null, style: ExpressionStyle): string {
  if (introducer === null) return '';
  if (style === 'ddl') return `_${introducer.toUpperCase()} `;
  return introducer === DEFAULT_CHARSET || introducer === 'binary' ? '' : `_${introducer} `;
}

function printColumn({ schema, table, name }: Of<'column'>, style: ExpressionStyle): string {
  if (style === 'table-info' || table === null) return quoteName(name);
  return [...(schema === null ? [] : [schema]), table, name].map(quoteName).join('.');
}

function printCall(name: string, distinct: string, operands: readonly string[]): string {
  return `${name}(${distinct}${operands.join(', ')})`;
}

/** Operators that are words always have blanks round them. */
function printOperator(operator: string, style: ExpressionStyle): string {
  const isWord = /^[A-Z]/.test(operator);
  if (style === 'ddl') return isWord ? ` ${operator} ` : operator;
  return ` ${operator.toLowerCase()} `;
}

function printCast({ form, timeZone, type, array }: Of<'cast'>, operand: string, word: Word): string {
  const zone = timeZone === null ? '' : `${word(' AT TIME ZONE ')}${quoteString(timeZone)}`;
  switch (form) {
    case 'BINARY':
      return `${word('BINARY ')}${operand}`;
    case 'CONVERT':
      return `${word('CONVERT')}(${operand}, ${word(printCastType(type))})`;
    case 'CAST':
      return `${word('CAST')}(${operand}${zone}${word(' AS ')}${word(printCastType(type))}${array ? word(' ARRAY') : ''})`;
    default:
      return unreachable(form);
  }
}

/** A type in a cast, upper case: integers are `SIGNED` or `UNSIGNED`, `utf8mb4` goes unsaid. */
function printCastType({ name, length, decimals, unsigned, charset, binary }: DataType): string {
  if (name === 'BIGINT' || name === 'INT') return unsigned ? 'UNSIGNED' : 'SIGNED';
  if (name === 'FLOAT' || name === 'DOUBLE') return name;
  const isTime = name === 'DATETIME' || name === 'TIME';
  const scale = decimals === null || decimals === 0 ? '' : `, ${decimals}`;
  const width = length === null || (isTime && length === 0) ? '' : `(${length}${scale})`;
  const charsetText = charset === null || charset === 'utf8mb4' ? '' : ` CHARSET ${charset}`;
  return `${name}${width}${binary ? ' BINARY' : ''}${charsetText}`;
}

function printJsonValue(expression: Of<'json-value'>, print: Print, word: Word): string {
  const { document, path, onEmpty, onError } = expression;
  const empty = onEmpty === null ? '' : ` ${printFallback(onEmpty, print, word)}${word(' ON EMPTY')}`;
  const error = onError === null ? '' : ` ${printFallback(onError, print, word)}${word(' ON ERROR')}`;
  return `${word('JSON_VALUE')}(${print(document)}, ${print(path)}${empty}${error})`;
}

function printFallback(fallback: JsonFallback, print: Print, word: Word): string {
  return fallback.kind === 'default'
    ? `${word('DEFAULT ')}${print(fallback.value)}`
    : word(fallback.kind.toUpperCase());
}

function printTrim({ direction, remove, operand }: Of<'trim'>, print: Print, word: Word): string {
  const parts = [
    ...(direction === null ? [] : [word(direction)]),
    ...(remove === null ? [] : [print(remove)]),
    ...(direction === null && remove === null ? [] : [word('FROM')]),
    print(operand),
  ];
  return `${word('TRIM')}(${parts.join(' ')})`;
}

function printInterval({ name, operand, amount, unit }: Of<'interval'>, print: Print, word: Word): string {
  return `${word(name)}(${print(operand)}, ${word('INTERVAL ')}${print(amount)} ${word(unit)})`;
}

function printCase({ operand, branches, otherwise }: Of<'case'>, print: Print, word: Word): string {
  const parts = [
    word('CASE'),
    ...(operand === null ? [] : [print(operand)]),
    ...branches.map(({ when, then }) => `${word('WHEN ')}${print(when)}${word(' THEN ')}${print(then)}`),
    ...(otherwise === null ? [] : [word('ELSE ') + print(otherwise)]),
    word('END'),
  ];
  return parts.join(' ');
}
