import { LockstepError } from '../model/error';
import type { KnownSchema } from '../table/known-schema';
import type { Shapes } from '../table/shapes';
import type { Column, TableSchema } from '../table/table-schema';
import { goField } from './go-json-reader';
import { parseJson } from './json-reader';
import { spansOfElements } from './json-spans';
import { skipValue } from './table-info-extent';
import { tableInfoKey } from './table-info-key';
import { columnOf, parseTableInfo, readTableInfo, tableInfoOf } from './table-info-read';
import { TextMemory } from './text-memory';

/** Characters of schemas that one generation holds: some thousand schemas of a dozen columns. */
const GENERATION_LENGTH = 16_000_000;

/** How many of the last schemas are looked at one by one. */
const RECENT = 8;

/** How DM writes the field of the columns, and what stands in their place when they are cut out. */
const COLUMNS = '"cols":';
const MARK = 0;

/** A schema under the part of its text that tells it. */
interface Remembered {
  readonly key: string;
  readonly known: KnownSchema;
}

/**
 * Reads table infos and remembers them by their text: thousands of shards report the same few schemas again and again,
 * and parsing is by far the dearest part of an info. Texts that differ only in the table's own name, its number and the
 * time of its last change have one schema, whose `name` is that of the first one read.
 *
 * Schemas that differ mostly share columns, so columns are remembered by their text too: a new schema with one new column
 * costs the parsing of one column, and holds the others in common with those before it.
 */
export class SchemaReader {
  private readonly schemas: TextMemory<KnownSchema>;
  private readonly columns: TextMemory<Column>;
  /** The last ones met. Comparing texts is much cheaper than hashing one, and mostly a rollout has two or three. */
  private readonly recent: Remembered[] = [];

  constructor(
    private readonly shapes: Shapes,
    generationLength: number = GENERATION_LENGTH,
  ) {
    this.schemas = new TextMemory(generationLength);
    this.columns = new TextMemory(generationLength);
  }

  /**
   * The schema of one table info, given as exactly its text.
   * @param where names the value in errors
   * @throws LockstepError UNREADABLE_VALUE with `where` and the place of the fault
   */
  read(text: string, where = 'table info'): KnownSchema {
    const key = tableInfoKey(text);
    for (const remembered of this.recent) if (remembered.key === key) return remembered.known;
    const known = this.schemas.get(key, () => this.parse(text, where));
    this.recent.unshift({ key, known });
    if (this.recent.length > RECENT) this.recent.pop();
    return known;
  }

  private parse(text: string, where: string): KnownSchema {
    const schema = this.parseShort(text, where) ?? readTableInfo(text, where);
    return { schema, shape: this.shapes.intern(schema) };
  }

  /** The schema by its columns' texts; null: the columns aren't where DM writes them, or something is wrong. */
  private parseShort(text: string, where: string): TableSchema | null {
    const start = text.indexOf(COLUMNS) + COLUMNS.length;
    if (start < COLUMNS.length) return null;
    try {
      const end = skipValue(text, start);
      const list = text.slice(start, end);
      const info = parseTableInfo(`${text.slice(0, start)}${MARK}${text.slice(end)}`, where);
      // The mark proves that these were the root's columns.
      const spans = goField(info, 'cols').is(MARK) ? spansOfElements(list) : null;
      if (spans === null) return null;
      const columns = spans.map((span) => this.readColumn(list.slice(span.start, span.end), where));
      return tableInfoOf(info, columns);
    } catch (error) {
      // The long road finds the same fault, with its right place.
      if (error instanceof LockstepError && error.code === 'UNREADABLE_VALUE') return null;
      throw error;
    }
  }

  private readColumn(text: string, where: string): Column {
    return this.columns.get(text, () => columnOf(parseJson(text, where)));
  }
}
