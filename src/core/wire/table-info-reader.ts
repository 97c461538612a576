import { LockstepError } from '../model/error';
import type { KnownSchema } from '../table/known-schema';
import type { Shapes } from '../table/shapes';
import type { Column, TableSchema } from '../table/table-schema';
import { goField } from './go-json-reader';
import { parseJson } from './json-reader';
import { skipValue } from './table-info-extent';
import { tableInfoKey } from './table-info-key';
import { columnOf, parseTableInfo, readTableInfo, tableInfoOf, withColumns } from './table-info-read';
import { TextMemory } from './text-memory';

/** Characters of parts that one generation holds: those of some thousand schemas of a dozen columns. */
const GENERATION_LENGTH = 16_000_000;

/** The keys of schemas by their parts are so many times shorter than these. */
const KEY_SHARE = 16;

/** How many of the last schemas are looked at one by one. */
const RECENT = 8;

/** How DM writes the field of the columns, and what stands in place of the list when it is cut out. */
const COLUMNS = '"cols":[';
const MARK = 0;

/** A schema under the part of its text that tells it. */
interface Remembered {
  readonly key: string;
  readonly known: KnownSchema;
}

/** A part that was read; the same text has the same number. */
interface Numbered<Part> {
  readonly id: number;
  readonly text: string;
  readonly part: Part;
}

/** A table info in parts: what stands before the list of its columns, these, and what stands behind it. */
interface Parts {
  readonly head: string;
  readonly columns: readonly Numbered<Column>[];
  readonly tail: string;
}

/**
 * Reads table infos and remembers them by their text: thousands of shards report the same few schemas again and again,
 * and parsing is by far the dearest part of an info. Texts that differ only in the table's own name, its number and the
 * time of its last change have one schema, whose `name` is that of the first one read.
 *
 * Schemas that differ mostly share their parts, the columns and all the rest, so these are remembered by their texts, and
 * schemas by their parts. Each text is held against the one before first: where both agree it is neither hashed nor
 * scanned. So a new schema with one new column costs the reading of one column.
 */
export class SchemaReader {
  private readonly schemas: TextMemory<KnownSchema>;
  /** Those whose text isn't as DM writes it, by all of it. */
  private readonly odd: TextMemory<KnownSchema>;
  private readonly columns: TextMemory<Numbered<Column>>;
  /** Schemas without columns. */
  private readonly rests: TextMemory<Numbered<TableSchema>>;
  /** The last ones met. Comparing texts is much cheaper than hashing one, and mostly a rollout has two or three. */
  private readonly recent: Remembered[] = [];
  private last: (Parts & { readonly rest: Numbered<TableSchema> }) | null = null;
  private lastId = 0;

  constructor(
    private readonly shapes: Shapes,
    generationLength: number = GENERATION_LENGTH,
  ) {
    this.schemas = new TextMemory(generationLength / KEY_SHARE);
    this.odd = new TextMemory(generationLength);
    this.columns = new TextMemory(generationLength);
    this.rests = new TextMemory(generationLength);
  }

  /**
   * The schema of one table info, given as exactly its text.
   * @param where names the value in errors
   * @throws LockstepError UNREADABLE_VALUE with `where` and the place of the fault
   */
  read(text: string, where = 'table info'): KnownSchema {
    const key = tableInfoKey(text);
    for (const remembered of this.recent) if (remembered.key === key) return remembered.known;
    const known = this.readByParts(text, key, where) ?? this.odd.get(key, () => this.know(readTableInfo(text, where)));
    this.recent.unshift({ key, known });
    if (this.recent.length > RECENT) this.recent.pop();
    return known;
  }

  private know(schema: TableSchema): KnownSchema {
    return { schema, shape: this.shapes.intern(schema) };
  }

  /** The schema by its parts; null: they aren't where DM writes them, or something is wrong. */
  private readByParts(text: string, key: string, where: string): KnownSchema | null {
    try {
      const parts = this.cut(key, where);
      if (parts === null) return null;
      const rest = this.restOf(parts, text, where);
      this.last = { ...parts, rest };
      let ids = String(rest.id);
      for (const { id } of parts.columns) ids += `,${id}`;
      return this.schemas.get(ids, () =>
        this.know(
          withColumns(
            rest.part,
            parts.columns.map(({ part }) => part),
          ),
        ),
      );
    } catch (error) {
      // The long road finds the same fault, with its right place.
      if (error instanceof LockstepError && error.code === 'UNREADABLE_VALUE') return null;
      throw error;
    }
  }

  /** The parts of a text; null: its columns aren't where DM writes them. */
  private cut(key: string, where: string): Parts | null {
    const { head, columns: guesses } = this.last ?? { head: '', columns: [] };
    const isKnown = head !== '' && standsAt(key, head, 0);
    const start = isKnown ? head.length : key.indexOf(COLUMNS) + COLUMNS.length;
    if (start < COLUMNS.length) return null;
    const columns: Numbered<Column>[] = [];
    let at = start;
    for (;;) {
      const guess = guesses[columns.length];
      const column = guess !== undefined && standsAt(key, guess.text, at) ? guess : this.columnAt(key, at, where);
      columns.push(column);
      at += column.text.length;
      const unit = key[at];
      if (unit === ']') return { head: isKnown ? head : key.slice(0, start), columns, tail: key.slice(at) };
      if (unit !== ',') return null;
      at += 1;
    }
  }

  private columnAt(key: string, at: number, where: string): Numbered<Column> {
    return this.columns.get(key.slice(at, skipValue(key, at)), (text) => ({
      id: this.nextId(),
      text,
      part: columnOf(parseJson(text, where)),
    }));
  }

  /** What a table info says beside its columns. @throws LockstepError UNREADABLE_VALUE also if the list isn't that of its columns */
  private restOf({ head, columns, tail }: Parts, text: string, where: string): Numbered<TableSchema> {
    if (this.last?.head === head && this.last.tail === tail) return this.last.rest;
    return this.rests.get(head + tail, (kept) => {
      const start = text.indexOf(COLUMNS) + COLUMNS.length - 1;
      const end = columns.reduce((sum, column) => sum + column.text.length + 1, start + 1);
      const info = parseTableInfo(`${text.slice(0, start)}${MARK}${text.slice(end)}`, where);
      // The mark proves that these were the root's columns.
      const cols = goField(info, 'cols');
      if (!cols.is(MARK)) cols.fail('expected the list of columns here');
      return { id: this.nextId(), text: kept, part: tableInfoOf(info, []) };
    });
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }
}

/** Whether `part` stands there. Comparing slices is many times faster than `startsWith`. */
function standsAt(text: string, part: string, at: number): boolean {
  return text.slice(at, at + part.length) === part;
}
