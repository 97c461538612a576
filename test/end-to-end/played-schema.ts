/** One DDL of a rollout: what it does to the columns of a table, and its text for the target. */
export interface PlayedDdl {
  readonly text: string;
  readonly apply: (columns: readonly PlayedColumn[]) => readonly PlayedColumn[];
}

/** A column as its table is written. */
export interface PlayedColumn {
  readonly name: string;
  readonly type: string;
}

/** The columns that every table has at first. */
export const FIRST_COLUMNS: readonly PlayedColumn[] = [
  { name: 'id', type: 'BIGINT NOT NULL' },
  { name: 'note', type: 'VARCHAR(20)' },
];

/** The `CREATE TABLE` of an upstream table. */
export function createTableOf(table: string, columns: readonly PlayedColumn[]): string {
  const lines = columns.map(({ name, type }) => `\`${name}\` ${type}`);
  return `CREATE TABLE \`${table}\` (${lines.join(', ')}, PRIMARY KEY (\`id\`))`;
}

/** Makes the DDLs of one target. */
export class DdlWriter {
  constructor(private readonly target: { readonly schema: string; readonly table: string }) {}

  addColumn(name: string, type: string): PlayedDdl {
    return this.#ddl(`ADD COLUMN \`${name}\` ${type}`, (columns) => [...columns, { name, type }]);
  }

  dropColumn(name: string): PlayedDdl {
    return this.#ddl(`DROP COLUMN \`${name}\``, (columns) => columns.filter((column) => column.name !== name));
  }

  modifyColumn(name: string, type: string): PlayedDdl {
    return this.#ddl(`MODIFY COLUMN \`${name}\` ${type}`, (columns) =>
      columns.map((column) => (column.name === name ? { name, type } : column)),
    );
  }

  renameColumn(from: string, to: string): PlayedDdl {
    return this.#ddl(`RENAME COLUMN \`${from}\` TO \`${to}\``, (columns) =>
      columns.map((column) => (column.name === from ? { ...column, name: to } : column)),
    );
  }

  #ddl(spec: string, apply: PlayedDdl['apply']): PlayedDdl {
    return { text: `ALTER TABLE \`${this.target.schema}\`.\`${this.target.table}\` ${spec}`, apply };
  }
}
