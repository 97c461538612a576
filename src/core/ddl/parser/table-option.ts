import type { OptionValue, TableOption } from '../ast';
import { quoteName } from '../../model/quote';
import { formatNumber } from '../printer/literal';
import type { Cursor } from './cursor';
import {
  acceptCharsetKeyword,
  parseCharset,
  parseCollation,
  parseColumnName,
  parseEngineAttribute,
  parseTableName,
  parseWord,
} from './names';

type ParseValue = (cursor: Cursor) => OptionValue;

/** The next table option; null: none follows. Errors: `DDL_SYNTAX`. */
function parseTableOption(cursor: Cursor): TableOption | null {
  if (cursor.token.kind !== 'word') return parseAttribute(cursor);
  if (cursor.is('DEFAULT')) return parseDefaulted(cursor);
  if (acceptCharsetKeyword(cursor)) return option('DEFAULT CHARACTER SET', parseCharsetValue(cursor));
  if (cursor.is('FORCE') && Forced.has(cursor.peek(1).upper)) {
    cursor.advance();
    return { ...option(cursor.token.upper, parseAfterName(cursor, parseNumber)), force: true };
  }
  return parseOfTwoWords(cursor) ?? parseOfOneWord(cursor) ?? parseAttribute(cursor);
}

function parseAttribute(cursor: Cursor): TableOption | null {
  const text = parseEngineAttribute(cursor);
  return text === null ? null : option(text, { kind: 'none' });
}

const Forced: ReadonlySet<string> = new Set(['AUTO_INCREMENT', 'AUTO_RANDOM_BASE']);

/** All table options that follow, separated by blanks or, with `commas`, by commas. */
export function parseTableOptions(cursor: Cursor, commas: boolean): TableOption[] {
  const options: TableOption[] = [];
  for (;;) {
    const comma = commas && options.length > 0 && cursor.acceptSymbol(',');
    // MySQL's mark in the log that rows of the same transaction follow: of a `CREATE TABLE … SELECT`, not of the table.
    if (cursor.acceptAll('START', 'TRANSACTION')) continue;
    const parsed = parseTableOption(cursor);
    if (parsed === null) return comma ? cursor.fail('a table option') : options;
    options.push(parsed);
  }
}

function option(name: string, value: OptionValue): TableOption {
  return { name, force: false, value };
}

/** `DEFAULT` may precede the charset, the collation and the encryption. */
function parseDefaulted(cursor: Cursor): TableOption {
  cursor.expect('DEFAULT');
  if (acceptCharsetKeyword(cursor)) return option('DEFAULT CHARACTER SET', parseCharsetValue(cursor));
  if (cursor.is('ENCRYPTION')) return option('ENCRYPTION', parseAfterName(cursor, parseString));
  if (!cursor.is('COLLATE')) return cursor.fail('CHARACTER SET or COLLATE');
  return option('DEFAULT COLLATE', parseAfterName(cursor, parseCollationValue));
}

function parseCharsetValue(cursor: Cursor): OptionValue {
  cursor.acceptSymbol('=');
  return cursor.accept('DEFAULT') ? { kind: 'default' } : { kind: 'word', text: parseCharset(cursor) };
}

function parseCollationValue(cursor: Cursor): OptionValue {
  return cursor.accept('DEFAULT') ? { kind: 'default' } : { kind: 'word', text: parseCollation(cursor) };
}

/** Pass the option's name and `=`, then read its value. */
function parseAfterName(cursor: Cursor, parse: ParseValue): OptionValue {
  cursor.advance();
  cursor.acceptSymbol('=');
  return parse(cursor);
}

function parseOfTwoWords(cursor: Cursor): TableOption | null {
  const found = TwoWordOptions.find(([first, second]) => cursor.areNext(first, second));
  if (found === undefined) return null;
  const [first, second, parse] = found;
  cursor.advance();
  if (parse === null) {
    cursor.advance();
    return parseStandalone(cursor, `${first} ${second}`);
  }
  return option(first === 'STORAGE' ? 'ENGINE' : `${first} ${second}`, parseAfterName(cursor, parse));
}

/** Options that stand alone, without a value; their third word too. */
function parseStandalone(cursor: Cursor, name: string): TableOption {
  if (!name.endsWith('SYSTEM')) return option(name, { kind: 'none' });
  cursor.expect('VERSIONING');
  return option(`${name} VERSIONING`, { kind: 'none' });
}

function parseOfOneWord(cursor: Cursor): TableOption | null {
  const name = cursor.token.upper;
  const parse = Options.get(name);
  return parse === undefined ? null : option(Renamed.get(name) ?? name, parseAfterName(cursor, parse));
}

function parseNumber(cursor: Cursor): OptionValue {
  if (cursor.accept('DEFAULT')) return { kind: 'default' };
  if (cursor.token.kind !== 'hex') return { kind: 'number', text: formatNumber(cursor.digits('a number')) };
  return { kind: 'number', text: BigInt(`0x${parseHexNumber(cursor)}`).toString() };
}

/** The digits of a number of 64 bits at most. */
function parseHexNumber(cursor: Cursor): string {
  const digits = cursor.token.text.replace(/^0+(?=.)/, '');
  if (digits === '' || digits.length > 16) cursor.fail('a number');
  cursor.advance();
  return digits;
}

function parseString(cursor: Cursor): OptionValue {
  if (cursor.accept('DEFAULT')) return { kind: 'default' };
  return { kind: 'string', text: cursor.string('a string') };
}

function parseAsWritten(cursor: Cursor): OptionValue {
  return { kind: 'word', text: parseWord(cursor, 'a name') };
}

function parseKeyword(cursor: Cursor): OptionValue {
  return { kind: 'word', text: parseWord(cursor, 'a word').toUpperCase() };
}

function parseName(cursor: Cursor): OptionValue {
  if (cursor.accept('DEFAULT')) return { kind: 'name', text: 'default' };
  return { kind: 'name', text: parseWord(cursor, 'a name') };
}

function parseSecondaryEngine(cursor: Cursor): OptionValue {
  return cursor.accept('NULL')
    ? { kind: 'word', text: 'NULL' }
    : { kind: 'string', text: parseWord(cursor, 'an engine') };
}

/** Values of options that only one product knows, in whatever form they come. */
function parseAny(cursor: Cursor): OptionValue {
  switch (cursor.token.kind) {
    case 'number':
      return { kind: 'word', text: cursor.advance().text };
    case 'string':
      return parseString(cursor);
    default:
      return cursor.token.kind === 'word' ? { kind: 'word', text: cursor.advance().upper } : cursor.fail('a value');
  }
}

function parseUnion(cursor: Cursor): OptionValue {
  cursor.expectSymbol('(');
  const tables = cursor.isSymbol(')') ? [] : cursor.list(() => parseTableName(cursor));
  cursor.expectSymbol(')');
  return { kind: 'tables', tables };
}

/** TiDB's `TTL = column + INTERVAL n unit`. */
function parseLifeTime(cursor: Cursor): OptionValue {
  const column = quoteName(parseColumnName(cursor));
  cursor.expectSymbol('+');
  cursor.expect('INTERVAL');
  const amount = formatNumber(cursor.digits('a number'));
  return { kind: 'word', text: `${column} + INTERVAL ${amount} ${cursor.name('a unit of time').toUpperCase()}` };
}

/** `STORAGE DISK` has no `=` and is written as one. */
function parseStorage(cursor: Cursor): OptionValue {
  return { kind: 'word', text: cursor.expectOneOf('DISK', 'MEMORY') };
}

const TwoWordOptions: readonly (readonly [string, string, ParseValue | null])[] = [
  ['DATA', 'DIRECTORY', parseString],
  ['INDEX', 'DIRECTORY', parseString],
  ['PLACEMENT', 'POLICY', parseName],
  ['STORAGE', 'ENGINE', parseAsWritten],
  ['WITH', 'SYSTEM', null],
];

const Renamed: ReadonlyMap<string, string> = new Map([['COLLATE', 'DEFAULT COLLATE']]);

function each(parse: ParseValue, names: string): [string, ParseValue][] {
  return names.split(/\s+/).map((name) => [name, parse]);
}

const Options: ReadonlyMap<string, ParseValue> = new Map<string, ParseValue>([
  ...each(
    parseNumber,
    `AUTO_INCREMENT AVG_ROW_LENGTH CHECKSUM KEY_BLOCK_SIZE MAX_ROWS MIN_ROWS DELAY_KEY_WRITE STATS_PERSISTENT
    STATS_AUTO_RECALC STATS_SAMPLE_PAGES SHARD_ROW_ID_BITS PRE_SPLIT_REGIONS PACK_KEYS NODEGROUP TABLE_CHECKSUM
    AUTO_ID_CACHE AUTO_RANDOM_BASE STATS_BUCKETS STATS_TOPN`,
  ),
  ...each(parseString, 'COMMENT COMPRESSION CONNECTION PASSWORD ENCRYPTION TTL_ENABLE TTL_JOB_INTERVAL'),
  ...each(parseString, 'STATS_COL_CHOICE STATS_COL_LIST ENGINE_ATTRIBUTE SECONDARY_ENGINE_ATTRIBUTE'),
  ...each(
    parseAny,
    `AUTOEXTEND_SIZE PAGE_CHECKSUM PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL TRANSACTIONAL SEQUENCE IETF_QUOTES ENCRYPTED
    ENCRYPTION_KEY_ID STATS_SAMPLE_RATE`,
  ),
  ...each(parseKeyword, 'ROW_FORMAT INSERT_METHOD'),
  ['COLLATE', parseCollationValue],
  ['ENGINE', parseAsWritten],
  ['TABLESPACE', parseName],
  ['STORAGE', parseStorage],
  ['SECONDARY_ENGINE', parseSecondaryEngine],
  ['UNION', parseUnion],
  ['TTL', parseLifeTime],
]);
