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
