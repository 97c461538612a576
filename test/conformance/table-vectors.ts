import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { replaceLoneSurrogates, textOfByteString } from '../../src/core/table/byte-string';
import { ColumnFlag, TypeCode } from '../../src/core/table/column-type';
import { KEY_FLAGS, keyRolesOf } from '../../src/core/table/key-role';
import type { Shape } from '../../src/core/table/shape';
import type { TableSchema } from '../../src/core/table/table-schema';
import { JsonValue } from '../../src/core/wire/json-reader';
import { readTableInfo } from '../../src/core/wire/table-info';
import { readVectorFile } from './vector-file';

/** One line of a schema-tables file. */
export interface TableVector {
  readonly sql: string;
  readonly canon: string;
  /** The schema that the recorded table info holds. */
  readonly schema: TableSchema;
}

/** A line of a schema-tables file. @throws LockstepError UNREADABLE_VALUE if it isn't one */
export function readTableVector(line: unknown): TableVector {
  const value = JsonValue.root(line, 'line of a schema-tables file');
  return {
    sql: value.field('sql').text(),
    canon: value.field('canon').text(),
    schema: readTableInfo(JSON.stringify(infoOf(line))),
  };
}

/** The table info goes through its own text, as it comes from the store. */
function infoOf(line: unknown): unknown {
  return typeof line === 'object' && line !== null && 'info' in line ? line.info : null;
}

let lastLines: readonly unknown[] | null = null;

/** Remember the lines of a schema-tables file for the schema-pairs files that come after it in the same call. */
export function rememberTables(lines: readonly unknown[]): void {
  lastLines = lines;
}

/** The lines of the schema-tables file that was judged last, else of the one in `folder`. Throws if there is none. */
export function findTables(folder: string): readonly unknown[] {
  return lastLines ?? readTables(folder);
}

function readTables(folder: string): readonly unknown[] {
  const plain = join(folder, 'schema-tables.jsonl');
  const packed = `${plain}.gz`;
  if (!existsSync(plain) && !existsSync(packed)) {
    throw new Error(`no schema-tables file before this one in the call, and neither ${plain} nor ${packed} exists`);
  }
  return readVectorFile(existsSync(plain) ? plain : packed);
}

/** The predicate of deviation 7: column key flags that the indexes don't imply. */
export function hasOddKeyFlags(shape: Shape): boolean {
  const roles = keyRolesOf(shape.indexes);
  return shape.columns.some((column) => (column.keyRole & KEY_FLAGS) !== (roles.get(column.name) ?? 0));
}

/** The predicate of deviation 8: a BIT or BINARY default that isn't UTF-8, so that DM's JSON holds U+FFFD in it. */
export function hasDamagedDefault(schema: TableSchema): boolean {
  return schema.columns.some(({ type, defaultValue }) => {
    if (defaultValue === null) return false;
    const isBytes = type.code === TypeCode.bit || (type.flags & ColumnFlag.binary) !== 0;
    const text = type.code === TypeCode.bit ? textOfByteString(defaultValue) : defaultValue;
    return isBytes && replaceLoneSurrogates(text).includes('\ufffd');
  });
}
