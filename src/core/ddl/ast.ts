/**
 * The syntax tree of DDL. Nodes hold what is needed to print TiDB's normal form (2b-ddl-normal-form.md) and to apply a
 * statement to a table schema. Names are unquoted and as written; texts of literals are unescaped.
 */

import type { DataType, Expression } from './expression-tree';
import type { PartitionSpec, Partitioning } from './partition-tree';
import type { TableName, TableOption } from './table-tree';

export type { DataType, Expression, JsonFallback } from './expression-tree';
export type {
  PartitionAction,
  PartitionDefinition,
  PartitionInterval,
  PartitionMethod,
  PartitionSpec,
  Partitioning,
  SubpartitionDefinition,
} from './partition-tree';
export type { OptionValue, TableName, TableOption } from './table-tree';

export type Statement =
  | CreateTable
  | CreateTableLike
  | AlterTable
  | DropTable
  | RenameTable
  | TruncateTable
  | CreateIndex
  | DropIndex
  | CreateDatabase
  | AlterDatabase
  | DropDatabase
  | OtherStatement;

export interface CreateTable {
  readonly kind: 'create-table';
  readonly temporary: boolean;
  /** TiDB's `GLOBAL TEMPORARY … ON COMMIT DELETE ROWS`; null: not global. */
  readonly onCommit: OnCommit | null;
  /** MariaDB's `OR REPLACE`. */
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: TableName;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly Constraint[];
  readonly options: readonly TableOption[];
  readonly partitioning: Partitioning | null;
}

/** What becomes of the rows of a global temporary table at the end of a transaction. */
export type OnCommit = 'DELETE' | 'PRESERVE';

export interface CreateTableLike {
  readonly kind: 'create-table-like';
  readonly temporary: boolean;
  readonly onCommit: OnCommit | null;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: TableName;
  readonly source: TableName;
}

export interface AlterTable {
  readonly kind: 'alter-table';
  /** MariaDB's `IF EXISTS`, here and where MySQL has none. */
  readonly ifExists: boolean;
  readonly name: TableName;
  readonly specs: readonly AlterSpec[];
}

export interface DropTable {
  readonly kind: 'drop-table';
  /** `DROP VIEW`: DM has one statement for both. */
  readonly view: boolean;
  readonly temporary: boolean;
  /** TiDB's `GLOBAL TEMPORARY`. */
  readonly global: boolean;
  readonly ifExists: boolean;
  readonly names: readonly TableName[];
}

export interface RenameTable {
  readonly kind: 'rename-table';
  readonly ifExists: boolean;
  readonly renames: readonly { readonly from: TableName; readonly to: TableName }[];
}

export interface TruncateTable {
  readonly kind: 'truncate-table';
  readonly name: TableName;
}

export interface CreateIndex {
  readonly kind: 'create-index';
  /** MariaDB's `OR REPLACE`. */
  readonly orReplace: boolean;
  readonly keyKind: 'index' | 'unique' | 'fulltext' | 'spatial' | 'vector';
  readonly ifNotExists: boolean;
  readonly indexName: string;
  readonly table: TableName;
  readonly parts: readonly KeyPart[];
  readonly options: IndexOptions;
  readonly lock: string | null;
  readonly algorithm: string | null;
}

export interface DropIndex {
  readonly kind: 'drop-index';
  readonly ifExists: boolean;
  readonly indexName: string;
  readonly table: TableName;
  readonly lock: string | null;
  readonly algorithm: string | null;
}

export interface CreateDatabase {
  readonly kind: 'create-database';
  /** MariaDB's `OR REPLACE`. */
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly options: readonly DatabaseOption[];
}

export interface AlterDatabase {
  readonly kind: 'alter-database';
  /** Null: the current database. */
  readonly name: string | null;
  readonly options: readonly DatabaseOption[];
}

export interface DropDatabase {
  readonly kind: 'drop-database';
  readonly ifExists: boolean;
  readonly name: string;
}

/** A statement that isn't parsed beyond its kind. */
export interface OtherStatement {
  readonly kind: 'other';
  /** DM's name of the kind, for example `InsertStmt`. */
  readonly name: string;
  /** A DDL that shards don't coordinate (view, sequence, …), or no DDL at all. */
  readonly isDDL: boolean;
}

export interface DatabaseOption {
  readonly name: 'charset' | 'collate' | 'encryption' | 'read-only' | 'comment' | 'placement' | 'upgrade-directory';
  readonly value: string;
}

// ---------------------------------------------------------------- columns

export interface ColumnDefinition {
  readonly name: string;
  readonly type: DataType;
  /** In written order, repeated ones too. */
  readonly options: readonly ColumnOption[];
}

export type ColumnOption =
  | { readonly kind: 'null' }
  | { readonly kind: 'not-null' }
  | { readonly kind: 'default'; readonly value: Expression }
  | { readonly kind: 'on-update'; readonly value: Expression }
  | { readonly kind: 'auto-increment' }
  | { readonly kind: 'unique' }
  | { readonly kind: 'primary'; readonly clustered: boolean | null }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'collate'; readonly collation: string }
  | { readonly kind: 'column-format'; readonly format: string }
  | { readonly kind: 'storage'; readonly storage: string }
  | {
      readonly kind: 'generated';
      readonly expression: Expression;
      readonly stored: boolean;
      readonly written: 'virtual' | 'stored' | null;
    }
  | { readonly kind: 'references'; readonly reference: Reference }
  | {
      readonly kind: 'check';
      readonly name: string | null;
      readonly expression: Expression;
      readonly enforced: boolean;
    }
  | { readonly kind: 'auto-random'; readonly shardBits: number | null; readonly rangeBits: number | null }
  | { readonly kind: 'srid'; readonly srid: number }
  | { readonly kind: 'invisible'; readonly invisible: boolean }
  /** An option that no table schema sees, in normal form (`WITHOUT SYSTEM VERSIONING`, `ENGINE_ATTRIBUTE = '…'`). */
  | { readonly kind: 'fixed'; readonly text: string };

export interface Reference {
  readonly table: TableName;
  /** Empty: the column list is left out. */
  readonly parts: readonly KeyPart[];
  readonly match: string | null;
  readonly onDelete: string | null;
  readonly onUpdate: string | null;
}

// ---------------------------------------------------------------- keys and constraints

export interface KeyPart {
  /** A column, an expression (functional key), or MariaDB's `period WITHOUT OVERLAPS`. */
  readonly key:
    | { readonly kind: 'column'; readonly name: string }
    | { readonly kind: 'period'; readonly name: string }
    | { readonly kind: 'expression'; readonly expression: Expression };
  /** Written prefix length; null: none. */
  readonly length: number | null;
  readonly descending: boolean;
}

export interface IndexOptions {
  /** Upper case: `BTREE`, `HASH`, `RTREE`; null: none. */
  readonly using: string | null;
  readonly comment: string | null;
  readonly invisible: boolean | null;
  /** MariaDB's `IGNORED` and `NOT IGNORED`; null: neither. */
  readonly ignored: boolean | null;
  readonly keyBlockSize: number | null;
  readonly parser: string | null;
  readonly clustered: boolean | null;
  /** TiDB's index over all partitions. */
  readonly global: boolean;
  /** Attributes for the storage engine, in normal form. */
  readonly attributes: readonly string[];
}

export const NoIndexOptions: IndexOptions = {
  using: null,
  comment: null,
  invisible: null,
  ignored: null,
  keyBlockSize: null,
  parser: null,
  clustered: null,
  global: false,
  attributes: [],
};

export type Constraint =
  | {
      readonly kind: 'key';
      readonly keyKind: 'index' | 'unique' | 'primary' | 'fulltext' | 'spatial' | 'vector';
      /** The constraint's name wins over the index's; null: none. */
      readonly name: string | null;
      readonly ifNotExists: boolean;
      readonly parts: readonly KeyPart[];
      readonly options: IndexOptions;
    }
  | {
      readonly kind: 'foreign-key';
      readonly name: string | null;
      readonly indexName: string | null;
      readonly ifNotExists: boolean;
      readonly parts: readonly KeyPart[];
      readonly reference: Reference;
    }
  | {
      readonly kind: 'check';
      readonly name: string | null;
      readonly ifNotExists: boolean;
      readonly expression: Expression;
      readonly enforced: boolean;
    }
  /** MariaDB's `PERIOD FOR`, of the system's time (`name` null) or of an application's. */
  | {
      readonly kind: 'period';
      readonly name: string | null;
      readonly ifNotExists: boolean;
      readonly start: string;
      readonly end: string;
    };

// ---------------------------------------------------------------- ALTER TABLE

export type ColumnPosition = { readonly kind: 'first' } | { readonly kind: 'after'; readonly column: string };

export type AlterSpec =
  | { readonly kind: 'options'; readonly options: readonly TableOption[] }
  | { readonly kind: 'convert-charset'; readonly charset: string | null; readonly collation: string | null }
  | {
      readonly kind: 'add-column';
      readonly ifNotExists: boolean;
      readonly column: ColumnDefinition;
      readonly position: ColumnPosition | null;
    }
  /** `ADD COLUMN (a …, b …, KEY …)`; splitting makes `add-column` and `add-constraint` of it. */
  | {
      readonly kind: 'add-columns';
      readonly ifNotExists: boolean;
      readonly columns: readonly ColumnDefinition[];
      readonly constraints: readonly Constraint[];
    }
  | { readonly kind: 'add-constraint'; readonly constraint: Constraint }
  | { readonly kind: 'drop-column'; readonly ifExists: boolean; readonly name: string }
  | { readonly kind: 'drop-primary-key' }
  | { readonly kind: 'drop-index'; readonly ifExists: boolean; readonly name: string }
  | { readonly kind: 'drop-foreign-key'; readonly ifExists: boolean; readonly name: string }
  | { readonly kind: 'drop-check'; readonly ifExists: boolean; readonly name: string }
  | {
      readonly kind: 'modify-column';
      readonly ifExists: boolean;
      readonly column: ColumnDefinition;
      readonly position: ColumnPosition | null;
    }
  | {
      readonly kind: 'change-column';
      readonly ifExists: boolean;
      readonly oldName: string;
      readonly column: ColumnDefinition;
      readonly position: ColumnPosition | null;
    }
  | { readonly kind: 'rename-column'; readonly ifExists: boolean; readonly from: string; readonly to: string }
  | { readonly kind: 'rename-table'; readonly to: TableName }
  | { readonly kind: 'rename-index'; readonly ifExists: boolean; readonly from: string; readonly to: string }
  | {
      readonly kind: 'set-default';
      readonly ifExists: boolean;
      readonly column: string;
      readonly value: Expression;
    }
  | { readonly kind: 'drop-default'; readonly ifExists: boolean; readonly column: string }
  | {
      readonly kind: 'column-visibility';
      readonly ifExists: boolean;
      readonly column: string;
      readonly visible: boolean;
    }
  | {
      readonly kind: 'alter-index';
      readonly ifExists: boolean;
      readonly name: string;
      readonly invisible: boolean;
      /** Written as MariaDB writes it: `IGNORED`, `NOT IGNORED`. */
      readonly ignored: boolean;
    }
  | { readonly kind: 'alter-check'; readonly name: string; readonly enforced: boolean }
  | {
      readonly kind: 'order-by';
      readonly items: readonly { readonly expression: Expression; readonly descending: boolean }[];
    }
  | { readonly kind: 'lock'; readonly value: string }
  | { readonly kind: 'algorithm'; readonly value: string }
  | { readonly kind: 'force' }
  | { readonly kind: 'keys'; readonly enabled: boolean }
  | { readonly kind: 'validation'; readonly enabled: boolean }
  | { readonly kind: 'tablespace'; readonly action: 'discard' | 'import' }
  /** A spec that no table schema sees, in normal form, with DM's number of it (`SECONDARY_LOAD`, `CACHE`, …). */
  | { readonly kind: 'fixed'; readonly text: string; readonly number: number }
  | PartitionSpec;
