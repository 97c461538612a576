import type { TableSchema } from '../../table/table-schema';
import type { OptionValue, TableOption } from '../ast';
import { resolveCharacterSet } from './character-set';
import type { CharacterSet } from './character-set';

/** What the options of a table say to its schema; null: not written. */
export interface WrittenOptions {
  readonly charset: string | null;
  readonly collation: string | null;
  readonly comment: string | null;
  readonly compression: string | null;
  readonly autoIncrementId: bigint | null;
  readonly shardRowIdBits: number | null;
  readonly preSplitRegions: number | null;
}

/** TiDB shards row IDs by at most this many bits. */
const MAX_SHARD_BITS = 15;

/** The options that a schema sees; of those written twice the last one counts. Charset `DEFAULT` counts as not written. */
export function readOptions(options: readonly TableOption[]): WrittenOptions {
  const written = new Map<string, OptionValue>();
  for (const option of options) written.set(option.name.toUpperCase().replace(/^DEFAULT /, ''), option.value);
  const text = (...names: readonly string[]): string | null => {
    const value = names.map((name) => written.get(name)).find((found) => found !== undefined);
    return value === undefined ? null : textOf(value);
  };
  const number = (name: string): number | null => {
    const found = text(name);
    return found === null ? null : Number(found);
  };
  return {
    charset: text('CHARACTER SET', 'CHARSET'),
    collation: text('COLLATE'),
    comment: text('COMMENT'),
    compression: text('COMPRESSION'),
    autoIncrementId: autoIncrementOf(text('AUTO_INCREMENT')),
    shardRowIdBits: number('SHARD_ROW_ID_BITS'),
    preSplitRegions: number('PRE_SPLIT_REGIONS'),
  };
}

/** A start of auto-increment, which may have more digits than a number keeps. */
function autoIncrementOf(text: string | null): bigint | null {
  if (text === null) return null;
  if (/^(\d+|0x[\da-f]+)$/iu.test(text)) return BigInt(text);
  const number = Number(text);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : null;
}

function textOf(value: OptionValue): string | null {
  switch (value.kind) {
    case 'word':
    case 'number':
    case 'string':
    case 'name':
      return value.text;
    default:
      return null;
  }
}

/** The charset of a table by its options. @throws LockstepError DDL_NOT_APPLICABLE if they contradict each other */
export function characterSetOf(options: WrittenOptions, fallback: CharacterSet): CharacterSet {
  return resolveCharacterSet(options.charset, options.collation, fallback);
}

/** What the options of CREATE TABLE make of a new table. Regions are split by no more bits than rows are sharded by. */
export function createdWith(
  options: WrittenOptions,
  autoRandomBits: number,
): Pick<TableSchema, 'autoIncrementId' | 'shardRowIdBits' | 'preSplitRegions' | 'compression' | 'comment'> {
  const shardRowIdBits = Math.min(options.shardRowIdBits ?? 0, MAX_SHARD_BITS);
  const shardingBits = autoRandomBits > 0 ? autoRandomBits : shardRowIdBits;
  return {
    autoIncrementId: options.autoIncrementId ?? 0n,
    shardRowIdBits,
    preSplitRegions: Math.min(options.preSplitRegions ?? 0, shardingBits),
    compression: options.compression ?? '',
    comment: options.comment ?? '',
  };
}
