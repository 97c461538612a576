import { ColumnFlag, TypeCode } from '../../../src/core/table/column-type';
import { keyRolesOf } from '../../../src/core/table/key-role';
import type { Column, Index, TableSchema } from '../../../src/core/table/table-schema';

/** The types that tests use, as TiDB stores them. */
const TYPES = {
  tinyint: [TypeCode.tinyint, 4, 0],
  int: [TypeCode.int, 11, 0],
  bigint: [TypeCode.bigint, 20, 0],
  decimal: [TypeCode.decimal, 10, 2],
  float: [TypeCode.float, 12, -1],
  datetime: [TypeCode.datetime, 22, 2],
  date: [TypeCode.date, 10, 0],
  time: [TypeCode.time, 13, 2],
  year: [TypeCode.year, 4, 0],
  json: [TypeCode.json, 4294967295, 0],
  bit: [TypeCode.bit, 8, 0],
  enum: [TypeCode.enum, 1, 0],
  set: [TypeCode.set, 3, 0],
  char: [TypeCode.char, 4, 0],
  binary: [TypeCode.char, 4, 0],
  varchar: [TypeCode.varchar, 10, 0],
  tinytext: [TypeCode.tinyblob, 255, 0],
  text: [TypeCode.blob, 65535, 0],
  blob: [TypeCode.blob, 65535, 0],
} as const;

const CHARACTER_TYPES: readonly string[] = ['char', 'varchar', 'tinytext', 'text', 'enum', 'set'];

/** What a test says of a column; the rest follows from the type. */
export interface ColumnOptions {
  readonly notNull?: boolean;
  /** `NOT NULL` without it sets the has-no-default flag. */
  readonly value?: string;
  /** `value` is an expression. */
  readonly computed?: boolean;
  readonly autoIncrement?: boolean;
  readonly flags?: number;
  readonly length?: number;
  readonly decimals?: number;
  readonly collation?: string;
  readonly members?: readonly string[];
  readonly expression?: string;
  readonly stored?: boolean;
  readonly comment?: string;
  readonly hidden?: boolean;
}

/** A column as CREATE TABLE makes it; key flags are added by `table`. */
export function column(name: string, type: keyof typeof TYPES, options: ColumnOptions = {}): Column {
  const [code, length, decimals] = TYPES[type];
  const isText = CHARACTER_TYPES.includes(type);
  const collation = options.collation ?? (isText ? 'utf8mb4_bin' : 'binary');
  let flags = options.flags ?? 0;
  if (options.notNull) flags |= ColumnFlag.notNull;
  if (options.autoIncrement) flags |= ColumnFlag.autoIncrement;
  else if (options.notNull && options.value === undefined) flags |= ColumnFlag.noDefaultValue;
  return {
    name,
    type: {
      code,
      flags,
      length: options.length ?? length,
      decimals: options.decimals ?? decimals,
      charset: collation.split('_')[0] ?? '',
      collation,
      members: options.members ?? null,
    },
    defaultValue: options.value ?? null,
    defaultIsExpression: options.computed ?? false,
    originDefault: null,
    generated: options.expression === undefined ? null : { expression: options.expression, stored: !!options.stored },
    comment: options.comment ?? '',
    hidden: options.hidden ?? false,
  };
}

/** An index; a part is `name` or `name(length)`. */
export function index(name: string, parts: readonly string[], kind: 'primary' | 'unique' | 'key' = 'key'): Index {
  return {
    name,
    parts: parts.map((part) => {
      const [, column = part, length] = /^(.*)\((\d+)\)$/u.exec(part) ?? [];
      return { column, length: length === undefined ? -1 : Number(length) };
    }),
    unique: kind !== 'key',
    primary: kind === 'primary',
    type: 1,
    comment: '',
    invisible: false,
  };
}

/** A schema whose key flags follow from its indexes. */
export function table(
  columns: readonly Column[],
  indexes: readonly Index[] = [],
  options: Partial<TableSchema> = {},
): TableSchema {
  const lower = indexes.map((one) => ({
    ...one,
    parts: one.parts.map((part) => ({ ...part, column: part.column.toLowerCase() })),
  }));
  const roles = keyRolesOf(lower);
  const withRoles = columns.map((one) => ({
    ...one,
    type: { ...one.type, flags: one.type.flags | (roles.get(one.name.toLowerCase()) ?? 0) },
  }));
  return {
    name: 't',
    columns: withRoles,
    indexes,
    primaryKeyKind: 'index',
    charset: 'utf8mb4',
    collation: 'utf8mb4_bin',
    autoIncrementId: 0n,
    shardRowIdBits: 0,
    autoRandomBits: 0,
    preSplitRegions: 0,
    compression: '',
    comment: '',
    ...options,
  };
}
