import type { Statement } from './ast';

/** A column that a statement adds or drops first. */
export interface ColumnChange {
  readonly kind: 'add' | 'drop';
  /** As written. */
  readonly column: string;
}

/** Which column the first change of an `ALTER TABLE` adds or drops; null: it does neither. */
export function firstColumnChange(statement: Statement): ColumnChange | null {
  const [spec] = statement.kind === 'alter-table' ? statement.specs : [];
  switch (spec?.kind) {
    case 'add-column':
      return { kind: 'add', column: spec.column.name };
    case 'add-columns': {
      const [column] = spec.columns;
      return column === undefined ? null : { kind: 'add', column: column.name };
    }
    case 'drop-column':
      return { kind: 'drop', column: spec.name };
    default:
      return null;
  }
}
