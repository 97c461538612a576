import { parseStatement } from '../../src/core/ddl';
import { buildTable } from '../../src/core/ddl/tracker';
import { LockstepError } from '../../src/core/model/error';
import type { Checkpoint, TargetName, UpstreamTableName } from '../plugin';
import type { EngineContext } from './context';
import type { EngineStart } from './engine-start';
import type { RevisionText } from './operation';
import type { HeldShard } from './order';
import { keyOfTable, makeShard, named } from './shard';
import { CheckpointSchemas } from './snapshot';

/** Shards for which an earlier run carried an operation out. */
export interface Resumed {
  readonly held: readonly HeldShard[];
  readonly revision: RevisionText;
}

/**
 * Make the shards that an engine begins with.
 * @returns what earlier runs carried out and may not have acknowledged
 * @throws LockstepError ROUTES_DISAGREE; UNREADABLE_VALUE of a checkpoint; PLUGIN_FAILED for a text of the upstream that
 *   isn't CREATE TABLE; DDL_SYNTAX, DDL_UNSUPPORTED
 */
export function restoreShards(context: EngineContext, start: EngineStart): readonly Resumed[] {
  if (start.kind === 'checkpoint') return restoreCheckpoint(context, start.checkpoint);
  for (const { table, createTable } of start.tables) {
    const target = context.options.routes.targetOf(table);
    if (target !== null) context.shards.add(makeShard(table, target, readTable(createTable, table)));
  }
  return [];
}

function readTable(sql: string, { schema, table }: UpstreamTableName) {
  try {
    const statement = parseStatement(sql);
    if (statement.kind === 'create-table') return buildTable(statement);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    const advice = 'change the table, or leave it out (ignore-tables of block-allow-list)';
    throw new LockstepError(error.code, `${schema}.${table} can't be merged: ${error.message}; ${advice}`, {
      ...error.fields,
      table: `${schema}.${table}`,
    });
  }
  throw new LockstepError(
    'PLUGIN_FAILED',
    `the upstream gave no CREATE TABLE of ${schema}.${table}: ${sql.slice(0, 120)}`,
    {
      plugin: 'upstream',
      table: `${schema}.${table}`,
    },
  );
}

function restoreCheckpoint(context: EngineContext, checkpoint: Checkpoint): readonly Resumed[] {
  const schemas = new CheckpointSchemas(checkpoint);
  const resumed = new Map<string, { held: HeldShard[]; revision: RevisionText }>();
  for (const { schema, table, createTable, at, carriedOut, ahead } of checkpoint.tables) {
    const name = { schema, table };
    const target = context.options.routes.targetOf(name);
    if (target === null) continue;
    const shard = makeShard(name, target, schemas.at(createTable));
    if (at !== undefined) {
      shard.isBehind = true;
      shard.at = shard.covered = at;
    }
    if (ahead !== undefined) shard.ahead = named(schemas.at(ahead), table);
    if (carriedOut !== undefined) {
      const { position, revision } = carriedOut;
      const after = named(schemas.at(carriedOut.createTable), table);
      const alteration = { step: null, ddls: [], position, after };
      shard.hold = { kind: 'alteration', alteration };
      shard.covered = position;
      gather(resumed, { shard, alteration }, revision, target);
    }
    context.shards.add(shard);
  }
  return [...resumed.values()];
}

function gather(
  resumed: Map<string, { held: HeldShard[]; revision: RevisionText }>,
  held: HeldShard,
  revision: RevisionText,
  target: TargetName,
): void {
  const key = `${revision}@${keyOfTable(target)}`;
  const known = resumed.get(key) ?? { held: [], revision };
  known.held.push(held);
  resumed.set(key, known);
}
