import { ColumnFlag } from '../../table/column-type';
import { lowerName } from '../../table/lower-name';
import type { Column, Index } from '../../table/table-schema';
import { isOverPeriod } from './key-constraint';
import type { KeyConstraint, Period } from './key-constraint';
import { markNoDefault } from './column-definition';
import type { TableDraft } from './table-draft';

/** Set and clear flags of the columns that `names` names. */
function changeFlags(
  draft: TableDraft,
  names: readonly string[],
  change: (flags: number, column: Column) => number,
): void {
  for (const name of names) {
    const column = draft.columns.find(name);
    if (column === undefined) continue;
    const flags = change(column.type.flags, column);
    if (flags !== column.type.flags) draft.replaceColumn(column, { ...column, type: { ...column.type, flags } });
  }
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

/** After an index was added its columns get its key flags. */
export function addKeyFlags(draft: TableDraft, index: Index): void {
  changeFlags(draft, flaggedColumns(index), (flags) => flags | flagOf(index));
}

/**
 * After an index was dropped its flags go, then the indexes that are left and begin with the same column give theirs
 * again. That is all that TiDB looks at; `NOT NULL` of a primary key stays.
 */
export function dropKeyFlags(draft: TableDraft, dropped: Index): void {
  changeFlags(draft, flaggedColumns(dropped), (flags) => flags & ~flagOf(dropped));
  const first = firstColumn(dropped);
  for (const index of draft.indexes.items) if (firstColumn(index) === first) addKeyFlags(draft, index);
}

function firstColumn(index: Index): string | null {
  const [first] = index.parts;
  return first === undefined ? null : lowerName(first.column);
}

/** After a primary key was put over columns they are `NOT NULL`; nothing else changes. */
function forbidNull(draft: TableDraft, names: readonly string[]): void {
  changeFlags(draft, names, (flags) => flags | ColumnFlag.notNull);
}

/** MariaDB makes the columns of an application's period `NOT NULL`; that is all that a schema sees of it. */
export function addPeriod(draft: TableDraft, { name, start, end }: Period): void {
  if (name !== null) forbidNull(draft, [start, end]);
}

/** After a primary key was put over its columns. */
export function forbidNullsOf(draft: TableDraft, { keyKind, parts }: KeyConstraint): void {
  if (keyKind !== 'primary') return;
  const names = parts.flatMap(({ key }) => (key.kind === 'column' ? [key.name] : []));
  forbidNull(draft, names);
}

/**
 * The flags that a constraint of a new table gives to columns, whether it becomes an index or not: full-text keys and
 * foreign keys give none, a part that is an expression none either.
 */
export function addConstraintFlags(draft: TableDraft, key: KeyConstraint): void {
  if (isOverPeriod(key)) return forbidNullsOf(draft, key);
  const names = key.parts.map((part) => (part.key.kind === 'column' ? part.key.name : null));
  const [first = null] = names;
  switch (key.keyKind) {
    case 'primary':
      return changeFlags(
        draft,
        names.filter((name) => name !== null),
        (flags, column) => {
          const primary = flags | ColumnFlag.primaryKey | ColumnFlag.notNull;
          return column.defaultValue === null ? markNoDefault(primary) : primary;
        },
      );
    case 'unique':
    case 'index': {
      const flag = key.keyKind === 'unique' && names.length === 1 ? ColumnFlag.uniqueKey : ColumnFlag.multipleKey;
      return first === null ? undefined : changeFlags(draft, [first], (flags) => flags | flag);
    }
    default:
      return;
  }
}
