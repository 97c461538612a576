import { ColumnFlag } from '../../table/column-type';
import type { Column } from '../../table/table-schema';
import { hasMembers, isCharacterType } from '../../table/type-text';
import type { TableOption } from '../ast';
import { BINARY_SET, SERVER_DEFAULT, resolveCharacterSet } from './character-set';
import type { CharacterSet } from './character-set';
import type { TableDraft } from './table-draft';
import { characterSetOf, readOptions } from './table-options';

/**
 * Table options of ALTER TABLE: comment, compression, and the charset of columns to come. The others change nothing
 * here, `AUTO_INCREMENT = n` and `SHARD_ROW_ID_BITS = n` included: TiDB's tracker takes them from CREATE TABLE only.
 */
export function applyOptions(draft: TableDraft, options: readonly TableOption[]): void {
  const written = readOptions(options);
  const { facts } = draft;
  const set = characterSetOf(written, facts);
  draft.change({
    charset: set.charset,
    collation: set.collation,
    comment: written.comment ?? facts.comment,
    compression: written.compression ?? facts.compression,
  });
}

/** CONVERT TO CHARACTER SET: the table and every column that has characters. Types stay as wide as they are. */
export function convertCharacterSet(draft: TableDraft, charset: string | null, collation: string | null): void {
  const { charset: toCharset, collation: toCollation } = resolveCharacterSet(charset, collation, SERVER_DEFAULT);
  const set: CharacterSet = { charset: toCharset, collation: toCollation };
  draft.change(set);
  for (const column of [...draft.columns.items]) {
    const type = { ...column.type, ...(hasCharacters(column) ? set : BINARY_SET) };
    draft.replaceColumn(column, { ...column, type });
  }
}

function hasCharacters({ type }: Column): boolean {
  return hasMembers(type.code) || (isCharacterType(type.code) && (type.flags & ColumnFlag.binary) === 0);
}
