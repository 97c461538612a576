import { replaceLoneSurrogates, textOfByteString } from '../table/byte-string';
import { TypeCode } from '../table/column-type';
import type { ColumnType } from '../table/column-type';
import { lowerName } from '../table/lower-name';
import type { Column, Index, TableSchema } from '../table/table-schema';
import { encodeBase64 } from './base64';
import { dependenciesOf } from './table-info-dependencies';
import { writeList, writeText, writeTexts } from './go-json';

/** The state of a column or index that is in use. */
const PUBLIC = 5;

/** Range of AUTO_RANDOM values in bits, unless the statement says otherwise. */
const RANDOM_RANGE_BITS = 64;

/**
 * The schema as DM stores it: a TiDB `TableInfo` with all of its fields, in their order, written as Go does. What the
 * model doesn't have is constant: numbers of columns and indexes count from 1, foreign keys, checks and partitions are
 * null. Law: reading it gives a schema of the same shape; writing what was read gives the same bytes again.
 * @param columns as `writeColumns` writes those of the schema: most of the text, which whoever has it needn't write again
 */
export function writeTableInfo(schema: TableSchema, columns = writeColumns(schema.columns)): string {
  const indexes = storedIndexes(schema);
  const offsets = new Map(schema.columns.map((column, offset) => [lowerName(column.name), offset]));
  const isCommon = schema.primaryKeyKind === 'common-handle';
  return (
    `{"id":0,"name":${writeName(schema.name)},"charset":${writeText(schema.charset)}` +
    `,"collate":${writeText(schema.collation)},"cols":${columns}` +
    `,"index_info":${writeIndexes(indexes, offsets)},"constraint_info":null,"fk_info":null,"state":0` +
    `,"pk_is_handle":${schema.primaryKeyKind === 'handle'},"is_common_handle":${isCommon}` +
    `,"common_handle_version":${isCommon ? 1 : 0},"comment":${writeText(schema.comment)}` +
    `,"auto_inc_id":${schema.autoIncrementId},"auto_id_cache":0,"auto_rand_id":0` +
    `,"max_col_id":${schema.columns.length},"max_idx_id":${indexes.length},"max_fk_id":0,"max_cst_id":0` +
    `,"update_timestamp":0,"ShardRowIDBits":${schema.shardRowIdBits},"max_shard_row_id_bits":${schema.shardRowIdBits}` +
    `,"auto_random_bits":${schema.autoRandomBits}` +
    `,"auto_random_range_bits":${schema.autoRandomBits === 0 ? 0 : RANDOM_RANGE_BITS}` +
    `,"pre_split_regions":${schema.preSplitRegions},"partition":null,"compression":${writeText(schema.compression)}` +
    `,"view":null,"sequence":null,"Lock":null,"version":5,"tiflash_replica":null,"is_columnar":false` +
    `,"temp_table_type":0,"cache_table_status":0,"policy_ref_info":null,"stats_options":null` +
    `,"exchange_partition_info":null,"ttl_info":null,"revision":0}`
  );
}

/** The columns of a schema, as its table info has them. */
export function writeColumns(columns: readonly Column[]): string {
  return writeList(columns.map(writeColumn));
}

/** A primary key that is the row's handle has no entry of its own. */
function storedIndexes(schema: TableSchema): readonly Index[] {
  return schema.primaryKeyKind === 'handle' ? schema.indexes.filter((index) => !index.primary) : schema.indexes;
}

/** Go's list that was never appended to is null. */
function writeIndexes(indexes: readonly Index[], offsets: ReadonlyMap<string, number>): string {
  if (indexes.length === 0) return 'null';
  return writeList(indexes.map((index, position) => writeIndex(index, position + 1, offsets)));
}

function writeName(name: string): string {
  return `{"O":${writeText(name)},"L":${writeText(lowerName(name))}}`;
}

function writeColumn(column: Column, offset: number): string {
  const origin = writeDefault(column.originDefault, column.type.code);
  const value = writeDefault(column.defaultValue, column.type.code);
  const expression = column.generated?.expression ?? '';
  return (
    `{"id":${offset + 1},"name":${writeName(column.name)},"offset":${offset}` +
    `,"origin_default":${origin.text},"origin_default_bit":${origin.bytes}` +
    `,"default":${value.text},"default_bit":${value.bytes},"default_is_expr":${column.defaultIsExpression}` +
    `,"generated_expr_string":${writeText(expression)},"generated_stored":${column.generated?.stored ?? false}` +
    `,"dependences":${writeDependencies(expression)},"type":${writeType(column.type)},"state":${PUBLIC}` +
    `,"comment":${writeText(column.comment)},"hidden":${column.hidden},"change_state_info":null,"version":2}`
  );
}

function writeDefault(value: string | null, code: number): { readonly text: string; readonly bytes: string } {
  if (value === null) return { text: 'null', bytes: 'null' };
  if (code !== TypeCode.bit) return { text: writeText(replaceLoneSurrogates(value)), bytes: 'null' };
  const text = replaceLoneSurrogates(textOfByteString(value));
  return { text: writeText(text), bytes: writeText(encodeBase64(value)) };
}

/** The columns that a generated column is computed from: an object used as a set, or null. */
function writeDependencies(expression: string): string {
  if (expression === '') return 'null';
  return `{${dependenciesOf(expression)
    .map((name) => `${writeText(name)}:{}`)
    .join(',')}}`;
}

function writeType(type: ColumnType): string {
  return (
    `{"Tp":${type.code},"Flag":${type.flags},"Flen":${type.length},"Decimal":${type.decimals}` +
    `,"Charset":${writeText(type.charset)},"Collate":${writeText(type.collation)},"Elems":${writeTexts(type.members)}` +
    `,"ElemsIsBinaryLit":null,"Array":false}`
  );
}

function writeIndex(index: Index, id: number, offsets: ReadonlyMap<string, number>): string {
  const parts = index.parts.map(
    ({ column, length }) =>
      `{"name":${writeName(column)},"offset":${offsets.get(lowerName(column)) ?? 0},"length":${length}}`,
  );
  return (
    `{"id":${id},"idx_name":${writeName(index.name)},"tbl_name":{"O":"","L":""},"idx_cols":${writeList(parts)}` +
    `,"state":${PUBLIC},"backfill_state":0,"comment":${writeText(index.comment)},"index_type":${index.type}` +
    `,"is_unique":${index.unique},"is_primary":${index.primary},"is_invisible":${index.invisible}` +
    `,"is_global":false,"mv_index":false,"vector_index":null}`
  );
}
