/** The syntax tree of expressions, and of the data types that casts and columns share. */

/** A data type after the synonyms were resolved (`INTEGER` → `INT`, `BOOL` → `TINYINT(1)`, …). */
export interface DataType {
  /** Upper-case base name in normal form, for example `INT`, `VARCHAR`, `DECIMAL`, `GEOMETRY`. */
  readonly name: string;
  /** Written width, precision or fsp; null: none written. */
  readonly length: number | null;
  /** Written scale; null: none written. */
  readonly decimals: number | null;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  /** `BINARY` attribute of a character type (its collation is the charset's `_bin`). */
  readonly binary: boolean;
  /** Written charset, lower case; null: none. */
  readonly charset: string | null;
  /** Members of ENUM and SET; null for other types. */
  readonly members: readonly string[] | null;
}

/** What `JSON_VALUE` gives instead of a value. */
export type JsonFallback =
  { readonly kind: 'null' } | { readonly kind: 'error' } | { readonly kind: 'default'; readonly value: Expression };

export type Expression =
  /** `introducer`: `_utf8mb4'x'` has `utf8mb4`; null: none. */
  | { readonly kind: 'string'; readonly text: string; readonly introducer: string | null }
  /** As written: `1`, `1.50`, `2e3`. */
  | { readonly kind: 'number'; readonly text: string }
  /** Digits, lower case, without the marks. */
  | { readonly kind: 'hex'; readonly digits: string; readonly introducer: string | null }
  | { readonly kind: 'bit'; readonly digits: string; readonly introducer: string | null }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  /** `DATE '…'`, `TIME '…'`, `TIMESTAMP '…'`. */
  | { readonly kind: 'temporal'; readonly type: 'DATE' | 'TIME' | 'TIMESTAMP'; readonly text: string }
  | { readonly kind: 'column'; readonly schema: string | null; readonly table: string | null; readonly name: string }
  | { readonly kind: 'variable'; readonly text: string }
  /** `name` upper case, for example `CURRENT_TIMESTAMP`, `JSON_EXTRACT`. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly distinct: boolean;
      readonly arguments: readonly Expression[];
    }
  | {
      readonly kind: 'cast';
      readonly form: 'CAST' | 'CONVERT' | 'BINARY';
      readonly operand: Expression;
      /** `CAST(x AT TIME ZONE '…' AS …)`; null: none. */
      readonly timeZone: string | null;
      readonly type: DataType;
      readonly array: boolean;
    }
  | { readonly kind: 'convert-using'; readonly operand: Expression; readonly charset: string }
  | {
      readonly kind: 'trim';
      readonly direction: 'BOTH' | 'LEADING' | 'TRAILING' | null;
      readonly remove: Expression | null;
      readonly operand: Expression;
    }
  | { readonly kind: 'extract'; readonly unit: string; readonly operand: Expression }
  /** An argument with its type: `x AS CHAR(3)` in `WEIGHT_STRING`, `'$.a' RETURNING UNSIGNED` in `JSON_VALUE`. */
  | {
      readonly kind: 'typed';
      readonly word: 'AS' | 'RETURNING';
      readonly operand: Expression;
      readonly type: DataType;
    }
  /** `path` is perhaps `typed`. */
  | {
      readonly kind: 'json-value';
      readonly document: Expression;
      readonly path: Expression;
      readonly onEmpty: JsonFallback | null;
      readonly onError: JsonFallback | null;
    }
  /** A word among the arguments of a call: the unit of `TIMESTAMPDIFF`, the type of `GET_FORMAT`. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'member-of'; readonly operand: Expression; readonly array: Expression }
  | { readonly kind: 'position'; readonly needle: Expression; readonly operand: Expression }
  | {
      readonly kind: 'interval';
      readonly name: string;
      readonly operand: Expression;
      readonly amount: Expression;
      readonly unit: string;
    }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '~' | '!' | 'NOT'; readonly operand: Expression }
  /** `operator` in normal form: `+`, `AND`, `||`, `<=>`, `DIV`, … */
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'between';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
    }
  | {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly list: readonly Expression[];
    }
  | {
      readonly kind: 'like';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape: string | null;
    }
  | { readonly kind: 'regexp'; readonly negated: boolean; readonly operand: Expression; readonly pattern: Expression }
  | {
      readonly kind: 'is';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly test: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN';
    }
  | {
      readonly kind: 'case';
      readonly operand: Expression | null;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | null;
    }
  | { readonly kind: 'collate'; readonly operand: Expression; readonly collation: string }
  | { readonly kind: 'row'; readonly items: readonly Expression[] }
  | { readonly kind: 'parentheses'; readonly operand: Expression }
  | { readonly kind: 'default'; readonly column: Expression | null }
  | { readonly kind: 'maxvalue' };
