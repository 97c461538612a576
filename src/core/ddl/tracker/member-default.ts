import { TypeCode } from '../../table/column-type';
import type { ColumnType } from '../../table/column-type';
import { trimMember } from './data-type';

/**
 * The default of an ENUM or SET as its members are written in the definition: a number is a position (ENUM) or bits
 * (SET), the members of a SET stand in definition order. Null if it names no member.
 */
export function memberDefault(type: ColumnType, text: string, isNumber: boolean): string | null {
  const members = type.members ?? [];
  if (type.code === TypeCode.enum) return isNumber ? memberAt(members, text) : enumDefault(type, members, text);
  return isNumber ? setOfBits(members, text) : setDefault(type, members, text);
}

/** No SET has more members than 64 bits tell apart. */
const MAX_BITS_DIGITS = 20;

function memberAt(members: readonly string[], text: string): string | null {
  return members[Number(text) - 1] ?? null;
}

/** Trailing spaces don't count; a text that names no member may be a position. */
function enumDefault(type: ColumnType, members: readonly string[], text: string): string | null {
  const trimmed = trimMember(text);
  return findMember(type, members, trimmed) ?? (/^\d+$/.test(trimmed) ? memberAt(members, trimmed) : null);
}

function setDefault(type: ColumnType, members: readonly string[], text: string): string | null {
  if (text === '') return '';
  const named = text.split(',').map((part) => findMember(type, members, part));
  if (named.includes(null)) return /^\d+$/.test(text) ? setOfBits(members, text) : null;
  return members.filter((member) => named.includes(member)).join(',');
}

function setOfBits(members: readonly string[], text: string): string | null {
  if (text.length > MAX_BITS_DIGITS) return null;
  const bits = BigInt(text);
  if (bits < 1n || bits >= 1n << BigInt(members.length)) return null;
  return members.filter((_, index) => (bits & (1n << BigInt(index))) !== 0n).join(',');
}

/** Binary collations tell letters' case apart, the others don't. */
function findMember(type: ColumnType, members: readonly string[], text: string): string | null {
  const exact = members.find((member) => member === text);
  if (exact !== undefined || !type.collation.endsWith('_ci')) return exact ?? null;
  return members.find((member) => member.toLowerCase() === text.toLowerCase()) ?? null;
}
