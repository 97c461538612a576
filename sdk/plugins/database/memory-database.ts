import { parseStatement, splitStatement } from '../../../src/core/ddl';
import type { AlterTable, CreateIndex, DropIndex, Statement, TableName } from '../../../src/core/ddl/ast';
import { applyStatement, buildTable, createLike } from '../../../src/core/ddl/tracker';
import { invariant, unreachable } from '../../../src/core/model/invariant';
import { lowerName } from '../../../src/core/table/lower-name';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { alterRows } from './alter-rows';
import { checkAlter } from './check-alter';
import { MemoryTable } from './memory-table';
import { refuse } from './sql-error';

/** A table's name with its database. */
export interface QualifiedName {
  readonly schema: string;
  readonly table: string;
}

/** A table of the database, with its name. */
export interface NamedTable extends QualifiedName {
  readonly content: MemoryTable;
}

/**
 * Databases with their tables, in memory: it really applies DDLs to the rows that it keeps, and refuses what MySQL's
 * strict mode would refuse. A statement that fails changes nothing.
 */
export class MemoryDatabase {
  readonly #tables = new Map<string, NamedTable>();
  readonly #databases = new Set<string>();

  /** @param nowText what CURRENT_TIMESTAMP is: fixed, so that the same statements give the same rows */
  constructor(private readonly nowText = '2000-01-01 00:00:00') {}

  /** A table; undefined: there is none. */
  find(schema: string, table: string): MemoryTable | undefined {
    return this.#tables.get(keyOf({ schema, table }))?.content;
  }

  /** A table. @throws SqlError 1146 */
  table(schema: string, table: string): MemoryTable {
    return this.find(schema, table) ?? refuse('tableMissing', `Table '${schema}.${table}' doesn't exist`);
  }

  /** All tables, by their names. */
  list(): readonly NamedTable[] {
    return [...this.#tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, named]) => named);
  }

  /** Add a table with its rows, or put it in the place of one of that name. */
  put(name: QualifiedName, content: MemoryTable): void {
    this.#databases.add(name.schema);
    this.#tables.set(keyOf(name), { schema: name.schema, table: name.table, content });
  }

  /** What rows get that say nothing for a column with the default CURRENT_TIMESTAMP. */
  get now(): string {
    return this.nowText;
  }

  /**
   * Execute one DDL statement.
   * @throws SqlError as MySQL refuses it; LockstepError DDL_SYNTAX, DDL_UNSUPPORTED, DDL_NOT_APPLICABLE
   */
  execute(sql: string, currentDatabase: string): void {
    this.apply(parseStatement(sql), currentDatabase);
  }

  /** Execute a statement that is parsed already. */
  apply(statement: Statement, currentDatabase: string): void {
    const complete = ({ schema, table }: TableName): QualifiedName => ({ schema: schema ?? currentDatabase, table });
    switch (statement.kind) {
      case 'create-table':
        return this.#create(complete(statement.name), statement, () => buildTable(statement));
      case 'create-table-like': {
        const source = complete(statement.source);
        const like = (): TableSchema =>
          createLike(this.table(source.schema, source.table).schema, statement.name.table);
        return this.#create(complete(statement.name), statement, like);
      }
      case 'alter-table':
        return this.#alter(statement, currentDatabase);
      case 'create-index':
      case 'drop-index':
        return this.#changeIndex(complete(statement.table), statement);
      case 'drop-table':
        return this.#drop(statement.names.map(complete), statement.ifExists);
      case 'rename-table':
        for (const { from, to } of statement.renames) {
          if (statement.ifExists && !this.#tables.has(keyOf(complete(from)))) continue;
          this.#rename(complete(from), complete(to));
        }
        return;
      case 'truncate-table': {
        const { schema, table } = complete(statement.name);
        this.table(schema, table).clear();
        return;
      }
      case 'create-database':
        if (statement.orReplace) this.#dropDatabase(statement.name, true);
        if (this.#databases.has(statement.name) && !statement.ifNotExists)
          refuse('databaseExists', `Can't create database '${statement.name}'; database exists`);
        this.#databases.add(statement.name);
        return;
      case 'drop-database':
        return this.#dropDatabase(statement.name, statement.ifExists);
      case 'alter-database':
        return;
      case 'other':
        return refuse('unsupported', `this database doesn't execute ${statement.name}`);
      default:
        return unreachable(statement);
    }
  }

  #create(
    name: QualifiedName,
    { ifNotExists, orReplace }: { readonly ifNotExists: boolean; readonly orReplace: boolean },
    make: () => TableSchema,
  ): void {
    if (this.#tables.has(keyOf(name)) && !orReplace) {
      if (ifNotExists) return;
      refuse('tableExists', `Table '${name.table}' already exists`);
    }
    this.put(name, new MemoryTable(make()));
  }

  /** Every change is carried out on the table as the one before left it; only the last one is put in its place. */
  #alter(statement: AlterTable, currentDatabase: string): void {
    const first = { schema: statement.name.schema ?? currentDatabase, table: statement.name.table };
    if (statement.ifExists && !this.#tables.has(keyOf(first))) return;
    let name: QualifiedName = first;
    let content = this.table(first.schema, first.table);
    for (const { statement: piece } of splitStatement(statement, currentDatabase)) {
      invariant(piece.kind === 'alter-table', 'an ALTER TABLE is split into ALTER TABLEs');
      const [spec] = piece.specs;
      invariant(spec !== undefined, 'a piece has a change');
      checkAlter(content.schema, spec);
      content = alterRows(content, applyStatement(content.schema, piece), spec, this.nowText);
      if (spec.kind === 'rename-table') name = { schema: spec.to.schema ?? currentDatabase, table: spec.to.table };
    }
    if (keyOf(name) !== keyOf(first)) this.#refuseExisting(name);
    this.#tables.delete(keyOf(first));
    this.put(name, content);
  }

  #changeIndex(name: QualifiedName, statement: CreateIndex | DropIndex): void {
    const { schema, rows } = this.table(name.schema, name.table);
    const isThere = schema.indexes.some((index) => lowerName(index.name) === lowerName(statement.indexName));
    const isReplaced = statement.kind === 'create-index' && statement.orReplace;
    if (statement.kind === 'create-index' && isThere && !statement.ifNotExists && !isReplaced)
      refuse('duplicateKeyName', `Duplicate key name '${statement.indexName}'`);
    if (statement.kind === 'drop-index' && !isThere && !statement.ifExists)
      refuse('cannotDrop', `Can't DROP '${statement.indexName}'; check that column/key exists`);
    if (!isReplaced && isThere === (statement.kind === 'create-index')) return;
    this.put(name, new MemoryTable(applyStatement(schema, statement), rows));
  }

  #drop(names: readonly QualifiedName[], ifExists: boolean): void {
    const missing = names.filter((name) => !this.#tables.has(keyOf(name)));
    if (missing.length > 0 && !ifExists)
      refuse('tableUnknown', `Unknown table '${missing.map(({ schema, table }) => `${schema}.${table}`).join(', ')}'`);
    for (const name of names) this.#tables.delete(keyOf(name));
  }

  #rename(from: QualifiedName, to: QualifiedName): void {
    const { schema, rows } = this.table(from.schema, from.table);
    this.#refuseExisting(to);
    this.#tables.delete(keyOf(from));
    this.put(to, new MemoryTable({ ...schema, name: to.table }, rows));
  }

  #refuseExisting(name: QualifiedName): void {
    if (this.#tables.has(keyOf(name))) refuse('tableExists', `Table '${name.table}' already exists`);
  }

  #dropDatabase(name: string, ifExists: boolean): void {
    if (!this.#databases.delete(name) && !ifExists)
      refuse('databaseMissing', `Can't drop database '${name}'; database doesn't exist`);
    for (const [key, { schema }] of this.#tables) if (schema === name) this.#tables.delete(key);
  }
}

function keyOf({ schema, table }: QualifiedName): string {
  return `${schema}\0${table}`;
}
