import type { TableSchema } from '../../src/core/table/table-schema';
import type { JsonValue, Position } from './position';

/** A table of the upstream, by its schema (database) and name. */
export interface UpstreamTableName {
  readonly schema: string;
  readonly table: string;
}

/** A row as column → value; columns by their names in the table's schema at the event's position. */
export type Row = Readonly<Record<string, JsonValue>>;

/** One changed row: `before` of updates and deletes, `after` of inserts and updates. */
export interface RowImages {
  readonly before?: Row;
  readonly after?: Row;
}

/**
 * Rows as a log has them, which doesn't say what they mean: the worker decodes them with the schema that their table has
 * at their place, also when they have waited or are read again.
 */
export interface EncodedRows {
  /** Pure. @throws LockstepError EVENT_UNSUPPORTED if the rows aren't of this schema */
  decode(schema: TableSchema): readonly RowImages[];
}

/** What a change of rows does. */
export type RowChangeKind = 'insert' | 'update' | 'delete';

/** One event of an upstream's stream; `position` is the place behind it. */
export type UpstreamEvent =
  /** A statement that changes schemas, or any other statement that the upstream's log holds as text. */
  | {
      readonly kind: 'ddl';
      readonly position: Position;
      /** The current database of the statement: completes unqualified names. */
      readonly schema: string;
      readonly sql: string;
      /** The database's default charset and collation, for tables that don't say; absent: `utf8mb4`, `utf8mb4_bin`. */
      readonly characterSet?: { readonly charset: string; readonly collation: string };
      /** When it was executed upstream, milliseconds since 1970. */
      readonly atMs?: number;
    }
  | {
      readonly kind: 'rows';
      readonly position: Position;
      readonly table: UpstreamTableName;
      readonly change: RowChangeKind;
      readonly rows: readonly RowImages[] | EncodedRows;
      /** About how many they are together: large rows count as several where memory is bounded by their number. */
      readonly bytes?: number;
      readonly atMs?: number;
    }
  /** A named place, on which tests and people wait: the worker tells when it has passed it. */
  | { readonly kind: 'mark'; readonly position: Position; readonly name: string }
  /** There is nothing more at the moment; also a heartbeat, which moves the position on. */
  | { readonly kind: 'idle'; readonly position: Position };

/**
 * Reads one source. Laws: events come in the order of their positions, each greater than the one before; reading again
 * from a position gives the same events again, as often as it is asked; only one `read` runs at a time, and the worker
 * ends it (`return` of the iterator, and `signal`) before it begins another.
 */
export interface UpstreamPlugin {
  /** The tables that exist where a worker without a checkpoint begins. */
  tables(): Promise<readonly UpstreamTableName[]>;
  /**
   * The `CREATE TABLE` statement of a table as it was at a position (null: where a worker without a checkpoint begins).
   * The worker asks for every routed table at its first start, and never for one that its checkpoint knows.
   */
  createTable(table: UpstreamTableName, position: Position | null): Promise<string>;
  /** The events behind `from`; null: from where a worker without a checkpoint begins. It ends when `signal` aborts. */
  read(from: Position | null, signal: AbortSignal): AsyncIterable<UpstreamEvent>;
  /** Negative, zero or positive, as `a` is before, at or behind `b`. A total order; pure. */
  compare(a: Position, b: Position): number;
  /** The worker needs it no more; called once, after the last `read` has ended. */
  close(): Promise<void>;
}
