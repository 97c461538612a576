import { createTableText } from '../../src/core/table/create-table';
import type { TableSchema } from '../../src/core/table/table-schema';
import type { Position, TargetName, UpstreamEvent, UpstreamTableName } from '../plugin';
import type { DdlPart } from './ddl-parts';

/** Rows of a shard. */
export type RowsEvent = Extract<UpstreamEvent, { kind: 'rows' }>;

/** What a statement means for one shard. */
export type ShardPart = Extract<DdlPart, { readonly table: UpstreamTableName }>;

/** What one event of the stream means for one shard. */
export type Step = { readonly kind: 'rows'; readonly position: Position; readonly event: RowsEvent } | DdlStep;

/** A statement on one shard. */
export interface DdlStep {
  readonly kind: 'ddl';
  readonly position: Position;
  readonly part: ShardPart;
  /** What the source gives tables that don't say; null: as MySQL 8 and TiDB do. */
  readonly characterSet: { readonly charset: string; readonly collation: string } | null;
}

/** A step that changes the schema, and the schema behind it. */
export interface Alteration {
  /** Null: the stream has none; it is known from the checkpoint, or the shard was created with it. */
  readonly step: DdlStep | null;
  readonly ddls: readonly string[];
  readonly position: Position;
  readonly after: TableSchema;
}

/** Why a shard doesn't go on. */
export type Hold =
  /** The shard is made, or taken away. */
  | { readonly kind: 'membership'; readonly position: Position }
  /** It has met a DDL that is coordinated. */
  | { readonly kind: 'alteration'; readonly alteration: Alteration };

/** So many bytes of an event count as one row, or one step. */
const BYTES_A_UNIT = 8 * 1_024;

/** What a step counts where memory is bounded by a number of steps: one, unless its rows are large. */
export function weightOf(step: Step): number {
  const bytes = step.kind === 'rows' ? (step.event.bytes ?? 0) : 0;
  return Math.max(1, Math.ceil(bytes / BYTES_A_UNIT));
}

/** One routed table of the source, where it stands, and what it waits for. */
export interface Shard {
  readonly key: string;
  readonly table: UpstreamTableName;
  readonly target: TargetName;
  /** Its schema where it stands. */
  schema: TableSchema;
  /** With what it was created, if its target doesn't take that yet: until it does it stands before its first row. */
  ahead: TableSchema | null;
  hold: Hold | null;
  /** It is handled up to `at` only, not up to the head. */
  isBehind: boolean;
  /** Up to where it has been handled; null: nothing. Means something only while it is behind. */
  at: Position | null;
  /** Up to where its events are handled or in the queue. */
  covered: Position | null;
  /** Its events behind the place where it is held, in order. */
  queue: Step[];
  /** Events behind `covered` were dropped: they have to be read again. */
  hasMissed: boolean;
  /** The number of its last rows on their way downstream (`Outgoing`); 0: none. */
  lastRows: number;
}

/** The key of a table; no two tables share one. */
export function keyOfTable({ schema, table }: UpstreamTableName): string {
  return JSON.stringify([schema, table]);
}

/** A shard at the head of the stream. */
export function makeShard(table: UpstreamTableName, target: TargetName, schema: TableSchema): Shard {
  return {
    key: keyOfTable(table),
    table,
    target,
    schema: named(schema, table.table),
    ahead: null,
    hold: null,
    isBehind: false,
    at: null,
    covered: null,
    queue: [],
    hasMissed: false,
    lastRows: 0,
  };
}

/** A schema under another name, without a counter of its own: equal shards have equal ones. */
export function named(schema: TableSchema, name: string): TableSchema {
  return schema.name === name && schema.autoIncrementId === 0n ? schema : { ...schema, name, autoIncrementId: 0n };
}

const texts = new WeakMap<TableSchema, string>();

/** The `CREATE TABLE` text of a shard's schema, under the name of its target: shards of one schema have one text. */
export function schemaText(schema: TableSchema, target: TargetName): string {
  const known = texts.get(schema);
  if (known !== undefined) return known;
  const text = createTableText(named(schema, target.table));
  texts.set(schema, text);
  return text;
}
