import type { RowChangeKind } from '../../../plugin';
import { ByteReader, brokenEvent } from './byte-reader';
import { EventType } from './event-header';

/** A row event: which columns it has, and the rows as bytes. */
export interface RowsEvent {
  readonly tableId: number;
  readonly change: RowChangeKind;
  readonly columnCount: number;
  /** Which columns the rows have: before and after the change. An insert has the second only, a delete the first. */
  readonly before: Buffer | null;
  readonly after: Buffer | null;
  readonly rows: Buffer;
}

const CHANGES: ReadonlyMap<number, RowChangeKind> = new Map<number, RowChangeKind>([
  [EventType.writeRowsV1, 'insert'],
  [EventType.writeRows, 'insert'],
  [EventType.mariadbWriteRowsCompressedV1, 'insert'],
  [EventType.mariadbWriteRowsCompressed, 'insert'],
  [EventType.updateRowsV1, 'update'],
  [EventType.updateRows, 'update'],
  [EventType.mariadbUpdateRowsCompressedV1, 'update'],
  [EventType.mariadbUpdateRowsCompressed, 'update'],
  [EventType.deleteRowsV1, 'delete'],
  [EventType.deleteRows, 'delete'],
  [EventType.mariadbDeleteRowsCompressedV1, 'delete'],
  [EventType.mariadbDeleteRowsCompressed, 'delete'],
]);

/** Version 2 has more in its header. */
const VERSION_2: ReadonlySet<number> = new Set([
  EventType.writeRows,
  EventType.updateRows,
  EventType.deleteRows,
  EventType.mariadbWriteRowsCompressed,
  EventType.mariadbUpdateRowsCompressed,
  EventType.mariadbDeleteRowsCompressed,
]);

/** What an event of this type does with rows; null: it isn't one of rows. */
export function rowChangeOf(type: number): RowChangeKind | null {
  return CHANGES.get(type) ?? null;
}

/**
 * @param inflate what undoes MariaDB's compression of the rows; null: they aren't compressed
 * @throws LockstepError PLUGIN_FAILED
 */
export function parseRowsEvent(type: number, body: Buffer, inflate: ((bytes: Buffer) => Buffer) | null): RowsEvent {
  const change = rowChangeOf(type);
  if (change === null) throw brokenEvent(`no event of rows: ${type}`);
  const reader = new ByteReader(body);
  const tableId = reader.uint(6);
  reader.skip(2);
  if (VERSION_2.has(type)) reader.skip(reader.uint(2) - 2);
  const columnCount = reader.packed();
  const bitmap = (): Buffer => reader.take((columnCount + 7) >> 3);
  const first = bitmap();
  const second = change === 'update' ? bitmap() : first;
  const rows = reader.rest();
  return {
    tableId,
    change,
    columnCount,
    before: change === 'insert' ? null : first,
    after: change === 'delete' ? null : second,
    rows: inflate === null ? rows : inflate(rows),
  };
}
