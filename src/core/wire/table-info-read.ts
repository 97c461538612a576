import { LockstepError } from '../model/error';
import { bytesOfText } from '../table/byte-string';
import { ColumnFlag, TypeCode } from '../table/column-type';
import type { ColumnType } from '../table/column-type';
import type { Column, GeneratedColumn, Index, PrimaryKeyKind, TableSchema } from '../table/table-schema';
import { decodeBase64 } from './base64';
import { goBoolean, goField, goText, goTexts } from './go-json-reader';
import { parseJson } from './json-reader';
import type { JsonValue } from './json-reader';

/** The field where it can stand only as a field: within a text its quotes would be escaped. */
const LONG_AUTO_INCREMENT = /("auto_inc_id":)(\d{16,19})(?=[,}])/u;
const LONG_DIGITS = /^\d{16,19}$/u;

/** The greatest lengths that MySQL and TiDB give a type: of LONGTEXT, of CHAR and BINARY; and the most decimals. */
const MAX_LENGTH = 2 ** 32 - 1;
const MAX_CHAR_LENGTH = 255;
const MAX_DECIMALS = 31;

/**
 * The schema in a TiDB `TableInfo` as DM stores it. Fields that the model doesn't have are ignored; missing ones have
 * Go's zero value. Columns and indexes in every state count, as they do for DM.
 * @param where names the value in errors
 * @throws LockstepError UNREADABLE_VALUE with `where` and the place of the fault
 */
export function readTableInfo(text: string, where = 'table info'): TableSchema {
  return tableInfoOf(parseTableInfo(text, where));
}

/** A table info's JSON; an `auto_inc_id` of more digits than a number keeps becomes a text. */
export function parseTableInfo(text: string, where: string): JsonValue {
  return parseJson(text.replace(LONG_AUTO_INCREMENT, '$1"$2"'), where);
}

/** The same of a value that is already parsed. @param columns its columns, if they are read already */
export function tableInfoOf(info: JsonValue, columns = listOf(goField(info, 'cols'), columnOf)): TableSchema {
  const isHandle = goBoolean(goField(info, 'pk_is_handle'));
  const indexes = listOf(goField(info, 'index_info'), indexOf);
  return {
    name: nameOf(goField(info, 'name')),
    columns,
    indexes: isHandle ? withHandle(indexes, columns) : indexes,
    primaryKeyKind: primaryKeyKindOf(isHandle, goBoolean(goField(info, 'is_common_handle'))),
    charset: goText(goField(info, 'charset')),
    collation: goText(goField(info, 'collate')),
    autoIncrementId: autoIncrementOf(goField(info, 'auto_inc_id')),
    shardRowIdBits: numberOf(goField(info, 'ShardRowIDBits')),
    autoRandomBits: numberOf(goField(info, 'auto_random_bits')),
    preSplitRegions: numberOf(goField(info, 'pre_split_regions')),
    compression: goText(goField(info, 'compression')),
    comment: goText(goField(info, 'comment')),
  };
}

/** A schema that was read without columns, with these. */
export function withColumns(schema: TableSchema, columns: readonly Column[]): TableSchema {
  const { indexes, primaryKeyKind } = schema;
  return { ...schema, columns, indexes: primaryKeyKind === 'handle' ? withHandle(indexes, columns) : indexes };
}

function listOf<T>(value: JsonValue, read: (element: JsonValue) => T): T[] {
  return value.or([], (list) => list.list(read));
}

function numberOf(value: JsonValue, missing = 0): number {
  return value.or(missing, (present) => present.integer());
}

function autoIncrementOf(value: JsonValue): bigint {
  return value.or(0n, (present) =>
    present.isNumber ? BigInt(present.integer()) : present.parsed((digits) => parseDigits(digits)),
  );
}

function parseDigits(text: string): bigint {
  if (!LONG_DIGITS.test(text)) throw new LockstepError('INVALID_INPUT', 'expected a whole number', { text });
  return BigInt(text);
}

/** A name in TiDB's two forms, of which the written one is kept. Very old values hold a plain text. */
function nameOf(value: JsonValue): string {
  return goText(goField(value, 'O'));
}

function primaryKeyKindOf(isHandle: boolean, isCommonHandle: boolean): PrimaryKeyKind {
  if (isHandle) return 'handle';
  return isCommonHandle ? 'common-handle' : 'index';
}

/** The indexes with the primary key that is stored as a column's flag only. */
function withHandle(indexes: readonly Index[], columns: readonly Column[]): readonly Index[] {
  const handle = columns.find((column) => (column.type.flags & ColumnFlag.primaryKey) !== 0);
  if (handle === undefined || indexes.some((index) => index.primary)) return indexes;
  const parts = [{ column: handle.name, length: -1 }];
  const primary = { name: 'PRIMARY', parts, unique: true, primary: true, type: 1, comment: '', invisible: false };
  return [primary, ...indexes];
}

/** One element of `cols`. */
export function columnOf(column: JsonValue): Column {
  const type = typeOf(goField(column, 'type'));
  return {
    name: nameOf(goField(column, 'name')),
    type,
    defaultValue: defaultOf(column, type.code, 'default', 'default_bit'),
    defaultIsExpression: goBoolean(goField(column, 'default_is_expr')),
    originDefault: defaultOf(column, type.code, 'origin_default', 'origin_default_bit'),
    generated: generatedOf(column),
    comment: goText(goField(column, 'comment')),
    hidden: goBoolean(goField(column, 'hidden')),
  };
}

function typeOf(type: JsonValue): ColumnType {
  const code = numberOf(goField(type, 'Tp'));
  return {
    code,
    flags: numberOf(goField(type, 'Flag')),
    length: atMost(goField(type, 'Flen'), code === TypeCode.char ? MAX_CHAR_LENGTH : MAX_LENGTH),
    decimals: atMost(goField(type, 'Decimal'), MAX_DECIMALS),
    charset: goText(goField(type, 'Charset')),
    collation: goText(goField(type, 'Collate')),
    members: goTexts(goField(type, 'Elems')),
  };
}

/** A number from which texts of that size may be made. */
function atMost(value: JsonValue, limit: number): number {
  const number = numberOf(value);
  return number <= limit ? number : value.fail(`expected at most ${limit}, found ${number}`);
}

/** A BIT default is taken from its bytes, because its text is damaged where they aren't UTF-8. */
function defaultOf(column: JsonValue, code: number, field: string, bytesField: string): string | null {
  const value = goField(column, field);
  if (code !== TypeCode.bit) return value.nullable(goText);
  const bytes = goField(column, bytesField);
  if (bytes.isPresent) return bytes.parsed(decodeBase64);
  return value.nullable((present) => bytesOfText(goText(present)));
}

function generatedOf(column: JsonValue): GeneratedColumn | null {
  const expression = goText(goField(column, 'generated_expr_string'));
  if (expression === '') return null;
  return { expression, stored: goBoolean(goField(column, 'generated_stored')) };
}

function indexOf(index: JsonValue): Index {
  return {
    name: nameOf(goField(index, 'idx_name')),
    parts: listOf(goField(index, 'idx_cols'), (part) => ({
      column: nameOf(goField(part, 'name')),
      length: numberOf(goField(part, 'length'), -1),
    })),
    unique: goBoolean(goField(index, 'is_unique')),
    primary: goBoolean(goField(index, 'is_primary')),
    type: numberOf(goField(index, 'index_type'), 1),
    comment: goText(goField(index, 'comment')),
    invisible: goBoolean(goField(index, 'is_invisible')),
  };
}
