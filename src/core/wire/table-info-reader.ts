import type { KnownSchema } from '../table/known-schema';
import type { Shapes } from '../table/shapes';
import { tableInfoKey } from './table-info-key';
import { readTableInfo } from './table-info-read';

/** Characters of keys that one generation holds: some thousand schemas of a dozen columns. */
const GENERATION_LENGTH = 16_000_000;

/** How many of the last schemas are looked at one by one. */
const RECENT = 8;

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
 * The memory is bounded: two generations of texts, of which the older one is dropped when the younger one is full.
 */
export class SchemaReader {
  private young = new Map<string, KnownSchema>();
  private old = new Map<string, KnownSchema>();
  private youngLength = 0;
  /** The last ones met. Comparing texts is much cheaper than hashing one, and mostly a rollout has two or three. */
  private readonly recent: Remembered[] = [];

  constructor(
    private readonly shapes: Shapes,
    private readonly generationLength: number = GENERATION_LENGTH,
  ) {}

  /**
   * The schema of one table info, given as exactly its text.
   * @param where names the value in errors
   * @throws LockstepError UNREADABLE_VALUE with `where` and the place of the fault
   */
  read(text: string, where = 'table info'): KnownSchema {
    const key = tableInfoKey(text);
    for (const remembered of this.recent) if (remembered.key === key) return remembered.known;
    const known = this.find(key) ?? this.parse(text, where);
    if (!this.young.has(key)) this.remember(key, known);
    this.recent.unshift({ key, known });
    if (this.recent.length > RECENT) this.recent.pop();
    return known;
  }

  private find(key: string): KnownSchema | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  private parse(text: string, where: string): KnownSchema {
    const schema = readTableInfo(text, where);
    return { schema, shape: this.shapes.intern(schema) };
  }

  private remember(key: string, known: KnownSchema): void {
    if (this.youngLength + key.length > this.generationLength) {
      this.old = this.young;
      this.young = new Map();
      this.youngLength = 0;
    }
    this.young.set(key, known);
    this.youngLength += key.length;
  }
}
