import { ByteReader } from './byte-reader';
import { LogType } from './log-type';

/** A column as a row event has it: how its bytes are laid out, not what they mean. */
export interface LogColumn {
  /** A `LogType`. */
  readonly type: number;
  /** Of the type: length of a length, digits, precision and scale, … */
  readonly meta: number;
}

/** What a table looks like in the row events that follow. */
export interface TableMap {
  readonly id: number;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly LogColumn[];
}

/** @throws LockstepError PLUGIN_FAILED */
export function parseTableMap(body: Buffer): TableMap {
  const reader = new ByteReader(body);
  const id = reader.uint(6);
  reader.skip(2);
  const schema = reader.take(reader.uint(1)).toString('utf8');
  reader.skip(1);
  const table = reader.take(reader.uint(1)).toString('utf8');
  reader.skip(1);
  const types = reader.take(reader.packed());
  const metas = new ByteReader(reader.take(reader.packed()));
  return { id, schema, table, columns: [...types].map((type) => readColumn(type, metas)) };
}

function readColumn(type: number, metas: ByteReader): LogColumn {
  switch (type) {
    case LogType.float:
    case LogType.double:
    case LogType.blob:
    case LogType.json:
    case LogType.geometry:
    case LogType.timestamp2:
    case LogType.datetime2:
    case LogType.time2:
    case LogType.blobCompressed:
      return { type, meta: metas.uint(1) };
    case LogType.varchar:
    case LogType.varString:
    case LogType.bit:
    case LogType.decimal:
    case LogType.varcharCompressed:
      return { type, meta: metas.uint(2) };
    case LogType.string:
    case LogType.enum:
    case LogType.set:
      return readStringColumn(metas.uint(1), metas.uint(1));
    default:
      return { type, meta: 0 };
  }
}

/** ENUM and SET are written as strings whose first byte is the type; long CHARs hide two bits of the length in it. */
function readStringColumn(first: number, second: number): LogColumn {
  if (first === LogType.enum || first === LogType.set) return { type: first, meta: second };
  const high = ((first & 0x30) ^ 0x30) << 4;
  return { type: LogType.string, meta: high | second };
}
