import { ColumnFlag, TypeCode } from './column-type';
import { charsetOf } from './collation';

/** Names of types by code, for charset `binary` and for others. */
const NAMES: ReadonlyMap<number, readonly [binary: string, text: string]> = new Map([
  [TypeCode.tinyint, ['TINYINT', 'TINYINT']],
  [TypeCode.smallint, ['SMALLINT', 'SMALLINT']],
  [TypeCode.mediumint, ['MEDIUMINT', 'MEDIUMINT']],
  [TypeCode.int, ['INT', 'INT']],
  [TypeCode.bigint, ['BIGINT', 'BIGINT']],
  [TypeCode.float, ['FLOAT', 'FLOAT']],
  [TypeCode.double, ['DOUBLE', 'DOUBLE']],
  [TypeCode.decimal, ['DECIMAL', 'DECIMAL']],
  [TypeCode.bit, ['BIT', 'BIT']],
  [TypeCode.date, ['DATE', 'DATE']],
  [TypeCode.time, ['TIME', 'TIME']],
  [TypeCode.datetime, ['DATETIME', 'DATETIME']],
  [TypeCode.timestamp, ['TIMESTAMP', 'TIMESTAMP']],
  [TypeCode.year, ['YEAR', 'YEAR']],
  [TypeCode.json, ['JSON', 'JSON']],
  [TypeCode.enum, ['ENUM', 'ENUM']],
  [TypeCode.set, ['SET', 'SET']],
  [TypeCode.char, ['BINARY', 'CHAR']],
  [TypeCode.varchar, ['VARBINARY', 'VARCHAR']],
  [TypeCode.tinyblob, ['TINYBLOB', 'TINYTEXT']],
  [TypeCode.blob, ['BLOB', 'TEXT']],
  [TypeCode.mediumblob, ['MEDIUMBLOB', 'MEDIUMTEXT']],
  [TypeCode.longblob, ['LONGBLOB', 'LONGTEXT']],
]);

/** The SQL name of a type, for example `VARBINARY`; unknown codes are named by their number. */
export function typeName(code: number, collation: string): string {
  const names = NAMES.get(code);
  if (names === undefined) return `TYPE ${code}`;
  return charsetOf(collation) === 'binary' ? names[0] : names[1];
}

/** Whether a type is one of characters: its charset and collation mean something and are written. */
export function isCharacterType(code: number): boolean {
  switch (code) {
    case TypeCode.char:
    case TypeCode.varchar:
    case TypeCode.tinyblob:
    case TypeCode.blob:
    case TypeCode.mediumblob:
    case TypeCode.longblob:
      return true;
    default:
      return false;
  }
}

/** Whether a type has members. */
export function hasMembers(code: number): boolean {
  return code === TypeCode.enum || code === TypeCode.set;
}

/** Names of the flags that must be equal, as people write them. */
const ATTRIBUTES = [
  [ColumnFlag.unsigned, 'UNSIGNED'],
  [ColumnFlag.zerofill, 'ZEROFILL'],
  [ColumnFlag.binary, 'BINARY'],
  [ColumnFlag.onUpdateNow, 'ON UPDATE CURRENT_TIMESTAMP'],
] as const;

/** Attribute flags in words, for example `UNSIGNED ZEROFILL`; `none` without any. */
export function attributesText(flags: number): string {
  const words: string[] = [];
  let rest = flags;
  for (const [flag, word] of ATTRIBUTES) {
    if ((flags & flag) !== 0) words.push(word);
    rest &= ~flag;
  }
  if (rest !== 0) words.push(`flags ${rest}`);
  return words.length === 0 ? 'none' : words.join(' ');
}

/** A type's parts that SQL writes. */
export interface TypeParts {
  readonly code: number;
  readonly length: number;
  readonly decimals: number;
  readonly collation: string;
  readonly members: readonly string[] | null;
}

/**
 * A type with its width, for example `VARCHAR(20)`, `DECIMAL(10,2)`, `DATETIME(0)`, `ENUM('a','b')`: the width is always
 * there, also where SQL leaves it out.
 */
export function typeText(type: TypeParts): string {
  const name = typeName(type.code, type.collation);
  const width = hasMembers(type.code) ? membersText(type.members) : widthText(type);
  return name + width;
}

/** Members as SQL writes them, in brackets. */
export function membersText(members: readonly string[] | null): string {
  return `(${(members ?? []).map(quoteText).join(',')})`;
}

/** A text in single quotes, a quote within doubled. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function widthText({ code, length, decimals }: TypeParts): string {
  switch (code) {
    case TypeCode.timestamp:
    case TypeCode.datetime:
    case TypeCode.time:
      return decimals < 0 ? '' : `(${decimals})`;
    case TypeCode.float:
    case TypeCode.double:
    case TypeCode.decimal:
      if (length < 0) return '';
      return decimals < 0 ? `(${length})` : `(${length},${decimals})`;
    default:
      return length < 0 ? '' : `(${length})`;
  }
}
