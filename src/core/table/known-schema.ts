import type { Shape } from './shape';
import type { TableSchema } from './table-schema';

/** A schema together with its interned canonical form; the pair is made once and shared. */
export interface KnownSchema {
  readonly schema: TableSchema;
  readonly shape: Shape;
}
