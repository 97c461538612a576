/** The syntax tree of names and options of tables. */

/** A table's name; `schema` null: not qualified. */
export interface TableName {
  readonly schema: string | null;
  readonly table: string;
}

/** A table option. `name` is upper case in normal form (`DEFAULT CHARACTER SET`, `ENGINE`, `AUTO_INCREMENT`, …). */
export interface TableOption {
  readonly name: string;
  /** TiDB's `FORCE AUTO_INCREMENT`. */
  readonly force: boolean;
  readonly value: OptionValue;
}

export type OptionValue =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'default' }
  /** A name in backquotes (`TABLESPACE`, `PLACEMENT POLICY`). */
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'tables'; readonly tables: readonly TableName[] }
  /** Text in normal form that stands alone, without `=` (`WITH SYSTEM VERSIONING`). */
  | { readonly kind: 'none' };
