import { parseDownstreamTable, parseUpstreamTable } from '../../src/core/model/names';
import type { TaskName, UpstreamTable } from '../../src/core/model/names';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { tableTreeOf, writeSourceTables } from '../../src/core/wire/source-tables';
import { createTableText, schemaAfter, schemaOf, tableInfoTemplate } from './table-info-text';

/** The target of every rollout. */
export const TARGET = parseDownstreamTable('shop', 'orders');

/** The schemas before and after of one shard, with its DDL. */
export interface ShardDdl {
  readonly ddl: string;
  readonly before: (name: string) => string;
  readonly after: (name: string) => string;
}

/** Makes DDLs of tables of so many columns. */
export function shardDdls(columns: number): (ddl: string) => ShardDdl {
  const schema = schemaOf(createTableText(columns));
  const before = tableInfoTemplate(schema);
  return (ddl) => ({ ddl, before, after: tableInfoTemplate(schemaAfter(schema, ddl)) });
}

/** So many shards, spread over ten sources. */
export function shardsOf(tables: number): UpstreamTable[] {
  return Array.from({ length: tables }, (_, index) =>
    parseUpstreamTable(
      `mysql-replica-${String(index % 10).padStart(2, '0')}`,
      `shard_${index % 100}`,
      `orders_${index}`,
    ),
  );
}

/** What the workers of the shards put first: each source's tables, by their keys. */
export function sourceTablesOf(task: TaskName, shards: readonly UpstreamTable[]): (readonly [string, string])[] {
  return [...new Set(shards.map(({ source }) => source))].map((source) => {
    const tables = shards.filter((shard) => shard.source === source);
    const tree = tableTreeOf(tables.map((table) => ({ target: TARGET, table })));
    const key = formatDmKey({ kind: 'optimistic-source-tables', task, source });
    return [key, writeSourceTables({ task, source, tables: tree })] as const;
  });
}

/** The value of a shard's info, as DM writes it. */
export function infoText(task: TaskName, shard: UpstreamTable, { ddl, before, after }: ShardDdl): string {
  const { source, schema, table } = shard;
  const head = JSON.stringify({
    task,
    source,
    'up-schema': schema,
    'up-table': table,
    'down-schema': TARGET.schema,
    'down-table': TARGET.table,
    ddls: [ddl],
  });
  return `${head.slice(0, -1)},"table-info-before":${before(table)},"table-info-after":[${after(table)}],"ignore-conflict":false}`;
}
