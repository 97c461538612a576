import type {
  Expression,
  PartitionDefinition,
  PartitionInterval,
  PartitionMethod,
  Partitioning,
  SubpartitionDefinition,
} from '../ast';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { printExpression } from './expression';
import { printTableOption } from './table-option';

/** `PARTITION BY …` in normal form. */
export function printPartitioning({ method, count, subpartition, definitions }: Partitioning): string {
  let text = `PARTITION BY ${printMethod(method)}`;
  const counted = count ?? (method.kind === 'hash' || method.kind === 'key' ? 1 : null);
  if (counted !== null && definitions.length === 0) text += ` PARTITIONS ${counted}`;
  if (subpartition !== null) {
    const subcount = subpartition.count ?? definitions[0]?.subpartitions.length ?? 0;
    text += ` SUBPARTITION BY ${printMethod(subpartition.method)}${subcount > 0 ? ` SUBPARTITIONS ${subcount}` : ''}`;
  }
  return definitions.length === 0 ? text : `${text} ${printDefinitions(definitions, ',')}`;
}

/** Definitions of partitions with their brackets. */
export function printDefinitions(definitions: readonly PartitionDefinition[], separator: string): string {
  return `(${definitions.map(printDefinition).join(separator)})`;
}

function printMethod(method: PartitionMethod): string {
  const linear = method.linear ? 'LINEAR ' : '';
  const algorithm = method.keyAlgorithm === null ? '' : ` ALGORITHM = ${method.keyAlgorithm}`;
  return linear + printKind(method) + algorithm + printArguments(method);
}

function printKind({ kind, expression }: PartitionMethod): string {
  switch (kind) {
    case 'hash':
    case 'key':
      return kind.toUpperCase();
    case 'range':
    case 'list':
      return expression === null ? `${kind.toUpperCase()} COLUMNS` : kind.toUpperCase();
    case 'system-time':
      return 'SYSTEM_TIME';
    default:
      return unreachable(kind);
  }
}

function printSystemTime({ expression, unit, starts, limit, auto }: PartitionMethod): string {
  let text = expression === null || unit === null ? '' : ` INTERVAL ${printExpression(expression)} ${unit}`;
  if (starts !== null) text += ` STARTS ${printExpression(starts)}`;
  if (limit !== null) text += ` LIMIT ${limit}`;
  return auto ? `${text} AUTO` : text;
}

function printArguments(method: PartitionMethod): string {
  const { kind, expression, columns } = method;
  if (kind === 'system-time') return printSystemTime(method);
  const text = expression === null ? (columns ?? []).map(quoteName).join(',') : printExpression(expression);
  return ` (${text})${method.interval === null ? '' : printInterval(method.interval)}`;
}

function printInterval({ step, unit, first, last, nullPartition, maxvaluePartition }: PartitionInterval): string {
  let text = ` INTERVAL (${printExpression(step)}${unit === null ? '' : ` ${unit}`})`;
  if (first !== null) text += ` FIRST PARTITION LESS THAN (${printExpression(first)})`;
  if (last !== null) text += ` LAST PARTITION LESS THAN (${printExpression(last)})`;
  if (nullPartition) text += ' NULL PARTITION';
  return maxvaluePartition ? `${text} MAXVALUE PARTITION` : text;
}

/** `PARTITION p …` in normal form. */
export function printDefinition({ name, values, options, subpartitions }: PartitionDefinition): string {
  const subs = subpartitions.length === 0 ? '' : ` (${subpartitions.map(printSubpartition).join(',')})`;
  return `PARTITION ${quoteName(name)}${printValues(values)}${options.map(printAfterBlank).join('')}${subs}`;
}

function printSubpartition({ name, options }: SubpartitionDefinition): string {
  return `SUBPARTITION ${quoteName(name)}${options.map(printAfterBlank).join('')}`;
}

function printAfterBlank(option: PartitionDefinition['options'][number]): string {
  return ` ${printTableOption(option)}`;
}

function printValues(values: PartitionDefinition['values']): string {
  switch (values.kind) {
    case 'none':
      return '';
    case 'default':
    case 'history':
    case 'current':
      return ` ${values.kind.toUpperCase()}`;
    case 'less-than':
      return ` VALUES LESS THAN (${printList(values.bounds)})`;
    case 'in':
      return printIn(values.rows);
    default:
      return unreachable(values);
  }
}

function printIn(rows: readonly (readonly Expression[])[]): string {
  if (rows.length === 1 && rows[0]?.length === 1 && rows[0][0]?.kind === 'default') return ' DEFAULT';
  return ` VALUES IN (${rows.map((row) => (row.length === 1 ? printList(row) : `(${printList(row)})`)).join(', ')})`;
}

function printList(expressions: readonly Expression[]): string {
  return expressions.map((expression) => printExpression(expression)).join(', ');
}
