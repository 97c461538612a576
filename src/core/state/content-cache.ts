import { LockstepError } from '../model/error';
import type { SourceId } from '../model/names';
import { firstColumnChange, parseStatement } from '../ddl';
import type { ColumnChange, UnreadableDdl } from '../optimistic/column-check';
import type { KnownSchema } from '../table/known-schema';
import type { OptimisticInfo } from '../table/optimistic-info';
import { Shapes } from '../table/shapes';
import { OptimisticInfoReader } from '../wire/optimistic-info';
import type { Column } from '../table/table-schema';
import { SchemaReader, writeColumns } from '../wire/table-info';
import { BoundedCache } from './bounded-cache';
import type { InfoContent, OperationContent } from './table-entry';

/** How many entries each cache holds before it starts anew. */
const CAPACITY = 20_000;

/** The same of those whose entries are large. */
const LARGE_CAPACITY = 1_000;

/** The same where an entry may take megabytes, and only the last ones are asked for. */
const FEW = 16;

/**
 * What was read before isn't read again: of thousands of shards nearly all report the same DDLs with the same schemas and
 * get the same operations. The caches change no answer, only how often it is computed, and are bounded.
 */
export class ContentCache {
  readonly shapes = new Shapes();
  readonly schemas = new SchemaReader(this.shapes);
  /** Schemas of reports by their `CREATE TABLE`, without the table's name. */
  readonly reportedSchemas = new BoundedCache<string, KnownSchema>(LARGE_CAPACITY);
  /** Schemas after the DDLs of reports, by the schema before and the DDLs, without the table's name. */
  readonly trackedSchemas = new BoundedCache<string, readonly KnownSchema[]>(LARGE_CAPACITY);
  readonly #columns = new BoundedCache<readonly Column[], string>(FEW);
  readonly #infoReader = new OptimisticInfoReader(this.schemas);
  readonly #schemas = new Map<string, string>();
  readonly #sources = new Map<SourceId, SourceId>();
  readonly #columnChanges = new Map<string, ColumnChange | UnreadableDdl | null>();
  readonly #operations = new Map<string, OperationContent>();
  #infos: InfoContent[] = [];

  /** The same schema name as one object. */
  schemaName(name: string): string {
    return remember(this.#schemas, name, () => name);
  }

  /** The same source ID as one object. */
  source(id: SourceId): SourceId {
    return remember(this.#sources, id, () => id);
  }

  /** What the first spec of a DDL does to a column. */
  columnChangeOf(ddl: string): ColumnChange | UnreadableDdl | null {
    return remember(this.#columnChanges, ddl, () => readColumnChange(ddl));
  }

  /** The same content as one object. */
  operation(content: OperationContent): OperationContent {
    const { lockId, ddls, stage, message, done, columns } = content;
    return remember(this.#operations, JSON.stringify([lockId, ddls, stage, message, done, columns]), () => content);
  }

  /** Read an info. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
  readInfo(text: string, where: string): OptimisticInfo {
    return this.#infoReader.read(text, where);
  }

  /** The columns of a table info: shards that report the same schema, read once, have one list of them. */
  writeColumns(columns: readonly Column[]): string {
    return this.#columns.get(columns, () => writeColumns(columns));
  }

  /** The content of an info; one object for those that say the same, if it was among the last ones. */
  info({ ddls, before, after, ignoreConflict }: OptimisticInfo): InfoContent {
    // Lists of DDLs and schemas are shared already, so identity decides.
    const content = { ddls, before, after, ignoreConflict };
    const known = this.#infos.find((other) => isSameInfo(other, content));
    if (known !== undefined) return known;
    this.#infos = [content, ...this.#infos.slice(0, 15)];
    return content;
  }
}

function remember<K, T>(cache: Map<K, T>, key: K, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (cache.size >= CAPACITY) cache.clear();
  cache.set(key, made);
  return made;
}

function isSameInfo(a: InfoContent, b: InfoContent): boolean {
  return (
    a.ddls === b.ddls &&
    a.before === b.before &&
    a.ignoreConflict === b.ignoreConflict &&
    a.after.length === b.after.length &&
    a.after.every((schema, index) => schema === b.after[index])
  );
}

function readColumnChange(ddl: string): ColumnChange | UnreadableDdl | null {
  try {
    return firstColumnChange(parseStatement(ddl));
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return { kind: 'unreadable', message: error.message };
  }
}
