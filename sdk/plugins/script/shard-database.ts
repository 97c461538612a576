import { parseStatement } from '../../../src/core/ddl';
import type { Expression } from '../../../src/core/ddl/ast';
import { LockstepError } from '../../../src/core/model/error';
import { lowerName } from '../../../src/core/table/lower-name';
import type { JsonValue, Row, RowChangeKind, RowImages, UpstreamTableName } from '../../plugin';
import { MemoryDatabase, SqlError } from '../database';
import type { MemoryTable } from '../database';
import { evaluate, holds } from './evaluate';
import { parseRowStatement } from './row-statement';
import { placed } from './script-text';
import type { Place } from './script-text';
import type { RowStatement } from './row-statement';

/** What a statement did, as a binlog tells it; null: nothing that one tells. */
export type StatementEffect =
  | { readonly kind: 'ddl'; readonly schema: string; readonly sql: string }
  | {
      readonly kind: 'rows';
      readonly table: UpstreamTableName;
      readonly change: RowChangeKind;
      readonly rows: readonly RowImages[];
    }
  | null;

/** The database of one source, which executes the script's statements. */
export class ShardDatabase {
  readonly tables = new MemoryDatabase();
  #current: string;

  /** @param schema the current database until a `USE` */
  constructor(schema: string) {
    this.#current = schema;
  }

  /**
   * Execute a statement.
   * @param begin where it begins in the script
   * @throws LockstepError DDL_… with the line of the script, also for what MySQL would refuse; with the column of what
   *   doesn't parse
   */
  execute(sql: string, begin: Place): StatementEffect {
    const { line } = begin;
    try {
      return placed(begin, () => this.#execute(sql));
    } catch (error) {
      if (error instanceof LockstepError && typeof error.fields['column'] === 'number') throw error;
      if (error instanceof LockstepError)
        throw new LockstepError(error.code, `line ${line} of the script: ${error.message}`, { ...error.fields, line });
      if (!(error instanceof SqlError)) throw error;
      throw new LockstepError('DDL_NOT_APPLICABLE', `line ${line} of the script: ${error.message}`, {
        line,
        number: error.number,
      });
    }
  }

  #execute(sql: string): StatementEffect {
    const use = /^\s*use\s+`?([^\s`]+)`?\s*$/iu.exec(sql)?.[1];
    if (use !== undefined) {
      this.#current = use;
      return null;
    }
    const rows = parseRowStatement(sql);
    if (rows !== null) return this.#changeRows(rows);
    this.tables.apply(parseStatement(sql), this.#current);
    return { kind: 'ddl', schema: this.#current, sql };
  }

  #changeRows(statement: RowStatement): StatementEffect {
    const table = { schema: statement.table.schema ?? this.#current, table: statement.table.table };
    const content = this.tables.table(table.schema, table.table);
    const rows = changeRows(content, statement, this.tables.now);
    return rows.length === 0 ? null : { kind: 'rows', table, change: statement.kind, rows };
  }
}

function changeRows(content: MemoryTable, statement: RowStatement, nowText: string): RowImages[] {
  switch (statement.kind) {
    case 'insert': {
      const columns = statement.columns ?? content.columns.map(({ name }) => name);
      return statement.rows.map((values) => {
        if (values.length !== columns.length)
          throw new LockstepError('DDL_NOT_APPLICABLE', `${columns.length} columns, but ${values.length} values`);
        const given = Object.fromEntries(columns.map((column, index) => [column, valueAt(values[index])]));
        const after = content.complete(given, nowText);
        content.insert(after, false);
        return { after: named(content, after) };
      });
    }
    case 'update':
      return chosen(content, statement.where).map((before) => {
        const set = statement.set.map(({ column, value }) => [lowerName(column), evaluate(value, before)] as const);
        const after = content.complete({ ...before, ...Object.fromEntries(set) }, nowText);
        content.remove(before);
        content.insert(after, false);
        return { before: named(content, before), after: named(content, after) };
      });
    case 'delete':
      return chosen(content, statement.where).map((before) => {
        content.remove(before);
        return { before: named(content, before) };
      });
  }
}

function chosen(content: MemoryTable, where: Expression | null): Row[] {
  return [...content.rows].filter((row) => holds(where, row));
}

function valueAt(expression: Expression | undefined): JsonValue {
  return expression === undefined ? null : evaluate(expression, {});
}

/** A row with its columns as the table writes them. */
function named({ columns }: MemoryTable, row: Row): Row {
  return Object.fromEntries(columns.map(({ name }) => [name, row[lowerName(name)] ?? null]));
}
