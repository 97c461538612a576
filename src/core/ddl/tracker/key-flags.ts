import { ColumnFlag } from '../../table/column-type';
import { lowerName } from '../../table/lower-name';
import type { Column, Index } from '../../table/table-schema';
import type { KeyConstraint } from './key-constraint';
import { markNoDefault } from './column-definition';

/** Columns with flags set and cleared on those that `names` (lower case) names. */
function changeFlags(
  columns: readonly Column[],
  names: readonly string[],
  change: (flags: number, column: Column) => number,
): readonly Column[] {
  const wanted = new Set(names.map(lowerName));
  return columns.map((column) =>
    wanted.has(lowerName(column.name))
      ? { ...column, type: { ...column.type, flags: change(column.type.flags, column) } }
      : column,
  );
}

/** The flag that an index gives to the first of its columns, or all of them if it is primary. */
function flagOf(index: Index): number {
  if (index.primary) return ColumnFlag.primaryKey;
  return index.unique && index.parts.length === 1 ? ColumnFlag.uniqueKey : ColumnFlag.multipleKey;
}

function flaggedColumns(index: Index): readonly string[] {
  const names = index.parts.map((part) => part.column);
  return index.primary ? names : names.slice(0, 1);
}

/** The columns after an index was added: they get its key flags. */
export function addKeyFlags(columns: readonly Column[], index: Index): readonly Column[] {
  return changeFlags(columns, flaggedColumns(index), (flags) => flags | flagOf(index));
}

/**
 * The columns after an index was dropped: its flags go, then the indexes that are left and begin with the same column
 * give theirs again. That is all that TiDB looks at; `NOT NULL` of a primary key stays.
 */
export function dropKeyFlags(columns: readonly Column[], dropped: Index, left: readonly Index[]): readonly Column[] {
  const cleared = changeFlags(columns, flaggedColumns(dropped), (flags) => flags & ~flagOf(dropped));
  const first = firstColumn(dropped);
  return left.filter((index) => firstColumn(index) === first).reduce(addKeyFlags, cleared);
}

function firstColumn(index: Index): string | null {
  const [first] = index.parts;
  return first === undefined ? null : lowerName(first.column);
}

/** The columns after a primary key was put over `names`: `NOT NULL`, nothing else changes. */
export function forbidNull(columns: readonly Column[], names: readonly string[]): readonly Column[] {
  return changeFlags(columns, names, (flags) => flags | ColumnFlag.notNull);
}

/**
 * The columns of a new table with the flags that a constraint gives them, whether it becomes an index or not: full-text
 * keys and foreign keys give none, a part that is an expression none either.
 */
export function addConstraintFlags(columns: readonly Column[], key: KeyConstraint): readonly Column[] {
  const names = key.parts.map((part) => (part.key.kind === 'column' ? part.key.name : null));
  const [first = null] = names;
  switch (key.keyKind) {
    case 'primary':
      return changeFlags(
        columns,
        names.filter((name) => name !== null),
        (flags, column) => {
          const primary = flags | ColumnFlag.primaryKey | ColumnFlag.notNull;
          return column.defaultValue === null ? markNoDefault(primary) : primary;
        },
      );
    case 'unique':
    case 'index': {
      const flag = key.keyKind === 'unique' && names.length === 1 ? ColumnFlag.uniqueKey : ColumnFlag.multipleKey;
      return first === null ? columns : changeFlags(columns, [first], (flags) => flags | flag);
    }
    default:
      return columns;
  }
}
