import type {
  Expression,
  PartitionDefinition,
  PartitionInterval,
  PartitionMethod,
  Partitioning,
  SubpartitionDefinition,
} from '../ast';
import { parseInterval, parseUnit } from './call';
import type { Cursor } from './cursor';
import { parseBitExpression, parseExpression } from './expression';
import { parseColumnName } from './names';
import { parseTableOptions } from './table-option';

/** `PARTITION BY …`; null: none follows. Errors: `DDL_SYNTAX`. */
export function parsePartitioning(cursor: Cursor): Partitioning | null {
  if (!cursor.acceptAll('PARTITION', 'BY')) return null;
  const method = parseMethod(cursor);
  const count = cursor.accept('PARTITIONS') ? cursor.count('a number of partitions') : null;
  const subpartition = parseSubpartition(cursor);
  const definitions = cursor.isSymbol('(') ? parseDefinitions(cursor) : [];
  return { method, count, subpartition, definitions };
}

function parseSubpartition(cursor: Cursor): Partitioning['subpartition'] {
  if (!cursor.acceptAll('SUBPARTITION', 'BY')) return null;
  const method = parseMethod(cursor);
  return { method, count: cursor.accept('SUBPARTITIONS') ? cursor.count('a number of subpartitions') : null };
}

const NoMethod: PartitionMethod = {
  kind: 'hash',
  linear: false,
  expression: null,
  columns: null,
  keyAlgorithm: null,
  interval: null,
  unit: null,
  starts: null,
  limit: null,
  auto: false,
};

function parseMethod(cursor: Cursor): PartitionMethod {
  const linear = cursor.accept('LINEAR');
  const word = cursor.expectOneOf('HASH', 'KEY', 'RANGE', 'LIST', 'SYSTEM_TIME');
  switch (word) {
    case 'HASH':
      return { ...NoMethod, linear, expression: parseFunction(cursor) };
    case 'KEY':
      return parseKeyMethod(cursor, linear);
    case 'SYSTEM_TIME':
      return parseSystemTime(cursor);
    default:
      return parseListMethod(cursor, word === 'RANGE' ? 'range' : 'list');
  }
}

function parseFunction(cursor: Cursor): Expression {
  cursor.expectSymbol('(');
  const expression = parseBitExpression(cursor);
  cursor.expectSymbol(')');
  return expression;
}

function parseColumns(cursor: Cursor): string[] {
  cursor.expectSymbol('(');
  const columns = cursor.isSymbol(')') ? [] : cursor.list(() => parseColumnName(cursor));
  cursor.expectSymbol(')');
  return columns;
}

function parseKeyMethod(cursor: Cursor, linear: boolean): PartitionMethod {
  let keyAlgorithm: number | null = null;
  if (cursor.accept('ALGORITHM')) {
    cursor.acceptSymbol('=');
    keyAlgorithm = cursor.count('1 or 2');
  }
  return { ...NoMethod, kind: 'key', linear, columns: parseColumns(cursor), keyAlgorithm };
}

function parseListMethod(cursor: Cursor, kind: 'range' | 'list'): PartitionMethod {
  const method: PartitionMethod = cursor.accept('COLUMNS')
    ? { ...NoMethod, kind, columns: parseColumns(cursor) }
    : { ...NoMethod, kind, expression: parseFunction(cursor) };
  return cursor.accept('INTERVAL') ? { ...method, interval: parsePartitionInterval(cursor) } : method;
}

/** `(step [unit]) [FIRST PARTITION LESS THAN (…)] [LAST PARTITION LESS THAN (…)] [NULL PARTITION] [MAXVALUE PARTITION]`. */
function parsePartitionInterval(cursor: Cursor): PartitionInterval {
  cursor.expectSymbol('(');
  const step = parseBitExpression(cursor);
  const unit = cursor.isSymbol(')') ? null : parseUnit(cursor);
  cursor.expectSymbol(')');
  const first = cursor.accept('FIRST') ? parseBound(cursor) : null;
  const last = cursor.accept('LAST') ? parseBound(cursor) : null;
  const nullPartition = cursor.acceptAll('NULL', 'PARTITION');
  return { step, unit, first, last, nullPartition, maxvaluePartition: cursor.acceptAll('MAXVALUE', 'PARTITION') };
}

/** `PARTITION LESS THAN (bound)`. Errors: `DDL_SYNTAX`. */
export function parseBound(cursor: Cursor): Expression {
  cursor.expect('PARTITION', 'LESS', 'THAN');
  return parseFunction(cursor);
}

/** MariaDB's partitions of row versions. */
function parseSystemTime(cursor: Cursor): PartitionMethod {
  const method: PartitionMethod = { ...NoMethod, kind: 'system-time' };
  if (cursor.accept('LIMIT')) {
    const limit = cursor.count('a number of rows');
    return { ...method, limit, auto: cursor.accept('AUTO') };
  }
  if (!cursor.is('INTERVAL')) return method;
  const { amount, unit } = parseInterval(cursor, parseExpression);
  const starts = cursor.accept('STARTS') ? parseBitExpression(cursor) : null;
  return { ...method, expression: amount, unit, starts, auto: cursor.accept('AUTO') };
}

/** `(PARTITION p …, …)`. Errors: `DDL_SYNTAX`. */
export function parseDefinitions(cursor: Cursor): PartitionDefinition[] {
  return cursor.bracketed(() => parseDefinition(cursor));
}

/** `PARTITION p …`. Errors: `DDL_SYNTAX`. */
export function parseDefinition(cursor: Cursor): PartitionDefinition {
  cursor.expect('PARTITION');
  const name = cursor.name("a partition's name");
  const values = parseValues(cursor);
  const options = parseTableOptions(cursor, false);
  const subpartitions = cursor.isSymbol('(') ? cursor.bracketed(() => parseSubpartitionDefinition(cursor)) : [];
  return { name, values, options, subpartitions };
}

function parseSubpartitionDefinition(cursor: Cursor): SubpartitionDefinition {
  cursor.expect('SUBPARTITION');
  const name = cursor.name("a subpartition's name");
  return { name, options: parseTableOptions(cursor, false) };
}

function parseValues(cursor: Cursor): PartitionDefinition['values'] {
  if (cursor.accept('DEFAULT')) return { kind: 'default' };
  if (cursor.accept('HISTORY')) return { kind: 'history' };
  if (cursor.accept('CURRENT')) return { kind: 'current' };
  if (!cursor.accept('VALUES')) return { kind: 'none' };
  if (cursor.accept('IN')) return { kind: 'in', rows: cursor.bracketed(() => parseRow(cursor)) };
  cursor.expect('LESS', 'THAN');
  if (cursor.accept('MAXVALUE')) return { kind: 'less-than', bounds: [{ kind: 'maxvalue' }] };
  return { kind: 'less-than', bounds: cursor.bracketed(() => parseExpression(cursor)) };
}

function parseRow(cursor: Cursor): readonly Expression[] {
  const expression = parseExpression(cursor);
  if (expression.kind === 'row') return expression.items;
  return [expression.kind === 'parentheses' ? expression.operand : expression];
}
