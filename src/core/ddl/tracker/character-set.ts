import { charsetOf, normaliseCollation } from '../../table/collation';
import { notApplicable } from './refusal';

/** A charset and its collation, as TiDB's table info stores them: lower case, `utf8` for `utf8mb3`. */
export interface CharacterSet {
  readonly charset: string;
  readonly collation: string;
}

/** What a server of TiDB's kind starts with. */
export const SERVER_DEFAULT: CharacterSet = { charset: 'utf8mb4', collation: 'utf8mb4_bin' };

/** Of types that hold bytes or no characters at all. */
export const BINARY_SET: CharacterSet = { charset: 'binary', collation: 'binary' };

/** Most bytes of one character; charsets that are not named have one byte. */
const BYTES_PER_CHARACTER: ReadonlyMap<string, number> = new Map([
  ['utf8mb4', 4],
  ['utf8', 3],
  ['gb18030', 4],
  ['utf16', 4],
  ['utf16le', 4],
  ['utf32', 4],
  ['eucjpms', 3],
  ['ujis', 3],
  ['ucs2', 2],
  ['gbk', 2],
  ['gb2312', 2],
  ['big5', 2],
  ['sjis', 2],
  ['cp932', 2],
  ['euckr', 2],
]);

/** The most bytes that one character of `charset` takes. */
export function bytesPerCharacter(charset: string): number {
  return BYTES_PER_CHARACTER.get(charset) ?? 1;
}

/** The collation that TiDB takes for a charset that comes without one: `<charset>_bin`. */
export function defaultCollation(charset: string): string {
  return charset === 'binary' ? 'binary' : `${charset}_bin`;
}

/**
 * The charset and collation that a column or table ends with: its own collation, else its own charset's default, else
 * `fallback`.
 * @throws LockstepError DDL_NOT_APPLICABLE if the collation isn't one of the charset
 */
export function resolveCharacterSet(
  charset: string | null,
  collation: string | null,
  fallback: CharacterSet,
): CharacterSet {
  const ownCharset = charset === null ? null : normaliseCharset(charset);
  if (collation === null) {
    return ownCharset === null ? fallback : { charset: ownCharset, collation: defaultCollation(ownCharset) };
  }
  const ownCollation = normaliseCollation(collation);
  const collationCharset = charsetOf(ownCollation);
  if (ownCharset !== null && ownCharset !== collationCharset) {
    throw notApplicable(`collation ${collation} is not one of charset ${ownCharset}`, {
      collation,
      charset: ownCharset,
    });
  }
  return { charset: collationCharset, collation: ownCollation };
}

function normaliseCharset(charset: string): string {
  const lower = charset.toLowerCase();
  return lower === 'utf8mb3' ? 'utf8' : lower;
}
