import { charsetOf, normaliseCollation } from './collation';
import { ColumnFlag, TypeCode } from './column-type';
import type { ColumnType } from './column-type';
import { hasMembers, isCharacterType, membersText, typeName } from './type-text';

/** Types whose unsigned and zerofill flags are TiDB's own marks and no SQL. */
const WITHOUT_SIGN: ReadonlySet<number> = new Set([TypeCode.bit, TypeCode.year]);

/** Types whose width follows from their name. */
const WITHOUT_WIDTH: ReadonlySet<number> = new Set([
  TypeCode.date,
  TypeCode.year,
  TypeCode.json,
  TypeCode.tinyblob,
  TypeCode.blob,
  TypeCode.mediumblob,
  TypeCode.longblob,
]);

/** A column's type as `CREATE TABLE` writes it, with sign, and with charset and collation where not the table's. */
export function sqlType(type: ColumnType, tableCollation: string): string {
  let text = typeName(type.code, type.collation).toLowerCase() + width(type);
  if (!WITHOUT_SIGN.has(type.code)) {
    if ((type.flags & ColumnFlag.unsigned) !== 0) text += ' unsigned';
    if ((type.flags & ColumnFlag.zerofill) !== 0) text += ' zerofill';
  }
  return text + charset(type, tableCollation);
}

function width({ code, length, decimals, members }: ColumnType): string {
  if (hasMembers(code)) return membersText((members ?? []).map((member) => member.replaceAll('\\', '\\\\')));
  if (WITHOUT_WIDTH.has(code)) return '';
  switch (code) {
    case TypeCode.float:
    case TypeCode.double:
      return decimals < 0 ? '' : `(${length},${decimals})`;
    case TypeCode.decimal:
      return `(${length},${Math.max(decimals, 0)})`;
    case TypeCode.datetime:
    case TypeCode.timestamp:
    case TypeCode.time:
      return decimals > 0 ? `(${decimals})` : '';
    default:
      return length < 0 ? '' : `(${length})`;
  }
}

function charset({ code, collation }: ColumnType, tableCollation: string): string {
  const own = normaliseCollation(collation);
  const isBinary = own === 'binary' && !hasMembers(code);
  const isWritten = (isCharacterType(code) || hasMembers(code)) && own !== '' && !isBinary;
  if (!isWritten || own === normaliseCollation(tableCollation)) return '';
  return ` CHARACTER SET ${charsetOf(own)} COLLATE ${own}`;
}
