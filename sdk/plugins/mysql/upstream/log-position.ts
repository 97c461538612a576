import { LockstepError } from '../../../../src/core/model/error';
import { JsonValue as JsonField } from '../../../../src/core/wire/json-reader';
import type { JsonValue, Position } from '../../../plugin';

/** The statements that online schema changes have made of their shadow tables, by the table's quoted name. */
export type ShadowDdls = Readonly<Record<string, readonly string[]>>;

/** How far a snapshot has come: behind a row of a table, in the order of names and keys. */
export interface SnapshotPlace {
  readonly schema: string;
  readonly table: string;
  /** How many of its rows are read. */
  readonly rows: number;
  /** The key of the last of them; null: none is read, or the table has no key to go on from. */
  readonly after: readonly JsonValue[] | null;
}

/**
 * A place in a source's log. Reading begins at a transaction, so a place within one is its beginning and how many of its
 * events are behind.
 */
export interface LogPosition {
  readonly file: string;
  /** Which of the files that had this name: when it was begun, in seconds, and by which server. Absent: nobody knows yet. */
  readonly begun?: string;
  /** Where the transaction begins, or the next one will. */
  readonly offset: number;
  /** How many events of that transaction are behind. */
  readonly event: number;
  /** With GTIDs: the transactions before this one, and how many they are. */
  readonly gtids?: { readonly set: string; readonly count: number };
  /** Of online schema changes that run; absent: none. */
  readonly shadows?: ShadowDdls;
  /** While the initial snapshot is read: where the log is read from afterwards is the rest of the position. */
  readonly snapshot?: SnapshotPlace;
}

/** As JSON, which is what others keep. */
export function formatPosition(position: LogPosition): Position {
  const { file, begun, offset, event, gtids, shadows, snapshot } = position;
  return {
    file,
    offset,
    event,
    ...(begun === undefined ? {} : { begun }),
    ...(gtids === undefined ? {} : { gtids: { ...gtids } }),
    ...(shadows === undefined ? {} : { shadows }),
    ...(snapshot === undefined ? {} : { snapshot: { ...snapshot } }),
  };
}

const parsed = new WeakMap<object, LogPosition>();

/** @throws LockstepError INVALID_INPUT for what is no position of this plugin */
export function parsePosition(position: Position): LogPosition {
  if (typeof position !== 'object' || position === null) throw notOne(position);
  const known = parsed.get(position) ?? readPosition(position);
  parsed.set(position, known);
  return known;
}

/**
 * The order of places: with GTIDs that of the number of transactions, which fits any server of a topology; else that of
 * files and offsets. A snapshot comes before all of the log.
 */
export function comparePositions(a: Position, b: Position): number {
  if (a === b) return 0;
  const [left, right] = [parsePosition(a), parsePosition(b)];
  if (left.snapshot !== undefined || right.snapshot !== undefined) return compareSnapshots(left, right);
  if (left.gtids !== undefined && right.gtids !== undefined)
    return left.gtids.count - right.gtids.count || left.event - right.event;
  return compareFiles(left.file, right.file) || left.offset - right.offset || left.event - right.event;
}

/** A place in the files of a server. */
export type LogPlace = Pick<LogPosition, 'file' | 'offset'>;

/** Heartbeats have room for so much of an offset. */
const MOST_OFFSET = 0xffff_ffff;

/**
 * Whether a server that says by a heartbeat where it is has sent all of its log up to an end. It sends heartbeats also while
 * it passes over transactions that are behind.
 */
export function isReached(end: LogPlace, at: LogPlace): boolean {
  const files = compareFiles(at.file, end.file);
  return files === 0 ? at.offset >= end.offset || end.offset > MOST_OFFSET : files > 0;
}

/** Files of a log by their numbers: `bin.1000000` comes behind `bin.999999`. */
export function compareFiles(a: string, b: string): number {
  return numberOf(a) - numberOf(b);
}

function numberOf(file: string): number {
  return Number(/\.(\d+)$/u.exec(file)?.[1] ?? Number.NaN);
}

function compareSnapshots({ snapshot: a }: LogPosition, { snapshot: b }: LogPosition): number {
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return compareNames(a.schema, b.schema) || compareNames(a.table, b.table) || a.rows - b.rows;
}

/** The order of names in positions: by code units, as JavaScript compares. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readPosition(position: Exclude<JsonValue, null>): LogPosition {
  try {
    const value = JsonField.root(position, 'position');
    const gtids = value.field('gtids').nullable((field) => ({
      set: field.field('set').text(),
      count: field.field('count').count(),
    }));
    const shadows = value.field('shadows').nullable((field) => field.map((ddls) => ddls.list((ddl) => ddl.text())));
    const snapshot = value.field('snapshot').nullable((field) => ({
      schema: field.field('schema').text(),
      table: field.field('table').text(),
      rows: field.field('rows').count(),
      after: field.field('after').nullable((after) => after.list((key) => keyValue(key))),
    }));
    const file = value.field('file').text();
    const begun = value.field('begun').nullable((field) => field.text());
    // Where only GTIDs are known the server finds the file.
    if (Number.isNaN(numberOf(file)) && gtids === null) throw notOne(position);
    return {
      file,
      offset: value.field('offset').count(),
      event: value.field('event').or(0, (field) => field.count()),
      ...(begun === null ? {} : { begun }),
      ...(gtids === null ? {} : { gtids }),
      ...(shadows === null ? {} : { shadows: Object.fromEntries(shadows) }),
      ...(snapshot === null ? {} : { snapshot }),
    };
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'UNREADABLE_VALUE') throw notOne(position);
    throw error;
  }
}

/** A value of a key: what a row has in one column. */
function keyValue(field: JsonField): JsonValue {
  return parseValue(JSON.parse(field.json()));
}

function parseValue(value: unknown): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(parseValue);
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, parseValue(part)]));
  throw new LockstepError('INVALID_INPUT', 'a key of a position isn’t JSON', { field: 'position' });
}

function notOne(position: Position): LockstepError {
  return new LockstepError('INVALID_INPUT', `not a position of a binlog: ${JSON.stringify(position)}`, {
    field: 'position',
  });
}
