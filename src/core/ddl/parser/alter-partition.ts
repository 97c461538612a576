import type { AlterSpec, PartitionAction, PartitionSpec } from '../ast';
import { acceptNoBinlog } from './alter-add';
import type { Cursor } from './cursor';
import { parseTableName } from './names';
import { parseDefinition, parseDefinitions } from './partition';

/** Changes of single partitions; null: something else follows. Errors: `DDL_SYNTAX`. */
export function parsePartitionSpec(cursor: Cursor): AlterSpec | null {
  const next = cursor.peek(1).upper;
  if (next === 'TABLESPACE') return parseTablespace(cursor);
  if (cursor.areNext('CONVERT', 'TABLE')) return parseConvertTable(cursor);
  if (next !== 'PARTITION') return null;
  const parse = Specs.get(cursor.token.upper);
  if (parse === undefined) return null;
  cursor.advance();
  cursor.advance();
  return parse(cursor);
}

function parseTablespace(cursor: Cursor): AlterSpec | null {
  const action = cursor.acceptOneOf('DISCARD', 'IMPORT');
  if (action === null) return null;
  cursor.expect('TABLESPACE');
  return { kind: 'tablespace', action: action === 'DISCARD' ? 'discard' : 'import' };
}

type ParsePartitions = (cursor: Cursor) => PartitionSpec;

const Specs: ReadonlyMap<string, ParsePartitions> = new Map<string, ParsePartitions>([
  ['COALESCE', parseCoalesce],
  ['REORGANIZE', parseReorganize],
  ['EXCHANGE', parseExchange],
  ['CONVERT', parseConvertPartition],
  ['TRUNCATE', (cursor) => parseAction(cursor, 'truncate')],
  ['CHECK', (cursor) => parseAction(cursor, 'check')],
  ['OPTIMIZE', (cursor) => parseAction(cursor, 'optimize')],
  ['REBUILD', (cursor) => parseAction(cursor, 'rebuild')],
  ['REPAIR', (cursor) => parseAction(cursor, 'repair')],
  ['DISCARD', (cursor) => parseAction(cursor, 'discard-tablespace')],
  ['IMPORT', (cursor) => parseAction(cursor, 'import-tablespace')],
]);

function parseCoalesce(cursor: Cursor): PartitionSpec {
  const noWriteToBinlog = acceptNoBinlog(cursor);
  return { kind: 'coalesce-partition', noWriteToBinlog, count: cursor.count('a number of partitions') };
}

function parseReorganize(cursor: Cursor): PartitionSpec {
  const noWriteToBinlog = acceptNoBinlog(cursor);
  if (!cursor.isName()) return { kind: 'reorganize-partition', noWriteToBinlog, names: [], definitions: [] };
  const names = cursor.list(() => cursor.name("a partition's name"));
  cursor.expect('INTO');
  return { kind: 'reorganize-partition', noWriteToBinlog, names, definitions: parseDefinitions(cursor) };
}

function parseExchange(cursor: Cursor): PartitionSpec {
  const name = cursor.name("a partition's name");
  cursor.expect('WITH', 'TABLE');
  const table = parseTableName(cursor);
  return { kind: 'exchange-partition', name, table, validation: parseValidation(cursor) };
}

/** Whether rows are checked; null: it isn't said. */
function parseValidation(cursor: Cursor): boolean | null {
  const word = cursor.acceptOneOf('WITH', 'WITHOUT');
  if (word !== null) cursor.expect('VALIDATION');
  return word === null ? null : word === 'WITH';
}

function parseConvertPartition(cursor: Cursor): PartitionSpec {
  const name = cursor.name("a partition's name");
  cursor.expect('TO', 'TABLE');
  return { kind: 'convert-partition', name, table: parseTableName(cursor) };
}

function parseConvertTable(cursor: Cursor): PartitionSpec {
  cursor.expect('CONVERT', 'TABLE');
  const table = parseTableName(cursor);
  cursor.expect('TO');
  const definition = parseDefinition(cursor);
  return { kind: 'convert-table', table, definition, validation: parseValidation(cursor) };
}

function parseAction(cursor: Cursor, action: PartitionAction): PartitionSpec {
  const noWriteToBinlog = acceptNoBinlog(cursor);
  const names = cursor.accept('ALL') ? null : cursor.list(() => cursor.name("a partition's name"));
  if (action.endsWith('tablespace')) cursor.expect('TABLESPACE');
  // The options of a repair or check change nothing that replicates.
  while (
    cursor.acceptOneOf('QUICK', 'EXTENDED', 'FAST', 'MEDIUM', 'CHANGED', 'USE_FRM') !== null ||
    cursor.acceptAll('FOR', 'UPGRADE')
  );
  return { kind: 'partitions', action, ifExists: false, noWriteToBinlog, names };
}
