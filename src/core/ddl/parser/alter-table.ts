import type { AlterSpec, AlterTable, Expression, OtherStatement } from '../ast';
import { parseAdd } from './alter-add';
import { parseAlter, parseChange, parseModify, parseRename } from './alter-column';
import { parseDrop } from './alter-drop';
import { parseFixedSpec } from './alter-fixed';
import { parsePartitionSpec } from './alter-partition';
import { isNameToken } from './cursor';
import type { Cursor } from './cursor';
import { parseDirection } from './key-part';
import { parseAlgorithm, parseLock } from './lock-clause';
import {
  acceptCharsetKeyword,
  acceptIfExists,
  parseCharset,
  parseCollation,
  parseColumnName,
  parseTableName,
  skipWait,
} from './names';
import { parsePartitioning } from './partition';
import { parseTableOptions } from './table-option';

/** `ALTER [ONLINE] [IGNORE] TABLE …`, after its first word. Errors: `DDL_SYNTAX`. */
export function parseAlterTable(cursor: Cursor): AlterTable | OtherStatement {
  cursor.acceptOneOf('ONLINE', 'OFFLINE');
  cursor.accept('IGNORE');
  cursor.expect('TABLE');
  const ifExists = acceptIfExists(cursor);
  const name = parseTableName(cursor);
  skipWait(cursor);
  if (cursor.is('COMPACT')) return { kind: 'other', name: 'CompactTableStmt', isDDL: false };
  if (cursor.areNext('ANALYZE', 'PARTITION')) return { kind: 'other', name: 'AnalyzeTableStmt', isDDL: false };
  return { kind: 'alter-table', ifExists, name, specs: parseSpecs(cursor) };
}

/** None, or specs separated by commas; the partitioning comes after them without one. */
function parseSpecs(cursor: Cursor): AlterSpec[] {
  const specs: AlterSpec[] = [];
  if (cursor.isEnd() || cursor.isSymbol(';')) return specs;
  if (!isPartitioning(cursor)) specs.push(parseSpec(cursor));
  while (cursor.acceptSymbol(',')) specs.push(parseSpec(cursor));
  if (isPartitioning(cursor)) specs.push(parsePartitioningSpec(cursor));
  return specs;
}

function isPartitioning(cursor: Cursor): boolean {
  return cursor.areNext('PARTITION', 'BY') || cursor.areNext('REMOVE', 'PARTITIONING');
}

function parsePartitioningSpec(cursor: Cursor): AlterSpec {
  if (cursor.acceptAll('REMOVE', 'PARTITIONING')) return { kind: 'remove-partitioning' };
  const partitioning = parsePartitioning(cursor) ?? cursor.fail('PARTITION BY');
  return { kind: 'partition-by', partitioning };
}

function parseSpec(cursor: Cursor): AlterSpec {
  if (isPartitioning(cursor)) return parsePartitioningSpec(cursor);
  const fixed = parseFixedSpec(cursor) ?? parsePartitionSpec(cursor);
  if (fixed !== null) return fixed;
  const parse = cursor.token.kind === 'word' ? Specs.get(cursor.token.upper) : undefined;
  if (
    parse !== undefined &&
    !cursor.areNext('FORCE', 'AUTO_INCREMENT') &&
    !cursor.areNext('FORCE', 'AUTO_RANDOM_BASE')
  ) {
    cursor.advance();
    return parse(cursor);
  }
  const options = parseTableOptions(cursor, false);
  return options.length > 0 ? { kind: 'options', options } : cursor.fail('a change of the table');
}

const Specs: ReadonlyMap<string, (cursor: Cursor) => AlterSpec> = new Map<string, (cursor: Cursor) => AlterSpec>([
  ['ADD', parseAdd],
  ['DROP', parseDrop],
  ['MODIFY', parseModify],
  ['CHANGE', parseChange],
  ['ALTER', parseAlter],
  ['RENAME', parseRename],
  ['CONVERT', parseConvert],
  ['ORDER', parseOrderBy],
  ['LOCK', (cursor) => ({ kind: 'lock', value: parseLock(cursor) })],
  ['ALGORITHM', (cursor) => ({ kind: 'algorithm', value: parseAlgorithm(cursor) })],
  ['FORCE', () => ({ kind: 'force' })],
  ['ENABLE', (cursor) => parseKeys(cursor, true)],
  ['DISABLE', (cursor) => parseKeys(cursor, false)],
]);

function parseConvert(cursor: Cursor): AlterSpec {
  cursor.expect('TO');
  if (!acceptCharsetKeyword(cursor)) cursor.fail('CHARACTER SET');
  const charset = cursor.accept('DEFAULT') ? null : parseCharset(cursor);
  const collation = cursor.accept('COLLATE') ? parseCollation(cursor) : null;
  return { kind: 'convert-charset', charset, collation };
}

function parseOrderBy(cursor: Cursor): AlterSpec {
  cursor.expect('BY');
  const items = [parseOrderItem(cursor)];
  while (cursor.isSymbol(',') && isOrderItem(cursor)) {
    cursor.advance();
    items.push(parseOrderItem(cursor));
  }
  return { kind: 'order-by', items };
}

/** Whether a column and not the next change follows the comma: after it comes a direction, a comma or the end. */
function isOrderItem(cursor: Cursor): boolean {
  const after = cursor.peek(2);
  if (!isNameToken(cursor.peek(1))) return false;
  if (after.kind === 'end') return true;
  return after.kind === 'symbol' ? ',;.'.includes(after.text) : after.upper === 'ASC' || after.upper === 'DESC';
}

function parseOrderItem(cursor: Cursor): { expression: Expression; descending: boolean } {
  const expression: Expression = { kind: 'column', schema: null, table: null, name: parseColumnName(cursor) };
  return { expression, descending: parseDirection(cursor) };
}

function parseKeys(cursor: Cursor, enabled: boolean): AlterSpec {
  cursor.expect('KEYS');
  return { kind: 'keys', enabled };
}
