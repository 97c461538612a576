import { invariant } from '../../model/invariant';
import { ColumnFlag, TypeCode } from '../../table/column-type';
import type { ColumnType } from '../../table/column-type';
import { hasMembers, isCharacterType } from '../../table/type-text';
import type { DataType } from '../ast';
import { byteLength } from './byte-text';
import { BINARY_SET, bytesPerCharacter, defaultCollation, resolveCharacterSet } from './character-set';
import type { CharacterSet } from './character-set';
import { notApplicable, unsupported } from './refusal';

/** Type, length and decimals, before charset and flags. */
interface Size {
  readonly code: number;
  readonly length: number;
  readonly decimals: number;
}

/** TiDB's "unspecified". */
const UNSPECIFIED = -1;

/** Integer types with the width of their signed form. */
const INTEGERS: ReadonlyMap<string, { code: number; width: number }> = new Map([
  ['TINYINT', { code: TypeCode.tinyint, width: 4 }],
  ['SMALLINT', { code: TypeCode.smallint, width: 6 }],
  ['MEDIUMINT', { code: TypeCode.mediumint, width: 9 }],
  ['INT', { code: TypeCode.int, width: 11 }],
  ['BIGINT', { code: TypeCode.bigint, width: 20 }],
]);

/** Codes of the integer types, which can be a row's handle. */
export const INTEGER_CODES: ReadonlySet<number> = new Set(Array.from(INTEGERS.values(), ({ code }) => code));

/** Types of bytes and characters without a written length, by the end of their name. */
const LARGE_OBJECTS: readonly { prefix: string; code: number; length: number }[] = [
  { prefix: 'TINY', code: TypeCode.tinyblob, length: 255 },
  { prefix: '', code: TypeCode.blob, length: 65535 },
  { prefix: 'MEDIUM', code: TypeCode.mediumblob, length: 16777215 },
  { prefix: 'LONG', code: TypeCode.longblob, length: 4294967295 },
];

/** Types of dates and times: the width without a fraction, and whether a fraction may be written. */
const TEMPORALS: ReadonlyMap<string, { code: number; width: number }> = new Map([
  ['DATETIME', { code: TypeCode.datetime, width: 19 }],
  ['TIMESTAMP', { code: TypeCode.timestamp, width: 19 }],
  ['TIME', { code: TypeCode.time, width: 10 }],
]);

/** Other types of a fixed size. */
const FIXED: ReadonlyMap<string, Size> = new Map([
  ['DATE', { code: TypeCode.date, length: 10, decimals: 0 }],
  ['JSON', { code: TypeCode.json, length: 4294967295, decimals: 0 }],
]);

/** Types of a written length that has a default. */
const SIZED: ReadonlyMap<string, Size> = new Map([
  ['BIT', { code: TypeCode.bit, length: 1, decimals: 0 }],
  ['YEAR', { code: TypeCode.year, length: 4, decimals: 0 }],
  ['CHAR', { code: TypeCode.char, length: 1, decimals: 0 }],
  ['BINARY', { code: TypeCode.char, length: 1, decimals: 0 }],
  ['VARCHAR', { code: TypeCode.varchar, length: 5, decimals: 0 }],
  ['VARBINARY', { code: TypeCode.varchar, length: 5, decimals: 0 }],
]);

/** Types that have a charset of their own. */
const CHARACTER_TYPES: ReadonlySet<string> = new Set([
  'CHAR',
  'VARCHAR',
  'TINYTEXT',
  'TEXT',
  'MEDIUMTEXT',
  'LONGTEXT',
  'ENUM',
  'SET',
]);

/** Types without characters that are flagged binary all the same. */
const FLAGGED_BINARY: ReadonlySet<number> = new Set([
  TypeCode.json,
  TypeCode.date,
  TypeCode.datetime,
  TypeCode.timestamp,
  TypeCode.time,
]);

/** The most bytes of a VARCHAR. */
const MAX_VARYING_BYTES = 65_535;

/** FLOAT(p) beyond this precision is a DOUBLE. */
const FLOAT_PRECISION = 24;

/**
 * The stored type of a written one, with the flags that follow from the type alone ('From SQL to the table info' in
 * 2-table-schemas.md). `collation` is the column's COLLATE option, `fallback` the table's charset.
 * @throws LockstepError DDL_UNSUPPORTED for types that the schema algebra doesn't know (spatial ones);
 *   DDL_NOT_APPLICABLE if charset and collation don't go together
 */
export function buildColumnType(type: DataType, collation: string | null, fallback: CharacterSet): ColumnType {
  const set = CHARACTER_TYPES.has(type.name) ? columnSet(type, collation, fallback) : BINARY_SET;
  const size = sizeOf(type, set);
  return {
    ...size,
    flags: flagsOf(type, size, set),
    charset: set.charset,
    collation: set.collation,
    members: type.members?.map(trimMember) ?? null,
  };
}

/** Trailing spaces of members are not stored. */
export function trimMember(member: string): string {
  let end = member.length;
  while (end > 0 && member.charAt(end - 1) === ' ') end -= 1;
  return member.slice(0, end);
}

function columnSet(type: DataType, collation: string | null, fallback: CharacterSet): CharacterSet {
  const set = resolveCharacterSet(type.charset, collation, fallback);
  const overridden = type.binary && collation === null;
  return overridden ? { charset: set.charset, collation: defaultCollation(set.charset) } : set;
}

function flagsOf(type: DataType, size: Size, set: CharacterSet): number {
  let flags = 0;
  if (type.unsigned || type.zerofill || size.code === TypeCode.bit || size.code === TypeCode.year) {
    flags |= ColumnFlag.unsigned;
  }
  if (type.zerofill || size.code === TypeCode.year) flags |= ColumnFlag.zerofill;
  const isOfBytes = isCharacterType(size.code) || hasMembers(size.code) || FLAGGED_BINARY.has(size.code);
  if (set.charset === 'binary' && isOfBytes) flags |= ColumnFlag.binary;
  return flags;
}

function sizeOf(type: DataType, set: CharacterSet): Size {
  const integer = INTEGERS.get(type.name);
  if (integer !== undefined)
    return { code: integer.code, length: type.length ?? integerWidth(type, integer), decimals: 0 };
  const temporal = TEMPORALS.get(type.name);
  if (temporal !== undefined) return temporalSize(temporal, type.length ?? 0);
  const sized = SIZED.get(type.name);
  if (sized !== undefined) return varyingSize(type, set) ?? { ...sized, length: type.length ?? sized.length };
  return FIXED.get(type.name) ?? realSize(type) ?? memberSize(type) ?? largeObjectSize(type, set);
}

/** An unsigned integer has no sign; BIGINT has one digit more instead. */
function integerWidth(type: DataType, integer: { code: number; width: number }): number {
  const isUnsigned = type.unsigned || type.zerofill;
  return isUnsigned && integer.code !== TypeCode.bigint ? integer.width - 1 : integer.width;
}

/** A VARCHAR or VARBINARY that no row could hold is the TEXT or BLOB that MySQL makes of it, unless it is strict. */
function varyingSize(type: DataType, set: CharacterSet): Size | null {
  if (!type.name.startsWith('VAR') || type.length === null) return null;
  const bytes = type.length * bytesPerCharacter(set.charset);
  return bytes > MAX_VARYING_BYTES ? smallestObject(type, bytes) : null;
}

function temporalSize(temporal: { code: number; width: number }, fraction: number): Size {
  const length = fraction > 0 ? temporal.width + 1 + fraction : temporal.width;
  return { code: temporal.code, length, decimals: fraction };
}

function realSize(type: DataType): Size | null {
  switch (type.name) {
    case 'DECIMAL':
      return { code: TypeCode.decimal, length: type.length ?? 10, decimals: type.decimals ?? 0 };
    case 'FLOAT':
      if (type.length !== null && type.decimals !== null) {
        return { code: TypeCode.float, length: type.length, decimals: type.decimals };
      }
      return (type.length ?? 0) > FLOAT_PRECISION
        ? { code: TypeCode.double, length: 22, decimals: UNSPECIFIED }
        : { code: TypeCode.float, length: 12, decimals: UNSPECIFIED };
    case 'DOUBLE':
      return { code: TypeCode.double, length: type.length ?? 22, decimals: type.decimals ?? UNSPECIFIED };
    default:
      return null;
  }
}

/** Lengths of members count bytes, as TiDB counts them. */
function memberSize(type: DataType): Size | null {
  const lengths = type.members?.map(byteLength) ?? [];
  switch (type.name) {
    case 'ENUM':
      return { code: TypeCode.enum, length: lengths.reduce((most, length) => Math.max(most, length), 0), decimals: 0 };
    case 'SET':
      return { code: TypeCode.set, length: lengths.reduce((sum, length) => sum + length + 1, -1), decimals: 0 };
    default:
      return null;
  }
}

/** `TEXT(n)` and `BLOB(n)` are the smallest type that holds n characters; the others have no written length. */
function largeObjectSize(type: DataType, set: CharacterSet): Size {
  const base = /^(TINY|MEDIUM|LONG|)(?:TEXT|BLOB)$/.exec(type.name);
  if (base === null) {
    throw unsupported(`columns of type ${type.name} cannot be coordinated`, { type: type.name });
  }
  if (type.length !== null) return smallestObject(type, type.length * bytesPerCharacter(set.charset));
  const found = LARGE_OBJECTS.find((object) => object.prefix === base[1]);
  invariant(found !== undefined, 'every prefix has its type');
  return { code: found.code, length: found.length, decimals: 0 };
}

function smallestObject(type: DataType, bytes: number): Size {
  const found = LARGE_OBJECTS.find((object) => object.length >= bytes);
  if (found === undefined) throw notApplicable(`${type.name}(${type.length ?? ''}) is longer than any type allows`);
  return { code: found.code, length: found.length, decimals: 0 };
}
