import { ColumnFlag, TypeCode } from '../../table/column-type';
import type { Column, TableSchema } from '../../table/table-schema';
import type { TableOption } from '../ast';
import { BINARY_SET, SERVER_DEFAULT, resolveCharacterSet } from './character-set';
import type { CharacterSet } from './character-set';
import { characterSetOf, readOptions } from './table-options';

/** Types that have characters, or bytes if they are flagged binary. */
const TEXT_CODES: ReadonlySet<number> = new Set([
  TypeCode.char,
  TypeCode.varchar,
  TypeCode.tinyblob,
  TypeCode.blob,
  TypeCode.mediumblob,
  TypeCode.longblob,
]);

/**
 * Table options of ALTER TABLE: comment, compression, and the charset of columns to come. The others change nothing
 * here, `AUTO_INCREMENT = n` and `SHARD_ROW_ID_BITS = n` included: TiDB's tracker takes them from CREATE TABLE only.
 */
export function applyOptions(schema: TableSchema, options: readonly TableOption[]): TableSchema {
  const written = readOptions(options);
  const set = characterSetOf(written, schema);
  return {
    ...schema,
    charset: set.charset,
    collation: set.collation,
    comment: written.comment ?? schema.comment,
    compression: written.compression ?? schema.compression,
  };
}

/** CONVERT TO CHARACTER SET: the table and every column that has characters. Types stay as wide as they are. */
export function convertCharacterSet(
  schema: TableSchema,
  charset: string | null,
  collation: string | null,
): TableSchema {
  const { charset: toCharset, collation: toCollation } = resolveCharacterSet(charset, collation, SERVER_DEFAULT);
  const set: CharacterSet = { charset: toCharset, collation: toCollation };
  return {
    ...schema,
    ...set,
    columns: schema.columns.map((column) => ({
      ...column,
      type: { ...column.type, ...(hasCharacters(column) ? set : BINARY_SET) },
    })),
  };
}

function hasCharacters({ type }: Column): boolean {
  if (type.code === TypeCode.enum || type.code === TypeCode.set) return true;
  return TEXT_CODES.has(type.code) && (type.flags & ColumnFlag.binary) === 0;
}
