import { parseStatement } from '../../src/core/ddl';
import { applyStatement, buildTable } from '../../src/core/ddl/tracker';
import { formatLockId } from '../../src/core/model/lock-id';
import type { LockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseUpstreamTable } from '../../src/core/model/names';
import type { SourceId, TaskName, UpstreamTable } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import { tableKey } from '../../src/core/model/table-key';
import type { TableKey } from '../../src/core/model/table-key';
import { Shapes } from '../../src/core/table/shapes';
import type { TableSchema } from '../../src/core/table/table-schema';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { writeOptimisticInfo } from '../../src/core/wire/optimistic-info';
import { tableTreeOf, writeSourceTables } from '../../src/core/wire/source-tables';

/** What every shard merges into. */
export const TARGET = parseDownstreamTable('shop', 'orders');

const shapes = new Shapes();

/** An upstream table as a DM worker tracks it. */
export class DmShard {
  readonly table: UpstreamTable;
  /** Its schema as the worker's tracker has it. */
  schema: TableSchema;

  constructor(
    readonly task: TaskName,
    source: SourceId,
    name: string,
    create = 'CREATE TABLE t (id INT PRIMARY KEY, v INT DEFAULT 0)',
  ) {
    this.table = parseUpstreamTable(source, 'db', name);
    const statement = parseStatement(create);
    if (statement.kind !== 'create-table') throw new Error('expected CREATE TABLE');
    this.schema = buildTable(statement);
  }

  get lockId(): LockId {
    return formatLockId(this.task, TARGET);
  }

  get key(): TableKey {
    return tableKey(this.task, this.table);
  }

  get infoKey(): string {
    return formatDmKey({ kind: 'optimistic-info', task: this.task, table: this.table });
  }

  get operationKey(): string {
    return formatDmKey({ kind: 'optimistic-operation', task: this.task, table: this.table });
  }

  /** The schema after each of some DDLs. */
  after(ddls: readonly string[]): TableSchema[] {
    let schema = this.schema;
    return ddls.map((ddl) => (schema = applyStatement(schema, parseStatement(ddl))));
  }
}

/** The put of the info by which a shard reports DDLs, byte for byte as DM's worker writes it. */
export function infoPut(shard: DmShard, ddls: readonly string[]): Mutation {
  const known = (schema: TableSchema): { schema: TableSchema; shape: ReturnType<Shapes['intern']> } => ({
    schema,
    shape: shapes.intern(schema),
  });
  const value = writeOptimisticInfo({
    task: shard.task,
    table: shard.table,
    target: TARGET,
    ddls,
    before: known(shard.schema),
    after: shard.after(ddls).map(known),
    ignoreConflict: false,
  });
  return { kind: 'put', key: shard.infoKey, value };
}

/** The put of the tables of one source. */
export function sourceTablesPut(shards: readonly [DmShard, ...DmShard[]]): Mutation {
  const [{ task, table }] = shards;
  const { source } = table;
  const tables = tableTreeOf(shards.map((shard) => ({ target: TARGET, table: shard.table })));
  const key = formatDmKey({ kind: 'optimistic-source-tables', task, source });
  return { kind: 'put', key, value: writeSourceTables({ task, source, tables }) };
}
