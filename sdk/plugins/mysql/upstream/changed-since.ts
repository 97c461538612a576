import { parseStatement, splitStatement } from '../../../../src/core/ddl';
import type { Statement } from '../../../../src/core/ddl/ast';
import { LockstepError } from '../../../../src/core/model/error';
import type { UpstreamTableName } from '../../../plugin';

/** A statement of the log. */
interface Logged {
  readonly sql: string;
  /** The database that names without one are of. */
  readonly schema: string;
}

/** Whether a statement is about a table; one that can't be parsed may be. */
export function isAbout({ sql, schema }: Logged, name: UpstreamTableName): boolean {
  const statement = parsed(sql);
  if (statement === null) return sql.includes(name.table);
  return tablesOf(statement, schema).some(({ schema: database, table }) => isSame({ schema: database, table }, name));
}

/** Follows statements since a place: which tables were made behind it, and whether one changes a table that was there. */
export class ChangedSince {
  readonly #made: UpstreamTableName[] = [];

  /** @param isWanted whether it matters that a table, or one of a database, has changed */
  constructor(private readonly isWanted: (schema: string, table: string | null) => boolean) {}

  /** Whether a table was made behind the place. */
  isMade(name: UpstreamTableName): boolean {
    return this.#made.some((made) => isSame(made, name));
  }

  /** @returns whether the statement may have changed a wanted table that was there at the place */
  take({ sql, schema }: Logged): boolean {
    const statement = parsed(sql);
    if (statement === null) return true;
    if (statement.kind === 'drop-database') return this.isWanted(statement.name, null);
    const tables = tablesOf(statement, schema);
    if (isNewTable(statement)) {
      this.#made.push(...tables.slice(0, 1));
      return false;
    }
    return tables.some((name) => !this.isMade(name) && this.isWanted(name.schema, name.table));
  }
}

/** A `CREATE TABLE` that no table of the name can have been in the way of. */
function isNewTable(statement: Statement): boolean {
  return (
    (statement.kind === 'create-table' || statement.kind === 'create-table-like') &&
    !statement.orReplace &&
    !statement.ifNotExists
  );
}

function tablesOf(statement: Statement, schema: string): readonly UpstreamTableName[] {
  return splitStatement(statement, schema)
    .flatMap((piece) => piece.tables)
    .map(([database, table]) => ({ schema: database, table }));
}

function isSame(a: UpstreamTableName, b: UpstreamTableName): boolean {
  return a.schema === b.schema && a.table === b.table;
}

/** Null: it can't be parsed. */
function parsed(sql: string): Statement | null {
  try {
    return parseStatement(sql);
  } catch (error) {
    if (error instanceof LockstepError) return null;
    throw error;
  }
}
