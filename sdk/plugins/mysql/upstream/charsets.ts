import type { ServerConnection } from '../connection';

/** A charset with a collation, by their names. */
export interface CharacterSet {
  readonly charset: string;
  readonly collation: string;
}

/** The server's collations by number, and the defaults of its databases. */
export class Charsets {
  readonly #collations = new Map<number, CharacterSet>();
  #databases: ReadonlyMap<string, CharacterSet> | null = null;

  constructor(private readonly open: () => Promise<ServerConnection>) {}

  /** Of a collation's number; null: the server has none of that number. */
  async collation(number: number): Promise<CharacterSet | null> {
    if (this.#collations.size === 0)
      await this.#ask(
        'SELECT ID, COLLATION_NAME, CHARACTER_SET_NAME FROM information_schema.COLLATIONS WHERE ID IS NOT NULL',
        (row) => {
          const names = { charset: row.text('CHARACTER_SET_NAME'), collation: row.text('COLLATION_NAME') };
          this.#collations.set(row.number('ID'), names);
        },
      );
    return this.#collations.get(number) ?? null;
  }

  /** The default of a database as it is now; null: there is none of that name. */
  async database(name: string): Promise<CharacterSet | null> {
    if (this.#databases === null) {
      const databases = new Map<string, CharacterSet>();
      await this.#ask(
        'SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA',
        (row) => {
          const collation = row.text('DEFAULT_COLLATION_NAME');
          databases.set(row.text('SCHEMA_NAME'), { charset: row.text('DEFAULT_CHARACTER_SET_NAME'), collation });
        },
      );
      this.#databases = databases;
    }
    return this.#databases.get(name) ?? null;
  }

  /** A database has come or changed. */
  forgetDatabases(): void {
    this.#databases = null;
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
