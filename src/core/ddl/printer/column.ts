import type { ColumnDefinition, ColumnOption, ColumnPosition, DataType, Expression } from '../ast';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { printCheck, printClustered } from './constraint';
import { printExpression } from './expression';
import { quoteString } from './literal';
import { printReference } from './reference';

/** A column's definition in normal form. */
export function printColumnDefinition({ name, type, options }: ColumnDefinition): string {
  return [quoteName(name), printDataType(type), ...options.map(printColumnOption)].join(' ');
}

/** A data type in normal form. */
function printDataType({ name, length, decimals, unsigned, zerofill, binary, charset, members }: DataType): string {
  let text = name;
  if (members !== null) text += `(${members.map(quoteString).join(',')})`;
  else if (length !== null) text += decimals === null ? `(${length})` : `(${length},${decimals})`;
  if (unsigned) text += ' UNSIGNED';
  if (zerofill) text += ' ZEROFILL';
  if (binary) text += ' BINARY';
  // TiDB forgets the charset of ENUM and SET.
  if (charset !== null && members === null) text += ` CHARACTER SET ${charset.toUpperCase()}`;
  return text;
}

/** `FIRST`, `AFTER c`, with a blank before; empty for null. */
export function printPosition(position: ColumnPosition | null): string {
  if (position === null) return '';
  return position.kind === 'first' ? ' FIRST' : ` AFTER ${quoteName(position.column)}`;
}

function printColumnOption(option: ColumnOption): string {
  switch (option.kind) {
    case 'null':
      return 'NULL';
    case 'not-null':
      return 'NOT NULL';
    case 'default':
      return `DEFAULT ${printDefault(option.value)}`;
    case 'on-update':
      return `ON UPDATE ${printExpression(option.value)}`;
    case 'auto-increment':
      return 'AUTO_INCREMENT';
    case 'unique':
      return 'UNIQUE KEY';
    case 'primary':
      return option.clustered === null ? 'PRIMARY KEY' : `PRIMARY KEY ${printClustered(option.clustered)}`;
    case 'comment':
      return `COMMENT ${quoteString(option.text)}`;
    case 'collate':
      return `COLLATE ${option.collation}`;
    case 'column-format':
      return `COLUMN_FORMAT ${option.format}`;
    case 'storage':
      return `STORAGE ${option.storage}`;
    case 'generated':
      return `GENERATED ALWAYS AS(${printExpression(option.expression)}) ${option.stored ? 'STORED' : 'VIRTUAL'}`;
    case 'references':
      return printReference(option.reference);
    case 'check':
      return printCheck(option);
    case 'auto-random':
      return printAutoRandom(option.shardBits, option.rangeBits);
    case 'srid':
      return `SRID ${option.srid}`;
    case 'invisible':
      return option.invisible ? 'INVISIBLE' : 'VISIBLE';
    case 'fixed':
      return option.text;
    default:
      return unreachable(option);
  }
}

/** A column, and a call other than the current time, stand in brackets. */
function printDefault(value: Expression): string {
  const text = printExpression(value);
  const isComputed = value.kind === 'column' || (value.kind === 'call' && value.name !== 'CURRENT_TIMESTAMP');
  return isComputed ? `(${text})` : text;
}

function printAutoRandom(shardBits: number | null, rangeBits: number | null): string {
  const bits = [shardBits, rangeBits].filter((count) => count !== null);
  return `/*T![auto_rand] AUTO_RANDOM${bits.length === 0 ? '' : `(${bits.join(', ')})`} */`;
}
