import { LockstepError } from '../../../src/core/model/error';
import { invariant } from '../../../src/core/model/invariant';
import { createTableText } from '../../../src/core/table/create-table';
import type { Position, UpstreamEvent, UpstreamPlugin, UpstreamTableName } from '../../plugin';
import type { NamedTable } from '../database';
import { sleep, systemTiming } from '../../timing';
import type { Timing } from '../../timing';
import { MemoryGates } from './gates';
import type { Gates } from './gates';
import { parseScript } from './script-text';
import type { ScriptItem } from './script-text';
import { ShardDatabase } from './shard-database';
import type { StatementEffect } from './shard-database';

/** What a script is played with. */
export interface ScriptUpstreamOptions {
  /** The script: SQL statements, and `-- @mark`, `-- @wait`, `-- @sleep`, `-- @begin` lines. */
  readonly text: string;
  /** The current database until a `USE`; `test` if absent. */
  readonly schema?: string;
  /** What `@wait` waits at; absent: gates that are never opened. */
  readonly gates?: Gates;
  readonly timing?: Timing;
}

/**
 * An upstream that plays a script of DDL and rows, as the binlog of a source whose databases it keeps itself. A position
 * is the number of items of the script behind it. More may be appended while it is read.
 */
export class ScriptUpstream implements UpstreamPlugin {
  readonly #items: ScriptItem[];
  readonly #begin: number;
  readonly #schema: string;
  readonly #gates: Gates;
  readonly #timing: Timing;
  /** The database as it is behind so many items. */
  #played: { database: ShardDatabase; items: number };
  #appended: () => void = () => undefined;

  /** @throws LockstepError DDL_SYNTAX with the line */
  constructor({ text, schema = 'test', gates = new MemoryGates(), timing = systemTiming }: ScriptUpstreamOptions) {
    this.#items = [...parseScript(text)];
    this.#begin = this.#items.findIndex(({ kind }) => kind === 'begin') + 1;
    this.#schema = schema;
    this.#gates = gates;
    this.#timing = timing;
    this.#played = this.#start();
  }

  /** More of the script. @throws LockstepError DDL_SYNTAX with the line of `text` */
  append(text: string): void {
    this.#items.push(...parseScript(text));
    this.#appended();
  }

  /** The tables of the source as they are at the end of the script. */
  shards(): readonly NamedTable[] {
    return this.#playTo(this.#items.length).tables.list();
  }

  tables(): Promise<readonly UpstreamTableName[]> {
    const tables = this.#playTo(this.#begin).tables.list();
    return Promise.resolve(tables.map(({ schema, table }) => ({ schema, table })));
  }

  createTable({ schema, table }: UpstreamTableName, position: Position | null): Promise<string> {
    return new Promise((resolve) => {
      const database = this.#playTo(position === null ? this.#begin : itemsOf(position));
      resolve(createTableText(database.tables.table(schema, table).schema));
    });
  }

  async *read(from: Position | null, signal: AbortSignal): AsyncGenerator<UpstreamEvent, void, undefined> {
    let position = from === null ? this.#begin : itemsOf(from);
    while (!signal.aborted) {
      const item = this.#items[position];
      if (item === undefined) {
        yield { kind: 'idle', position };
        await this.#untilAppended(position, signal);
        continue;
      }
      if (item.kind === 'wait') {
        yield { kind: 'idle', position };
        await this.#gates.pass(item.name, signal);
      }
      if (item.kind === 'sleep') await sleep(this.#timing, item.delayMs, signal);
      if (hasEnded(signal)) return;
      const event = this.#play(position);
      position += 1;
      if (event !== null) yield event;
    }
  }

  compare(a: Position, b: Position): number {
    return itemsOf(a) - itemsOf(b);
  }

  close(): Promise<void> {
    this.#appended();
    return Promise.resolve();
  }

  /** The event of the item at `index`; null: nobody is told of it. */
  #play(index: number): UpstreamEvent | null {
    const database = this.#playTo(index);
    const item = this.#items[index];
    invariant(item !== undefined, 'an item that is played is there');
    this.#played = { database, items: index + 1 };
    const position = index + 1;
    if (item.kind === 'mark') return { kind: 'mark', position, name: item.name };
    if (item.kind !== 'statement') return null;
    const effect = this.#execute(database, item);
    return effect === null ? null : { ...effect, position };
  }

  /** A statement that fails may have changed some rows, so what comes after it is played anew. */
  #execute(database: ShardDatabase, statement: Extract<ScriptItem, { kind: 'statement' }>): StatementEffect {
    try {
      return database.execute(statement.sql, statement);
    } catch (error) {
      this.#played = this.#start();
      throw error;
    }
  }

  /** The database behind so many items: played on from where it is, or anew if that is behind. */
  #playTo(items: number): ShardDatabase {
    if (items > this.#items.length)
      throw new LockstepError('INVALID_INPUT', `the script has ${this.#items.length} items, not ${items}`);
    if (this.#played.items > items) this.#played = this.#start();
    const { database } = this.#played;
    for (const item of this.#items.slice(this.#played.items, items)) {
      if (item.kind === 'statement') this.#execute(database, item);
      this.#played.items += 1;
    }
    return database;
  }

  #start(): { database: ShardDatabase; items: number } {
    return { database: new ShardDatabase(this.#schema), items: 0 };
  }

  async #untilAppended(position: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#items.length > position) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#appended = end;
      signal.addEventListener('abort', end);
    });
  }
}

/** Whether the reader wants no more, which changes while it waits. */
function hasEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

function itemsOf(position: Position): number {
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0) return position;
  throw new LockstepError('INVALID_INPUT', `not a position of a script: ${JSON.stringify(position)}`);
}
