import { TypeCode } from '../../table/column-type';
import type { Column, Index, IndexPart } from '../../table/table-schema';
import type { IndexOptions, KeyPart } from '../ast';
import { buildHiddenColumn, hiddenColumnName } from './hidden-column';
import type { KeyConstraint } from './key-constraint';
import type { Lookup } from './named-list';
import { notApplicable, unsupported } from './refusal';

/** Name that every primary key has, whatever was written. */
export const PRIMARY_NAME = 'PRIMARY';

/** TiDB's number of an index type. */
const INDEX_TYPES: ReadonlyMap<string, number> = new Map([
  ['BTREE', 1],
  ['HASH', 2],
  ['RTREE', 3],
  ['HYPO', 4],
]);
const BTREE = 1;

/** An index and the hidden columns that its expressions need. */
export interface BuiltIndex {
  readonly index: Index;
  readonly hidden: readonly Column[];
}

/**
 * The index `name` over `columns`, made from a key of any kind but full-text and spatial ones.
 * @throws LockstepError DDL_NOT_APPLICABLE for unknown columns and a primary key on an expression
 */
export function buildIndex(columns: Lookup<Column>, key: KeyConstraint, name: string): BuiltIndex {
  const hidden: Column[] = [];
  const parts = key.parts.map((part, position): IndexPart => {
    if (part.key.kind === 'column') return buildPart(columns, part, part.key.name, name);
    const column = hiddenPart(columns, key, name, position);
    hidden.push(column);
    return { column: column.name, length: -1 };
  });
  const primary = key.keyKind === 'primary';
  return {
    hidden,
    index: {
      name,
      parts,
      unique: primary || key.keyKind === 'unique',
      primary,
      type: indexType(key.options),
      comment: key.options.comment ?? '',
      invisible: key.options.invisible ?? key.options.ignored ?? false,
    },
  };
}

function buildPart(columns: Lookup<Column>, part: KeyPart, name: string, index: string): IndexPart {
  const column = columns.find(name);
  if (column === undefined) {
    throw notApplicable(`index ${index} is on column ${name}, which the table doesn't have`, { index, column: name });
  }
  // A prefix as long as the column is no prefix.
  const isCharacter = column.type.code === TypeCode.char || column.type.code === TypeCode.varchar;
  const isWhole = isCharacter && part.length === column.type.length;
  return { column: column.name, length: isWhole ? -1 : (part.length ?? -1) };
}

function hiddenPart(columns: Lookup<Column>, key: KeyConstraint, index: string, position: number): Column {
  const part = key.parts[position]?.key;
  if (part?.kind !== 'expression' || key.keyKind === 'primary') {
    throw notApplicable('a primary key must not hold an expression', { index });
  }
  const name = hiddenColumnName(index, position);
  if (columns.find(name) !== undefined) {
    throw notApplicable(`index ${index} needs the hidden column ${name}, which the table has already`, {
      index,
      column: name,
    });
  }
  return buildHiddenColumn(columns, name, part.expression);
}

function indexType(options: IndexOptions): number {
  if (options.using === null) return BTREE;
  const type = INDEX_TYPES.get(options.using.toUpperCase());
  if (type === undefined)
    throw unsupported(`indexes USING ${options.using} cannot be coordinated`, { using: options.using });
  return type;
}
