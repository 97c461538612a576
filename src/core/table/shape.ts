import type { Fingerprint } from './fingerprint';
import type { Incompatible } from './ordering';

/** What compare and join see of one column; names in lower case, collation normalised. */
export interface ColumnItems {
  readonly name: string;
  /** Null: no default recorded. */
  readonly defaultValue: string | null;
  /** Whether the default is an expression, and not a value of the same text. */
  readonly defaultIsExpression: boolean;
  /** Null: not generated. */
  readonly expression: string | null;
  readonly stored: boolean;
  readonly code: number;
  readonly length: number;
  readonly decimals: number;
  /** The flags that must be equal: all but those of the items below. */
  readonly attributes: number;
  readonly nullable: boolean;
  /** Flags `primaryKey`, `uniqueKey`, `multipleKey`. */
  readonly keyRole: number;
  /** Flags `autoIncrement` and `noDefaultValue`. */
  readonly defaultMarks: number;
  readonly collation: string;
  /** Null: none. */
  readonly members: readonly string[] | null;
}

/** An interned column: the same items are the same object (within one `Shapes`). */
export interface ShapeColumn extends ColumnItems {
  readonly id: number;
  /** Its items, without loss. */
  readonly text: string;
  readonly fingerprint: Fingerprint;
}

/** What compare and join see of one index; names in lower case. */
export interface IndexItems {
  readonly name: string;
  readonly parts: readonly { readonly column: string; readonly length: number }[];
  readonly unique: boolean;
  readonly primary: boolean;
  readonly type: number;
}

/** An interned index: the same items are the same object (within one `Shapes`). */
export interface ShapeIndex extends IndexItems {
  readonly id: number;
  /** Its items, without loss. */
  readonly text: string;
  readonly fingerprint: Fingerprint;
  /** The item that must be equal: parts and type. */
  readonly core: string;
}

/** What compare and join see of a table beside columns and indexes. */
export interface TableItems {
  readonly collation: string;
  readonly autoIncrementId: bigint;
  readonly shardRowIdBits: number;
  readonly autoRandomBits: number;
  readonly preSplitRegions: number;
  /** Empty: none. */
  readonly compression: string;
}

/**
 * The canonical form of a table schema: exactly what is compared, in a canonical order, interned by `Shapes`.
 * Law: two schemas compare as equal if and only if their shapes are the same object.
 */
export interface Shape {
  /** Increasing in the order of interning; a shape that nobody held any more gets another one when it comes back. */
  readonly id: number;
  /** What is compared beside columns and indexes. */
  readonly table: TableItems;
  /** By name. */
  readonly columns: readonly ShapeColumn[];
  /** By name. */
  readonly indexes: readonly ShapeIndex[];
  /** What interned this shape; shapes of different interners must not be mixed. */
  readonly interner: ShapeInterner;
  /** 64 bits of the content, the same on every machine and after a restart. */
  readonly hash: Fingerprint;
  /** `hash` as 16 hexadecimal digits, for records. */
  readonly fingerprint: string;
  /** The content as text, without loss; equal texts are equal shapes. */
  readonly canonical: string;
  /** The column of that name, without regard to case. */
  column(name: string): ShapeColumn | undefined;
}

/** Makes columns, indexes and shapes of their parts; the same parts always give the same object. */
export interface ShapeInterner {
  /** The interned column of these items. */
  internColumn(items: ColumnItems): ShapeColumn;
  /** The interned index of these items. */
  internIndex(items: IndexItems): ShapeIndex;
  /** The shape of these parts; columns and indexes interned here, sorted by name and without repetition. */
  internParts(table: TableItems, columns: readonly ShapeColumn[], indexes: readonly ShapeIndex[]): Shape;
}

/** Whether the answer of a join is a shape. */
export function isShape(joined: Shape | Incompatible | null): joined is Shape {
  return joined !== null && 'columns' in joined;
}
