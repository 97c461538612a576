import { charsetOf } from './collation';
import { flagsOf } from './column-order';
import type { ColumnItems, IndexItems, Shape } from './shape';
import type { Column, Index, TableSchema } from './table-schema';

/**
 * A schema of that shape, for printing and storing: what isn't compared (comments, the case of names, …) has its empty
 * value. Law: interning it gives `shape`.
 * @param order names of columns, in any case, in the order wanted; columns that aren't named follow by name
 */
export function schemaOfShape(shape: Shape, name: string, order: readonly string[] = []): TableSchema {
  const named = order.map((column) => shape.column(column)).filter((column) => column !== undefined);
  return {
    name,
    columns: [...new Set([...named, ...shape.columns])].map(columnOf),
    indexes: shape.indexes.map(indexOf),
    primaryKeyKind: 'index',
    charset: charsetOf(shape.table.collation),
    collation: shape.table.collation,
    autoIncrementId: shape.table.autoIncrementId,
    shardRowIdBits: shape.table.shardRowIdBits,
    autoRandomBits: shape.table.autoRandomBits,
    preSplitRegions: shape.table.preSplitRegions,
    compression: shape.table.compression,
    comment: '',
  };
}

function columnOf(items: ColumnItems): Column {
  const { name, code, length, decimals, collation, members } = items;
  return {
    name,
    type: { code, flags: flagsOf(items), length, decimals, charset: charsetOf(collation), collation, members },
    defaultValue: items.defaultValue,
    defaultIsExpression: items.defaultIsExpression,
    originDefault: null,
    generated: items.expression === null ? null : { expression: items.expression, stored: items.stored },
    comment: '',
    hidden: name.startsWith('_v$_'),
  };
}

function indexOf(items: IndexItems): Index {
  const parts = items.parts.map(({ column, length }) => ({ column, length }));
  const { name, unique, primary, type } = items;
  return { name: primary ? 'PRIMARY' : name, parts, unique, primary, type, comment: '', invisible: false };
}
