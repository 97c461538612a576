import type { AlterSpec, ColumnDefinition, Constraint } from '../ast';
import { parseColumnDefinition, parsePosition } from './column';
import { isConstraint, parseConstraint } from './constraint';
import type { Cursor } from './cursor';
import { acceptIfNotExists } from './names';
import { parseDefinitions } from './partition';

/** What follows `ADD`: columns, a key or constraint, partitions. Errors: `DDL_SYNTAX`. */
export function parseAdd(cursor: Cursor): AlterSpec {
  if (cursor.accept('PARTITION')) return parseAddPartition(cursor);
  if (cursor.acceptAll('SYSTEM', 'VERSIONING')) return { kind: 'fixed', text: 'ADD SYSTEM VERSIONING', number: 0 };
  if (isConstraint(cursor)) return { kind: 'add-constraint', constraint: parseConstraint(cursor) };
  cursor.accept('COLUMN');
  const ifNotExists = acceptIfNotExists(cursor);
  if (cursor.isSymbol('(')) return { kind: 'add-columns', ifNotExists, ...parseElements(cursor) };
  const column = parseColumnDefinition(cursor);
  return { kind: 'add-column', ifNotExists, column, position: parsePosition(cursor) };
}

/** `(column or constraint, …)`. Errors: `DDL_SYNTAX`. */
export function parseElements(cursor: Cursor): { columns: ColumnDefinition[]; constraints: Constraint[] } {
  const columns: ColumnDefinition[] = [];
  const constraints: Constraint[] = [];
  cursor.bracketed(() => {
    if (isConstraint(cursor)) constraints.push(parseConstraint(cursor));
    else columns.push(parseColumnDefinition(cursor));
  });
  return { columns, constraints };
}

function parseAddPartition(cursor: Cursor): AlterSpec {
  const ifNotExists = acceptIfNotExists(cursor);
  const noWriteToBinlog = acceptNoBinlog(cursor);
  if (cursor.accept('PARTITIONS')) {
    const count = cursor.count('a number of partitions');
    return { kind: 'add-partition', ifNotExists, noWriteToBinlog, definitions: [], count };
  }
  const definitions = parseDefinitions(cursor);
  return { kind: 'add-partition', ifNotExists, noWriteToBinlog, definitions, count: null };
}

/** `NO_WRITE_TO_BINLOG` or its synonym `LOCAL`. */
export function acceptNoBinlog(cursor: Cursor): boolean {
  return cursor.acceptOneOf('NO_WRITE_TO_BINLOG', 'LOCAL') !== null;
}
