import type { ColumnOption } from '../ast';
import type { Cursor } from './cursor';
import { parseDefaultValue, parseNow } from './default-value';
import { parseBracketed } from './expression';
import { acceptEnforced, acceptVisibility } from './index-option';
import { parseCollation, parseEngineAttribute, parseWord } from './names';
import { parseReference } from './reference';
import { quoteString } from '../printer/literal';

/** The next option of a column; `SERIAL DEFAULT VALUE` is three. Null: none follows. Errors: `DDL_SYNTAX`. */
export function parseColumnOption(cursor: Cursor): readonly ColumnOption[] | null {
  if (cursor.token.kind !== 'word') return parseOther(cursor);
  if (cursor.is('SERIAL')) return parseSerial(cursor);
  const option = parseKeyword(cursor) ?? parseVisibility(cursor) ?? parseSystemVersioning(cursor);
  return option === null ? parseOther(cursor) : [option];
}

function parseOther(cursor: Cursor): readonly ColumnOption[] | null {
  const text = parseEngineAttribute(cursor);
  return text === null ? null : [{ kind: 'fixed', text }];
}

/** What `SERIAL` says beside the type. */
export const SerialOptions: readonly ColumnOption[] = [
  { kind: 'not-null' },
  { kind: 'auto-increment' },
  { kind: 'unique' },
];

function parseSerial(cursor: Cursor): readonly ColumnOption[] {
  cursor.expect('SERIAL', 'DEFAULT', 'VALUE');
  return SerialOptions;
}

function parseKeyword(cursor: Cursor): ColumnOption | null {
  const parse = Options.get(cursor.token.upper);
  if (parse === undefined) return null;
  if (cursor.is('NOT') && !cursor.areNext('NOT', 'NULL')) return null;
  cursor.advance();
  return parse(cursor);
}

const Options: ReadonlyMap<string, (cursor: Cursor) => ColumnOption> = new Map<
  string,
  (cursor: Cursor) => ColumnOption
>([
  ['NULL', () => ({ kind: 'null' })],
  ['NOT', parseNotNull],
  ['DEFAULT', (cursor) => ({ kind: 'default', value: parseDefaultValue(cursor) })],
  ['ON', parseOnUpdate],
  ['AUTO_INCREMENT', () => ({ kind: 'auto-increment' })],
  ['UNIQUE', parseUnique],
  ['KEY', parsePrimary],
  ['PRIMARY', parsePrimaryKey],
  ['COMMENT', (cursor) => ({ kind: 'comment', text: cursor.string('a comment') })],
  ['COLLATE', parseCollate],
  ['COLUMN_FORMAT', (cursor) => ({ kind: 'column-format', format: cursor.expectOneOf('DEFAULT', 'FIXED', 'DYNAMIC') })],
  ['STORAGE', (cursor) => ({ kind: 'storage', storage: cursor.expectOneOf('DEFAULT', 'DISK', 'MEMORY') })],
  ['GENERATED', parseGeneratedAlways],
  ['AS', parseGenerated],
  ['REFERENCES', (cursor) => ({ kind: 'references', reference: parseReference(cursor) })],
  ['CONSTRAINT', parseNamedCheck],
  ['CHECK', (cursor) => parseCheck(cursor, null)],
  ['AUTO_RANDOM', parseAutoRandom],
  ['SRID', (cursor) => ({ kind: 'srid', srid: cursor.count('a spatial reference system') })],
  ['REF_SYSTEM_ID', parseRefSystem],
  ['ENGINE_ATTRIBUTE', (cursor) => parseAttribute(cursor, 'ENGINE_ATTRIBUTE')],
  ['SECONDARY_ENGINE_ATTRIBUTE', (cursor) => parseAttribute(cursor, 'SECONDARY_ENGINE_ATTRIBUTE')],
  ['COMPRESSED', parseCompressed],
]);

function parseNotNull(cursor: Cursor): ColumnOption {
  cursor.expect('NULL');
  return { kind: 'not-null' };
}

function parseOnUpdate(cursor: Cursor): ColumnOption {
  cursor.expect('UPDATE');
  return { kind: 'on-update', value: parseNow(cursor) ?? cursor.fail('CURRENT_TIMESTAMP') };
}

function parseUnique(cursor: Cursor): ColumnOption {
  cursor.accept('KEY');
  return { kind: 'unique' };
}

function parsePrimaryKey(cursor: Cursor): ColumnOption {
  cursor.expect('KEY');
  return parsePrimary(cursor);
}

function parsePrimary(cursor: Cursor): ColumnOption {
  const clustered = cursor.acceptOneOf('CLUSTERED', 'NONCLUSTERED');
  return { kind: 'primary', clustered: clustered === null ? null : clustered === 'CLUSTERED' };
}

function parseCollate(cursor: Cursor): ColumnOption {
  cursor.acceptSymbol('=');
  return { kind: 'collate', collation: parseCollation(cursor) };
}

function parseGeneratedAlways(cursor: Cursor): ColumnOption {
  cursor.expect('ALWAYS', 'AS');
  return parseGenerated(cursor);
}

/** `(expression)`, or MariaDB's `ROW START` and `ROW END`. */
function parseGenerated(cursor: Cursor): ColumnOption {
  if (cursor.accept('ROW')) {
    return { kind: 'fixed', text: `GENERATED ALWAYS AS ROW ${cursor.expectOneOf('START', 'END')}` };
  }
  const expression = parseBracketed(cursor);
  const word = cursor.acceptOneOf('VIRTUAL', 'STORED', 'PERSISTENT');
  const stored = word === 'STORED' || word === 'PERSISTENT';
  return { kind: 'generated', expression, stored, written: word === null ? null : stored ? 'stored' : 'virtual' };
}

/** The only constraint inside a column that has a name is a check. */
function parseNamedCheck(cursor: Cursor): ColumnOption {
  const name = cursor.is('CHECK') ? null : cursor.name("a constraint's name");
  cursor.expect('CHECK');
  return parseCheck(cursor, name);
}

function parseCheck(cursor: Cursor, name: string | null): ColumnOption {
  const expression = parseBracketed(cursor);
  return { kind: 'check', name, expression, enforced: acceptEnforced(cursor) ?? true };
}

function parseAutoRandom(cursor: Cursor): ColumnOption {
  const bits = cursor.isSymbol('(') ? cursor.bracketed(() => cursor.count('a number of bits')) : [];
  const [shardBits = null, rangeBits = null] = bits;
  return { kind: 'auto-random', shardBits, rangeBits };
}

/** What MariaDB has where MySQL has `SRID`, which no schema sees either. */
function parseRefSystem(cursor: Cursor): ColumnOption {
  cursor.expectSymbol('=');
  return { kind: 'fixed', text: `REF_SYSTEM_ID = ${cursor.count('a spatial reference system')}` };
}

function parseAttribute(cursor: Cursor, name: string): ColumnOption {
  cursor.acceptSymbol('=');
  return { kind: 'fixed', text: `${name} = ${quoteString(parseWord(cursor, 'a JSON text'))}` };
}

/** MariaDB's compression of a column; of its methods there is one. */
function parseCompressed(cursor: Cursor): ColumnOption {
  const method = cursor.acceptSymbol('=') ? ` = ${parseWord(cursor, 'a method of compression')}` : '';
  return { kind: 'fixed', text: `COMPRESSED${method}` };
}

function parseVisibility(cursor: Cursor): ColumnOption | null {
  const visible = acceptVisibility(cursor);
  return visible === null ? null : { kind: 'invisible', invisible: !visible };
}

/** MariaDB's `WITH[OUT] SYSTEM VERSIONING` of a column. */
function parseSystemVersioning(cursor: Cursor): ColumnOption | null {
  if (cursor.acceptAll('WITH', 'SYSTEM', 'VERSIONING')) return { kind: 'fixed', text: 'WITH SYSTEM VERSIONING' };
  if (cursor.acceptAll('WITHOUT', 'SYSTEM', 'VERSIONING')) return { kind: 'fixed', text: 'WITHOUT SYSTEM VERSIONING' };
  return null;
}
