/** The syntax tree of partitions: kept for printing; no table schema sees them. */

import type { Expression } from './expression-tree';
import type { TableName, TableOption } from './table-tree';

/** Changes of partitions. */
export type PartitionSpec =
  | { readonly kind: 'partition-by'; readonly partitioning: Partitioning }
  | { readonly kind: 'remove-partitioning' }
  | {
      readonly kind: 'add-partition';
      readonly ifNotExists: boolean;
      readonly noWriteToBinlog: boolean;
      readonly definitions: readonly PartitionDefinition[];
      readonly count: number | null;
    }
  | { readonly kind: 'coalesce-partition'; readonly noWriteToBinlog: boolean; readonly count: number }
  | {
      readonly kind: 'reorganize-partition';
      readonly noWriteToBinlog: boolean;
      /** Empty: `REORGANIZE PARTITION` alone. */
      readonly names: readonly string[];
      readonly definitions: readonly PartitionDefinition[];
    }
  | {
      readonly kind: 'exchange-partition';
      readonly name: string;
      readonly table: TableName;
      readonly validation: boolean | null;
    }
  /** MariaDB: a partition becomes a table, or a table a partition. */
  | { readonly kind: 'convert-partition'; readonly name: string; readonly table: TableName }
  | {
      readonly kind: 'convert-table';
      readonly table: TableName;
      readonly definition: PartitionDefinition;
      readonly validation: boolean | null;
    }
  | {
      readonly kind: 'partitions';
      readonly action: PartitionAction;
      readonly ifExists: boolean;
      readonly noWriteToBinlog: boolean;
      /** Null: all. */ readonly names: readonly string[] | null;
    };

export type PartitionAction =
  | 'drop'
  | 'truncate'
  | 'analyze'
  | 'check'
  | 'optimize'
  | 'rebuild'
  | 'repair'
  | 'discard-tablespace'
  | 'import-tablespace';

export interface Partitioning {
  readonly method: PartitionMethod;
  readonly count: number | null;
  readonly subpartition: { readonly method: PartitionMethod; readonly count: number | null } | null;
  readonly definitions: readonly PartitionDefinition[];
}

export interface PartitionMethod {
  readonly kind: 'hash' | 'key' | 'range' | 'list' | 'system-time';
  readonly linear: boolean;
  readonly expression: Expression | null;
  /** Columns of KEY, RANGE COLUMNS, LIST COLUMNS; null where an expression stands. */
  readonly columns: readonly string[] | null;
  readonly keyAlgorithm: number | null;
  /** TiDB's `RANGE … INTERVAL`; null: none. */
  readonly interval: PartitionInterval | null;
  /** `SYSTEM_TIME INTERVAL expression unit`; null: none. */
  readonly unit: string | null;
  /** `SYSTEM_TIME INTERVAL … STARTS moment`; null: none. */
  readonly starts: Expression | null;
  /** `SYSTEM_TIME LIMIT n`; null: none. */
  readonly limit: number | null;
  /** `SYSTEM_TIME … AUTO`: partitions are added by the server. */
  readonly auto: boolean;
}

/** Partitions of equal size from the first bound to the last. */
export interface PartitionInterval {
  readonly step: Expression;
  /** Null: a number. */
  readonly unit: string | null;
  readonly first: Expression | null;
  readonly last: Expression | null;
  readonly nullPartition: boolean;
  readonly maxvaluePartition: boolean;
}

export interface PartitionDefinition {
  readonly name: string;
  readonly values:
    | { readonly kind: 'none' }
    /** MariaDB's `DEFAULT`, `HISTORY`, `CURRENT`. */
    | { readonly kind: 'default' | 'history' | 'current' }
    | { readonly kind: 'less-than'; readonly bounds: readonly Expression[] }
    | { readonly kind: 'in'; readonly rows: readonly (readonly Expression[])[] };
  readonly options: readonly TableOption[];
  readonly subpartitions: readonly SubpartitionDefinition[];
}

export interface SubpartitionDefinition {
  readonly name: string;
  readonly options: readonly TableOption[];
}
