import { LockstepError } from '../model/error';
import { parseDownstreamTable, parseTaskName, parseUpstreamTable } from '../model/names';
import { InternPool } from '../table/intern-pool';
import type { KnownSchema } from '../table/known-schema';
import type { OptimisticInfo } from '../table/optimistic-info';
import { writeList, writeObject, writeText, writeTexts } from './go-json';
import { goBoolean, goField, goText, goTexts } from './go-json-reader';
import type { JsonValue } from './json-reader';
import { parseJson } from './json-reader';
import { spansOfElements, spansOfFields } from './json-spans';
import type { Span } from './json-spans';
import { writeColumns, writeTableInfo } from './table-info';

/**
 * Reads TiDB's table info. Law: a text that is read is one complete JSON object; the same text gives the same schema.
 * Throws LockstepError UNREADABLE_VALUE for any other.
 */
export interface SchemaSource {
  read(text: string): KnownSchema;
}

/** An info to be written: lists may be null, that is never set, as DM tells them from empty ones. */
export interface WritableOptimisticInfo extends Omit<OptimisticInfo, 'ddls' | 'after'> {
  readonly ddls: readonly string[] | null;
  readonly after: readonly KnownSchema[] | null;
}

const BEFORE = '"table-info-before":';
const AFTER = ',"table-info-after":';
const IGNORE_CONFLICT = ',"ignore-conflict":';

/** What stands for the cut-out values in the remainder; neither can be read as a schema. */
const BEFORE_MARK = '0';
const AFTER_MARK = '1';

/** An info whose schemas are cut out: the texts of both values, and the rest, read. */
interface TakenApart {
  readonly rest: JsonValue;
  readonly before: string;
  readonly after: string;
}

/**
 * Reads optimistic infos. This is the hot path of the product: a rollout makes as many infos as there are shards, most
 * of each is its schemas, and those were mostly seen before. So the two schema values are cut out by looking for the
 * fields in the order that DM writes, and only the rest is parsed.
 *
 * Why the short road is right for any JSON: if the cut-out values are complete JSON values, and the rest, with a mark in
 * the place of each, is valid JSON whose root has the marks at the two fields, then the text is valid JSON with those
 * values at those fields. Whenever one of this isn't so the long road reads the text as a whole.
 */
export class OptimisticInfoReader {
  /** One list for the same texts, as long as anybody holds it. */
  private readonly ddlLists = new InternPool<readonly string[]>();

  constructor(private readonly schemas: SchemaSource) {}

  /**
   * The info of a value; missing schemas are null, missing lists empty, and a lock refuses them.
   * @param where the key, for errors
   * @throws LockstepError UNREADABLE_VALUE with `where` and the field: also if a name is empty
   */
  read(text: string, where = 'info'): OptimisticInfo {
    return this.readShort(text, where) ?? this.readLong(text, where);
  }

  private readShort(text: string, where: string): OptimisticInfo | null {
    try {
      const parts = takeApart(text, where);
      if (parts === null) return null;
      const ddls = this.readDdls(parts.rest);
      const after = ddls.length === 1 ? this.readOnlyAfter(parts.after) : this.readAfters(parts.after);
      return after === null ? null : assemble(parts.rest, ddls, this.readBefore(parts.before), after);
    } catch (error) {
      // The long road finds the same fault, with its right place, or shows that there is none.
      if (error instanceof LockstepError && error.code === 'UNREADABLE_VALUE') return null;
      throw error;
    }
  }

  private readLong(text: string, where: string): OptimisticInfo {
    const root = parseJson(text, where);
    const spans = root.isPresent && root.names().length > 0 ? spansOfFields(text) : new Map<string, Span>();
    const before = textOfField(text, spans, 'table-info-before');
    const after = textOfField(text, spans, 'table-info-after');
    return assemble(
      root,
      this.readDdls(root),
      placeErrors(root, 'table-info-before', () => this.readBefore(before)),
      placeErrors(root, 'table-info-after', () => this.readAfters(after) ?? []),
    );
  }

  private readDdls(rest: JsonValue): readonly string[] {
    const ddls = goTexts(goField(rest, 'ddls')) ?? [];
    return this.ddlLists.intern(JSON.stringify(ddls), () => ddls);
  }

  private readBefore(text: string): KnownSchema | null {
    return text === 'null' ? null : this.readSchema(text);
  }

  /** A list that is taken to have one element; if it has more, its inside isn't one JSON value and isn't read. */
  private readOnlyAfter(text: string): readonly KnownSchema[] | null {
    const isList = text.startsWith('[{') && text.endsWith('}]');
    return isList ? [this.readSchema(text.slice(1, -1))] : this.readAfters(text);
  }

  /** The schemas of a list, of null (none), or of the one object that DM wrote before v2.0.2; null: no such text. */
  private readAfters(text: string): readonly KnownSchema[] | null {
    if (text === 'null') return [];
    if (!text.startsWith('[')) return [this.readSchema(text)];
    const spans = spansOfElements(text);
    return spans === null ? null : spans.map(({ start, end }) => this.readSchema(text.slice(start, end).trim()));
  }

  private readSchema(text: string): KnownSchema {
    if (text.startsWith('{')) return this.schemas.read(text);
    throw new LockstepError('UNREADABLE_VALUE', 'expected a table info', { where: 'table info', path: '' });
  }
}

function assemble(
  rest: JsonValue,
  ddls: readonly string[],
  before: KnownSchema | null,
  after: readonly KnownSchema[],
): OptimisticInfo {
  const text = (name: string): string => goText(goField(rest, name));
  return rest.convert(() => ({
    task: parseTaskName(text('task')),
    table: parseUpstreamTable(text('source'), text('up-schema'), text('up-table')),
    target: parseDownstreamTable(text('down-schema'), text('down-table')),
    ddls,
    before,
    after,
    ignoreConflict: goBoolean(goField(rest, 'ignore-conflict')),
  }));
}

/** The text taken apart at the fields in DM's order; null if it can't be. */
function takeApart(text: string, where: string): TakenApart | null {
  const before = text.indexOf(BEFORE);
  const beforeStart = before + BEFORE.length;
  const beforeEnd = text.indexOf(AFTER, beforeStart);
  if (before < 0 || beforeEnd < 0) return null;
  const afterStart = beforeEnd + AFTER.length;
  const ignoreConflict = text.lastIndexOf(IGNORE_CONFLICT);
  // Infos of old versions end with the schemas.
  const afterEnd = ignoreConflict > afterStart ? ignoreConflict : text.lastIndexOf('}');
  if (afterEnd <= afterStart) return null;
  const rest = text.slice(0, beforeStart) + BEFORE_MARK + AFTER + AFTER_MARK + text.slice(afterEnd);
  const root = parseJson(rest, where);
  const isMarked = root.field('table-info-before').is(0) && root.field('table-info-after').is(1);
  if (!isMarked) return null;
  return {
    rest: root,
    before: text.slice(beforeStart, beforeEnd).trim(),
    after: text.slice(afterStart, afterEnd).trim(),
  };
}

/** The text of a field's value, found by its name, else by its name without case as Go does; `null` if it is missing. */
function textOfField(text: string, spans: ReadonlyMap<string, Span>, name: string): string {
  const folded = [...spans.keys()].findLast((candidate) => candidate.toLowerCase() === name);
  const span = spans.get(name) ?? spans.get(folded ?? name);
  return span === undefined ? 'null' : text.slice(span.start, span.end).trim();
}

/** Run `read`; what it finds unreadable is so at the field `name`. */
function placeErrors<T>(root: JsonValue, name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'UNREADABLE_VALUE')
      return goField(root, name).fail(error.message);
    throw error;
  }
}

/**
 * The value of an info, byte for byte as DM writes it.
 * @param columnsOf does what `writeColumns` does, for who knows that many infos have the same columns
 */
export function writeOptimisticInfo(info: WritableOptimisticInfo, columnsOf = writeColumns): string {
  const write = ({ schema }: KnownSchema): string => writeTableInfo(schema, columnsOf(schema.columns));
  const { task, table, target, ddls, before, after, ignoreConflict } = info;
  return writeObject({
    task: writeText(task),
    source: writeText(table.source),
    'up-schema': writeText(table.schema),
    'up-table': writeText(table.table),
    'down-schema': writeText(target.schema),
    'down-table': writeText(target.table),
    ddls: writeTexts(ddls),
    'table-info-before': before === null ? 'null' : write(before),
    'table-info-after': after === null ? 'null' : writeList(after.map(write)),
    'ignore-conflict': String(ignoreConflict),
  });
}
