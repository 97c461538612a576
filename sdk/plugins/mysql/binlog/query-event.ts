import { ByteReader, brokenEvent } from './byte-reader';

/** A statement in the log, with what its session had. */
export interface QueryEvent {
  /** The current database; empty: none. */
  readonly schema: string;
  /** In the charset of `clientCollation`. */
  readonly sql: Buffer;
  readonly ansiQuotes: boolean;
  readonly noBackslashEscapes: boolean;
  /** The collation's number of the text itself; null: not said. */
  readonly clientCollation: number | null;
  /** That which new databases get; null: not said. */
  readonly serverCollation: number | null;
}

const ANSI_QUOTES = 0x4n;
const NO_BACKSLASH_ESCAPES = 0x100000n;

/** Codes of status variables, with what follows each: a fixed number of bytes, or a text behind its length. */
const Status = { flags: 0, sqlMode: 1, charset: 4, updatedDatabases: 12 } as const;

/** Sizes of the other variables. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [Status.flags, 4],
  // AUTO_INCREMENT's steps, names of times, what LOAD DATA takes files for, tables of an update, a master's position.
  [3, 4],
  [7, 2],
  [8, 2],
  [9, 8],
  [10, 4],
  // Microseconds; of MySQL: defaults of TIMESTAMP, the transaction of a DDL, the collation of utf8mb4, what a table must have.
  [13, 3],
  [16, 1],
  [17, 8],
  [18, 2],
  [19, 1],
  [20, 1],
  // Of MariaDB: parts of a microsecond, the transaction of a DDL.
  [128, 3],
  [129, 8],
]);

/** @throws LockstepError PLUGIN_FAILED */
export function parseQueryEvent(body: Buffer): QueryEvent {
  const reader = new ByteReader(body);
  reader.skip(8);
  const schemaLength = reader.uint(1);
  reader.skip(2);
  const status = readStatus(reader.take(reader.uint(2)));
  const schema = reader.take(schemaLength).toString('utf8');
  reader.skip(1);
  return { schema, sql: reader.rest(), ...status };
}

function readStatus(bytes: Buffer): Omit<QueryEvent, 'schema' | 'sql'> {
  const reader = new ByteReader(bytes);
  let sqlMode = 0n;
  let [clientCollation, serverCollation]: (number | null)[] = [null, null];
  while (reader.remaining > 0) {
    const code = reader.uint(1);
    if (code === Status.sqlMode) sqlMode = reader.uint64();
    else if (code === Status.charset) {
      clientCollation = reader.uint(2);
      reader.skip(2);
      serverCollation = reader.uint(2);
    } else if (!skipStatus(reader, code)) break;
  }
  const has = (flag: bigint): boolean => (sqlMode & flag) !== 0n;
  return {
    ansiQuotes: has(ANSI_QUOTES),
    noBackslashEscapes: has(NO_BACKSLASH_ESCAPES),
    clientCollation: clientCollation ?? null,
    serverCollation: serverCollation ?? null,
  };
}

/** @returns false: a code of a later version; what is looked for here always comes before those */
function skipStatus(reader: ByteReader, code: number): boolean {
  const size = SIZES.get(code);
  if (size !== undefined) reader.skip(size);
  else if (code === 2) reader.skip(reader.uint(1) + 1);
  else if (code === 5 || code === 6) reader.skip(reader.uint(1));
  else if (code === 11) for (let part = 0; part < 2; part += 1) reader.skip(reader.uint(1));
  else if (code === Status.updatedDatabases) skipNames(reader);
  else return false;
  return true;
}

/** The names of databases that a statement changes, each ending with a zero; 254: too many, so none. */
function skipNames(reader: ByteReader): void {
  const count = reader.uint(1);
  if (count === 254) return;
  for (let name = 0; name < count; name += 1) while (reader.uint(1) !== 0);
  if (count > 254) throw brokenEvent('a list of databases');
}
