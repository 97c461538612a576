import type { DataType } from '../ast';
import type { Cursor } from './cursor';
import { acceptCharsetKeyword, parseCharset } from './names';
import { resolveTypeName } from './type-name';

type Signs = Pick<DataType, 'unsigned' | 'zerofill'>;

const NoSigns: Signs = { unsigned: false, zerofill: false };

type Attributes = Pick<DataType, 'charset' | 'binary'>;

const NoAttributes: Attributes = { charset: null, binary: false };

/** A type in full. Every type of every column is made here: objects that are spread together cost several times as much. */
function makeType(
  name: string,
  length: number | null,
  { unsigned, zerofill }: Signs = NoSigns,
  { charset, binary }: Attributes = NoAttributes,
  decimals: number | null = null,
  members: readonly string[] | null = null,
): DataType {
  return { name, length, decimals, unsigned, zerofill, binary, charset, members };
}

/** A column's data type, with synonyms resolved. Errors: `DDL_SYNTAX`. */
export function parseDataType(cursor: Cursor): DataType {
  const { name, family } = resolveTypeName(cursor);
  switch (family) {
    case 'bool':
      return makeType(name, 1);
    case 'integer':
      return makeType(name, parseLength(cursor), parseSigns(cursor));
    case 'bit':
      return makeType(name, parseLength(cursor) ?? 1, parseSigns(cursor));
    case 'real':
      return parseReal(cursor, name);
    case 'length':
      return makeType(name, parseLength(cursor));
    case 'year':
      return parseYear(cursor, name);
    case 'text':
      return parseText(cursor, name);
    case 'members':
      return parseMembers(cursor, name);
    case 'plain':
      return makeType(name, null);
    default:
      return family satisfies never;
  }
}

/** A year has no sign: what is written of one goes unheard. */
function parseYear(cursor: Cursor, name: string): DataType {
  const length = parseLength(cursor);
  parseSigns(cursor);
  return makeType(name, length);
}

/** `(n)`; null: none written. */
function parseLength(cursor: Cursor): number | null {
  if (!cursor.acceptSymbol('(')) return null;
  const length = cursor.count('a width');
  cursor.expectSymbol(')');
  return length;
}

/** `FLOAT(p)` is a precision in bits: up to 24 it is a plain `FLOAT`, beyond a plain `DOUBLE`. */
function parseReal(cursor: Cursor, name: string): DataType {
  if (!cursor.acceptSymbol('(')) return makeType(name, null, parseSigns(cursor));
  const length = cursor.count('a precision');
  const decimals = cursor.acceptSymbol(',') ? cursor.count('a number of decimals') : null;
  cursor.expectSymbol(')');
  const signs = parseSigns(cursor);
  if (name !== 'FLOAT' || decimals !== null) return makeType(name, length, signs, NoAttributes, decimals);
  return makeType(length > 24 ? 'DOUBLE' : 'FLOAT', null, signs);
}

function parseSigns(cursor: Cursor): Signs {
  let unsigned = false;
  let zerofill = false;
  for (;;) {
    if (cursor.accept('UNSIGNED')) unsigned = true;
    else if (cursor.accept('ZEROFILL')) zerofill = true;
    else if (!cursor.accept('SIGNED')) return { unsigned: unsigned || zerofill, zerofill };
  }
}

/** Types that a charset `binary` makes of character types. */
const BinaryTypes: ReadonlyMap<string, string> = new Map([
  ['CHAR', 'BINARY'],
  ['VARCHAR', 'VARBINARY'],
  ['TINYTEXT', 'TINYBLOB'],
  ['TEXT', 'BLOB'],
  ['MEDIUMTEXT', 'MEDIUMBLOB'],
  ['LONGTEXT', 'LONGBLOB'],
]);

const TextTypes: ReadonlySet<string> = new Set([...BinaryTypes.keys(), 'ENUM', 'SET']);

/** A type with the charset that stands behind other options of the column. Errors: `DDL_SYNTAX` if it has one, or none. */
export function addCharset(cursor: Cursor, type: DataType): DataType {
  if (type.charset !== null || !TextTypes.has(type.name)) return cursor.fail('the character set right after the type');
  acceptCharsetKeyword(cursor);
  const charset = parseCharset(cursor);
  const isBinary = charset === 'binary' && type.members === null;
  return isBinary ? makeType(BinaryTypes.get(type.name) ?? type.name, type.length) : { ...type, charset };
}

function parseText(cursor: Cursor, name: string): DataType {
  const length = parseLength(cursor);
  if (name === 'VARCHAR' && length === null) cursor.fail('a width in brackets');
  const attributes = parseCharsetAttributes(cursor);
  if (attributes.charset === 'binary') return makeType(BinaryTypes.get(name) ?? name, length);
  return makeType(name, length, NoSigns, attributes);
}

function parseMembers(cursor: Cursor, name: string): DataType {
  const members = cursor.bracketed(() => parseMember(cursor));
  return makeType(name, null, NoSigns, parseCharsetAttributes(cursor), null, members);
}

function parseMember(cursor: Cursor): string {
  const { token } = cursor;
  if (token.kind !== 'hex' && token.kind !== 'bit') return cursor.string('a string');
  cursor.advance();
  const base = token.kind === 'hex' ? 2 : 8;
  const digits = token.text.padStart(Math.ceil(token.text.length / base) * base, '0');
  const bytes = digits.match(token.kind === 'hex' ? /../g : /.{8}/g) ?? [];
  return bytes.map((byte) => String.fromCharCode(parseInt(byte, token.kind === 'hex' ? 16 : 2))).join('');
}

/** `BINARY`, `CHARACTER SET x`, `ASCII`, `UNICODE`, `BYTE` in any order. */
function parseCharsetAttributes(cursor: Cursor): Attributes {
  let charset: string | null = null;
  let binary = false;
  for (;;) {
    if (cursor.accept('BINARY')) binary = true;
    else if (cursor.accept('ASCII')) charset = 'latin1';
    else if (cursor.accept('UNICODE')) charset = 'ucs2';
    else if (cursor.accept('BYTE')) charset = 'binary';
    else if (acceptCharsetKeyword(cursor)) charset = parseCharset(cursor);
    else return { charset, binary };
  }
}
