import type { DataType } from '../ast';
import { notApplicable } from './refusal';

/** The greatest width or precision, and the most decimals; null: it has none. */
interface Bounds {
  readonly length: number;
  readonly decimals: number | null;
}

function bounds(length: number, decimals: number | null, ...names: readonly string[]): [string, Bounds][] {
  return names.map((name) => [name, { length, decimals }]);
}

/** The greater of what MySQL and MariaDB take. Widths of VARCHAR, TEXT and BLOB choose the type instead. */
const BOUNDS: ReadonlyMap<string, Bounds> = new Map([
  ...bounds(64, null, 'BIT'),
  ...bounds(255, null, 'TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT', 'BIGINT', 'CHAR', 'BINARY'),
  ...bounds(65, 38, 'DECIMAL'),
  ...bounds(255, 39, 'FLOAT', 'DOUBLE'),
  ...bounds(6, null, 'DATETIME', 'TIMESTAMP', 'TIME'),
]);

/** The most members. */
const MEMBERS: ReadonlyMap<string, number> = new Map([
  ['ENUM', 65_535],
  ['SET', 64],
]);

/**
 * Check that a written type isn't beyond what a server takes, so that nothing is made of a size that no column has.
 * @throws LockstepError DDL_NOT_APPLICABLE naming the column and what is the most
 */
export function checkTypeBounds(column: string, { name, length, decimals, members }: DataType): void {
  const refuse = (what: string, most: number): never => {
    throw notApplicable(`column ${column}: the ${what} of ${name} is at most ${most}`, { column, type: name, most });
  };
  const most = MEMBERS.get(name);
  if (most !== undefined && members !== null && members.length > most) refuse('number of members', most);
  const bound = BOUNDS.get(name);
  if (bound === undefined || length === null) return;
  if (length > bound.length) refuse('width', bound.length);
  if (decimals === null || bound.decimals === null) return;
  if (decimals > Math.min(bound.decimals, length)) refuse('number of decimals', Math.min(bound.decimals, length));
}
