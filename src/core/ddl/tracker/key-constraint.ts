import { NoIndexOptions } from '../ast';
import type { Constraint, CreateIndex, IndexOptions } from '../ast';
import type { InlineKey } from './column-definition';

/** A key over columns or expressions, of whatever statement. */
export type KeyConstraint = Extract<Constraint, { kind: 'key' }>;

/** A foreign key. */
export type ForeignKey = Extract<Constraint, { kind: 'foreign-key' }>;

/** MariaDB's period of two columns. */
export type Period = Extract<Constraint, { kind: 'period' }>;

/** Full-text, spatial and vector keys, and those over periods, are no part of a schema. */
export function makesIndex(key: KeyConstraint): boolean {
  return key.keyKind !== 'fulltext' && key.keyKind !== 'spatial' && key.keyKind !== 'vector' && !isOverPeriod(key);
}

/** Whether a part of the key is a period `WITHOUT OVERLAPS`. */
export function isOverPeriod({ parts }: KeyConstraint): boolean {
  return parts.some(({ key }) => key.kind === 'period');
}

/** The key that a column's own definition asks for. */
export function keyOfColumn(column: string, key: InlineKey): KeyConstraint {
  return keyOfColumns(null, key.keyKind, [column], { ...NoIndexOptions, clustered: key.clustered });
}

/** The index that a foreign key needs. */
export function keyOfForeignKey(name: string, columns: readonly string[]): KeyConstraint {
  return keyOfColumns(name, 'index', columns, NoIndexOptions);
}

/** The key that CREATE INDEX makes. */
export function keyOfStatement(statement: CreateIndex): KeyConstraint {
  return {
    kind: 'key',
    keyKind: statement.keyKind,
    name: statement.indexName,
    ifNotExists: statement.ifNotExists,
    parts: statement.parts,
    options: statement.options,
  };
}

function keyOfColumns(
  name: string | null,
  keyKind: KeyConstraint['keyKind'],
  columns: readonly string[],
  options: IndexOptions,
): KeyConstraint {
  return {
    kind: 'key',
    keyKind,
    name,
    ifNotExists: false,
    parts: columns.map((column) => ({ key: { kind: 'column', name: column }, length: null, descending: false })),
    options,
  };
}
