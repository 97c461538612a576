import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createTableText } from '../../../src/core/table/create-table';
import { parseJson } from '../../../src/core/wire/json-reader';
import type { JsonValue as StoredValue } from '../../../src/core/wire/json-reader';
import type { Checkpoint, JsonValue, Row, TableCheckpoint } from '../../plugin';
import { MemoryDatabase } from '../database';

/** What a file holds. */
export interface StoredContent {
  readonly database: MemoryDatabase;
  /** By source. */
  readonly checkpoints: Map<string, Checkpoint>;
}

/**
 * Keeps tables and checkpoints in one JSON file, which is replaced as a whole: a killed process leaves the old content or
 * the new one. It is written with every change, so it is for small tables: demonstrations and tests.
 */
export class StoredFile {
  constructor(private readonly path: string) {}

  /** What the file says; null: there is none. @throws LockstepError UNREADABLE_VALUE with the field's place */
  read(): StoredContent | null {
    if (!existsSync(this.path)) return null;
    const stored = parseJson(readFileSync(this.path, 'utf8'), this.path);
    if (stored.field('version').count() !== 1) stored.field('version').fail('this program knows version 1');
    const database = new MemoryDatabase();
    stored.field('tables').list((table) => readTable(database, table));
    return { database, checkpoints: stored.field('checkpoints').map(readCheckpoint) };
  }

  write({ database, checkpoints }: StoredContent): void {
    const tables = database.list().map(({ schema, table, content }) => ({
      schema,
      table,
      createTable: createTableText(content.schema),
      rows: [...content.rows],
    }));
    const temporary = `${this.path}.new`;
    const fd = openSync(temporary, 'w');
    try {
      writeSync(fd, JSON.stringify({ version: 1, checkpoints: Object.fromEntries(checkpoints), tables }));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, this.path);
  }
}

/** A checkpoint as it came as JSON. @throws LockstepError UNREADABLE_VALUE */
export function readCheckpoint(value: StoredValue): Checkpoint {
  return {
    version: 1,
    position: value.field('position').nullable(readJson),
    schemas: value.field('schemas').list((schema) => schema.text()),
    tables: value.field('tables').list(readTableCheckpoint),
  };
}

function readTable(database: MemoryDatabase, value: StoredValue): void {
  const [schema, table] = [value.field('schema').text(), value.field('table').text()];
  database.execute(value.field('createTable').text(), schema);
  const content = database.table(schema, table);
  value.field('rows').list((row) => content.insert(readRow(row), false));
}

function readRow(value: StoredValue): Row {
  return Object.fromEntries(value.map(readJson));
}

function readTableCheckpoint(value: StoredValue): TableCheckpoint {
  const carriedOut = value.field('carriedOut').nullable((field) => ({
    revision: field.field('revision').text(),
    position: readJson(field.field('position')),
    createTable: field.field('createTable').count(),
  }));
  return {
    schema: value.field('schema').text(),
    table: value.field('table').text(),
    createTable: value.field('createTable').count(),
    // Absent and null say different things: not behind, and nothing handled yet.
    ...(value.names().includes('at') ? { at: value.field('at').nullable(readJson) } : {}),
    ...(carriedOut === null ? {} : { carriedOut }),
    ...(value.names().includes('ahead') ? { ahead: value.field('ahead').count() } : {}),
  };
}

/** JSON that only its owner understands. */
function readJson(value: StoredValue): JsonValue {
  return JSON.parse(value.json()) as JsonValue;
}
