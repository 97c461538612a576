import { parseStatement } from '../../src/core/ddl';
import { buildTable } from '../../src/core/ddl/tracker';
import { LockstepError } from '../../src/core/model/error';
import type { TableSchema } from '../../src/core/table/table-schema';
import type { Checkpoint, Position, TableCheckpoint, TargetName } from '../plugin';
import type { EngineContext } from './context';
import type { Order } from './order';
import { schemaText } from './shard';
import type { Shard } from './shard';

/** What a restart from here needs. */
export function writeCheckpoint(context: EngineContext, orders: Iterable<Order>): Checkpoint {
  const schemas = new SchemaList();
  const carriedOut = new Map<Shard, TableCheckpoint['carriedOut']>();
  for (const order of orders) {
    const revision = order.carriedOut;
    if (revision === null) continue;
    for (const { shard, alteration } of order.held) {
      const createTable = schemas.indexOf(alteration.after, shard.target);
      carriedOut.set(shard, { revision, position: alteration.position, createTable });
    }
  }
  const tables = [...context.shards.all].map((shard) => writeTable(shard, schemas, carriedOut.get(shard)));
  return { version: 1, position: context.timeline.head, schemas: schemas.texts, tables };
}

function writeTable(shard: Shard, schemas: SchemaList, carriedOut: TableCheckpoint['carriedOut']): TableCheckpoint {
  const { table, schema, target, isBehind, at, ahead } = shard;
  return {
    ...table,
    createTable: schemas.indexOf(schema, target),
    ...(isBehind ? { at } : {}),
    ...(carriedOut === undefined ? {} : { carriedOut }),
    ...(ahead === null ? {} : { ahead: schemas.indexOf(ahead, target) }),
  };
}

/** Texts of schemas, each once. */
class SchemaList {
  readonly texts: string[] = [];
  readonly #known = new Map<string, number>();

  indexOf(schema: TableSchema, target: TargetName): number {
    const text = schemaText(schema, target);
    const known = this.#known.get(text) ?? this.texts.push(text) - 1;
    this.#known.set(text, known);
    return known;
  }
}

/** Reads the schemas of a checkpoint, each once. */
export class CheckpointSchemas {
  readonly #read = new Map<number, TableSchema>();

  constructor(private readonly checkpoint: Checkpoint) {}

  /** @throws LockstepError UNREADABLE_VALUE if there is no such schema, or it can't be read */
  at(index: number): TableSchema {
    const known = this.#read.get(index) ?? readSchema(this.checkpoint.schemas[index]);
    this.#read.set(index, known);
    return known;
  }
}

/** The schema that a `CREATE TABLE` text makes. @throws LockstepError UNREADABLE_VALUE with the reason */
function readSchema(text: string | undefined): TableSchema {
  try {
    const statement = text === undefined ? null : parseStatement(text);
    if (statement?.kind === 'create-table') return { ...buildTable(statement), autoIncrementId: 0n };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    throw new LockstepError('UNREADABLE_VALUE', `a schema of the checkpoint can't be read: ${error.message}`);
  }
  throw new LockstepError('UNREADABLE_VALUE', 'the checkpoint names a schema that it doesn’t hold');
}

/** Where reading begins: the least place of all that a checkpoint names, and of what was carried out behind. */
export function startOf(
  checkpoint: Checkpoint,
  isBefore: (a: Position | null, b: Position | null) => boolean,
): Position | null {
  let start = checkpoint.position;
  for (const { at } of checkpoint.tables) if (at !== undefined && isBefore(at, start)) start = at;
  return start;
}
