/** MySQL's protocol codes of column types, as TiDB's table info stores them in `Tp`. */
export const TypeCode = {
  tinyint: 1,
  smallint: 2,
  int: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  bigint: 8,
  mediumint: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  varchar: 15,
  bit: 16,
  json: 245,
  decimal: 246,
  enum: 247,
  set: 248,
  tinyblob: 249,
  mediumblob: 250,
  longblob: 251,
  blob: 252,
  char: 254,
} as const;

/** MySQL's protocol flags of columns, as TiDB's table info stores them in `Flag`. */
export const ColumnFlag = {
  notNull: 1,
  primaryKey: 2,
  uniqueKey: 4,
  multipleKey: 8,
  blob: 16,
  unsigned: 32,
  zerofill: 64,
  binary: 128,
  enum: 256,
  autoIncrement: 512,
  timestamp: 1024,
  set: 2048,
  noDefaultValue: 4096,
  onUpdateNow: 8192,
} as const;

/** The type of a column, in the terms of MySQL's protocol. */
export interface ColumnType {
  /** A `TypeCode`, or another code as stored. */
  readonly code: number;
  /** `ColumnFlag` bits. */
  readonly flags: number;
  /** Display width, characters, or bytes (`flen`); −1 unspecified. */
  readonly length: number;
  /** Digits after the point, or of the fraction of a second; −1 unspecified. */
  readonly decimals: number;
  readonly charset: string;
  readonly collation: string;
  /** Members of an enum or set in definition order; null for other types. */
  readonly members: readonly string[] | null;
}
