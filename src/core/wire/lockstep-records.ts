import { invariant } from '../model/invariant';
import type { JsonValue } from './json-reader';
import { parseJson } from './json-reader';
import { formatLockstepKey, LOCKSTEP_PREFIX } from './lockstep-keys';
import type { LockstepKey } from './lockstep-keys';

/** A plain JSON value, as records are written from. */
export type JsonData =
  null | boolean | number | string | readonly JsonData[] | { readonly [name: string]: JsonData | undefined };

/**
 * How one kind of record under `/lockstep/` is stored: a JSON object whose field `v` is the version of its format. A new
 * field that old programs may ignore needs no new version; a change that they would misread does.
 */
export interface RecordFormat<T> {
  /** Names the kind in errors, for example `task record`. */
  readonly name: string;
  /** The version that this program writes, and the highest that it can read; from 1. */
  readonly version: number;
  /** Reads the fields of a record of this version or, where there are such, of an older one (`v` says which). */
  readonly read: (root: JsonValue, v: number) => T;
  /** The key that a record says it belongs to; absent: it doesn't say. */
  readonly keyOf?: (record: T) => LockstepKey;
  /** The fields beside `v`. */
  readonly write: (record: T) => { readonly [name: string]: JsonData | undefined };
}

/**
 * A record that a newer program wrote in a format that this one doesn't know. A server that finds one follows the
 * stream but doesn't lead, because it can't decide on what it can't read.
 */
export interface RecordVersionTooNew {
  readonly kind: 'too-new';
  /** The record's version. */
  readonly version: number;
  /** The highest version that this program reads. */
  readonly known: number;
}

/** What reading a record gives. */
export type RecordReading<T> = { readonly kind: 'record'; readonly record: T } | RecordVersionTooNew;

/**
 * The record that `text` holds, or that its version is too new.
 * @param where the record's key, for errors; one of another record is none where it can be read
 * @throws LockstepError UNREADABLE_VALUE with `where` and the field
 */
export function readRecord<T>(text: string, format: RecordFormat<T>, where: string = format.name): RecordReading<T> {
  const root = parseJson(text, where);
  const field = root.field('v');
  const version = field.integer();
  if (version < 1) return field.fail(`expected a version from 1, found ${version}`);
  if (version > format.version) return { kind: 'too-new', version, known: format.version };
  const record = root.convert(() => format.read(root, version));
  const key = format.keyOf === undefined ? null : formatLockstepKey(format.keyOf(record));
  if (key !== null && where !== key && where.startsWith(LOCKSTEP_PREFIX)) return root.fail(`it belongs to ${key}`);
  return { kind: 'record', record };
}

/** The text of a record, its version first; fields that are undefined are left out. */
export function writeRecord<T>(record: T, format: RecordFormat<T>): string {
  invariant(Number.isSafeInteger(format.version) && format.version >= 1, 'versions of records count from 1');
  return JSON.stringify({ v: format.version, ...format.write(record) });
}
