import type { DatabaseOption } from '../../../../src/core/ddl/ast';
import type { Position } from '../../../plugin';
import type { ServerConnection } from '../connection';
import { sqlLiteral } from '../values/sql-literal';
import type { EncodedBytes } from '../values/text';
import { comparePositions } from './log-position';

/** A charset with a collation, by their names. */
export interface CharacterSet {
  readonly charset: string;
  readonly collation: string;
}

/** Of each database no more statements are remembered. */
const MOST_TOLD = 100;

/** The server's collations by number, and the defaults of its databases. */
export class Charsets {
  readonly #collations = new Map<number, CharacterSet>();
  /** The collation that each charset has if nobody says one. */
  readonly #defaults = new Map<string, string>();
  #databases: ReadonlyMap<string, CharacterSet> | null = null;
  /** What the log has told of each database, in its order; null: it has gone, or perhaps come. */
  readonly #told = new Map<string, readonly { readonly at: Position; readonly set: CharacterSet | null }[]>();

  constructor(private readonly open: () => Promise<ServerConnection>) {}

  /** Of a collation's number; null: the server has none of that number. */
  async collation(number: number): Promise<CharacterSet | null> {
    await this.#readCollations();
    return this.#collations.get(number) ?? null;
  }

  /** A text in a charset that only servers read. @throws ServerError for bytes that aren't of the charset */
  async textOf(bytes: EncodedBytes): Promise<string> {
    let text = '';
    await this.#ask(`SELECT CONVERT(${sqlLiteral(bytes)} USING utf8mb4) AS text`, (row) => (text = row.text('text')));
    return text;
  }

  /** The default of a database at a place, as the log has told it, else as it is now; null: there is none of that name. */
  async database(name: string, at: Position): Promise<CharacterSet | null> {
    const told = this.#told.get(name)?.findLast((known) => comparePositions(known.at, at) < 0)?.set ?? null;
    if (told !== null) return told;
    this.#databases ??= await this.#readDatabases();
    return this.#databases.get(name) ?? null;
  }

  /** A database gets what its statement says; `otherwise` where that says nothing; null: what it had. */
  async databaseTold(
    name: string,
    at: Position,
    options: readonly DatabaseOption[],
    otherwise: CharacterSet | null,
  ): Promise<void> {
    await this.#readCollations();
    const said = (wanted: DatabaseOption['name']): string =>
      nameOf(options.findLast((option) => option.name === wanted)?.value ?? '');
    const [charset, collation] = [said('charset'), said('collate')];
    const byCollation = [...this.#collations.values()].find((known) => known.collation === collation);
    const set =
      byCollation ??
      (charset === '' ? otherwise : { charset, collation: this.#defaults.get(charset) ?? `${charset}_bin` });
    if (set !== null) this.#tell(name, at, set);
  }

  /** A database has gone, or perhaps come: only the server knows. */
  forgetDatabase(name: string, at: Position): void {
    this.#tell(name, at, null);
    this.#databases = null;
  }

  #tell(name: string, at: Position, set: CharacterSet | null): void {
    // Read again it is known already.
    const others = (this.#told.get(name) ?? []).filter((known) => comparePositions(known.at, at) !== 0);
    const told = [...others, { at, set }].sort((a, b) => comparePositions(a.at, b.at));
    this.#told.set(name, told.slice(-MOST_TOLD));
  }

  async #readCollations(): Promise<void> {
    if (this.#collations.size > 0) return;
    await this.#ask(
      'SELECT ID, COLLATION_NAME, CHARACTER_SET_NAME, IS_DEFAULT FROM information_schema.COLLATIONS WHERE ID IS NOT NULL',
      (row) => {
        const [charset, collation] = [nameOf(row.text('CHARACTER_SET_NAME')), nameOf(row.text('COLLATION_NAME'))];
        this.#collations.set(row.number('ID'), { charset, collation });
        if (row.text('IS_DEFAULT') === 'Yes') this.#defaults.set(charset, collation);
      },
    );
  }

  async #readDatabases(): Promise<ReadonlyMap<string, CharacterSet>> {
    const databases = new Map<string, CharacterSet>();
    await this.#ask(
      'SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA',
      (row) => {
        const collation = nameOf(row.text('DEFAULT_COLLATION_NAME'));
        databases.set(row.text('SCHEMA_NAME'), { charset: nameOf(row.text('DEFAULT_CHARACTER_SET_NAME')), collation });
      },
    );
    return databases;
  }

  async #ask(sql: string, take: (row: Awaited<ReturnType<ServerConnection['rows']>>[number]) => void): Promise<void> {
    const connection = await this.open();
    try {
      for (const row of await connection.rows(sql)) take(row);
    } finally {
      connection.close();
    }
  }
}

/** As the core names it: the older name of utf8mb3. */
function nameOf(name: string): string {
  return name.toLowerCase().replace(/^utf8mb3(?=_|$)/u, 'utf8');
}
