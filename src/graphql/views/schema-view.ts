import { conflictOf, sidesOf } from '../../core/diagnosis/conflict-sides';
import type { Target } from '../../core/state/table-entry';
import type { TargetLock } from '../../core/state/target';
import { columnDefinition, createTableTextOfShape, indexDefinition } from '../../core/table/create-table';
import { differences } from '../../core/table/differences';
import type { SchemaDifference } from '../../core/table/differences';
import type { Shape, ShapeColumn, ShapeIndex } from '../../core/table/shape';
import { typeText } from '../../core/table/type-text';
import type {
  ShardColumn,
  ShardIndex,
  ShardSchemaConflict,
  ShardSchemaDifference,
  ShardTableSchema,
} from '../types/schema';

/** A schema as the API shows it; each part is printed when it is asked for. */
export function viewSchema(shape: Shape, name: string): ShardTableSchema {
  return {
    get createTable() {
      return createTableTextOfShape(shape, name);
    },
    get columns() {
      return shape.columns.map((column) => viewColumn(shape, column));
    },
    get indexes() {
      return shape.indexes.map((index) => viewIndex(shape, index));
    },
    collation: shape.table.collation,
  };
}

/** In what a schema differs from the joined one. */
export function viewDifferences(shape: Shape, joined: Shape): ShardSchemaDifference[] {
  return differences(shape, joined).map((difference) => {
    const { property, from, to } = difference;
    return { path: pathOf(difference), property, here: from, joined: to };
  });
}

/** Why the schemas of a lock's tables don't join; null: they do. */
export function viewConflict(target: Target, held: TargetLock): ShardSchemaConflict | null {
  const conflict = conflictOf(held);
  if (conflict === null) return null;
  const { path, reason } = conflict;
  return {
    path,
    reason,
    get sides() {
      return sidesOf(target, held, path);
    },
  };
}

function pathOf({ kind, name }: SchemaDifference): string {
  switch (kind) {
    case 'table':
      return 'table';
    case 'column':
      return `columns.${name}`;
    case 'index':
      return `indexes.${name}`;
  }
}

function viewColumn(shape: Shape, column: ShapeColumn): ShardColumn {
  const { name, nullable, defaultValue, expression, collation } = column;
  return {
    name,
    type: typeText(column),
    nullable,
    defaultValue,
    generatedAs: expression,
    collation,
    get definition() {
      return columnDefinition(shape, name) ?? '';
    },
  };
}

function viewIndex(shape: Shape, { name, parts, unique, primary }: ShapeIndex): ShardIndex {
  return {
    name,
    columns: parts.map(({ column }) => column),
    unique,
    primary,
    get definition() {
      return indexDefinition(shape, name) ?? '';
    },
  };
}
