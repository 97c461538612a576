import type { ColumnType } from './column-type';

/**
 * One column as it was defined. The comparison (2-table-schemas.md) sees the lower-case name, type, default and
 * generated expression; comment, position and `originDefault` are for printing and storing only.
 */
export interface Column {
  /** As written; names are compared without case. */
  readonly name: string;
  readonly type: ColumnType;
  /**
   * The recorded default, in TiDB's normalised text; null: none recorded. BIT and BINARY defaults are bytes: here one
   * character U+0000–U+00FF a byte, only for BIT (BINARY keeps text, as in DM's JSON).
   */
  readonly defaultValue: string | null;
  /** Whether it is an expression, and not a value of the same text. */
  readonly defaultIsExpression: boolean;
  /** The value that rows from before the column have: recorded when ALTER adds or changes it, else null. Not compared. */
  readonly originDefault: string | null;
  /** Null: not generated. */
  readonly generated: GeneratedColumn | null;
  readonly comment: string;
  /** Made by an index on an expression (``_V$_k_0``); compared like the others, printed nowhere. */
  readonly hidden: boolean;
}

/** How a generated column is computed. */
export interface GeneratedColumn {
  /** The expression in TiDB's text. */
  readonly expression: string;
  /** Stored, or virtual. */
  readonly stored: boolean;
}

/** One part of an index. */
export interface IndexPart {
  /** The column's name as written. */
  readonly column: string;
  /** Characters or bytes of the prefix; −1: the whole column. */
  readonly length: number;
}

/** One index; a primary key is an index too, also if the stored form has only a flag for it. */
export interface Index {
  /** As written; names are compared without case. */
  readonly name: string;
  readonly parts: readonly IndexPart[];
  readonly unique: boolean;
  readonly primary: boolean;
  /** TiDB's index type: 1 B-tree, 2 hash, 3 R-tree. */
  readonly type: number;
  readonly comment: string;
  readonly invisible: boolean;
}

/** Of which kind a table's primary key is stored; all are the same schema. */
export type PrimaryKeyKind =
  /** None, or an ordinary index. */
  | 'index'
  /** The row's handle: the stored form has no index entry (`pk_is_handle`). */
  | 'handle'
  /** Clustered over several columns (`is_common_handle`). */
  | 'common-handle';

/**
 * The schema of a table as one shard, or the downstream, has it: everything that printing and DM's stored form need, in
 * definition order. Compare and join work on its canonical form, the `Shape`.
 */
export interface TableSchema {
  /** The table's own name; not compared. */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
  readonly primaryKeyKind: PrimaryKeyKind;
  readonly charset: string;
  readonly collation: string;
  /** The next value of the auto-increment column, beyond what a number holds exactly; 0: not said. */
  readonly autoIncrementId: bigint;
  readonly shardRowIdBits: number;
  readonly autoRandomBits: number;
  readonly preSplitRegions: number;
  /** Empty: none. */
  readonly compression: string;
  readonly comment: string;
}
