import { graphql } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { ANYBODY } from '../../src/core/model/identity';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { DownstreamTable } from '../../src/core/model/names';
import { step } from '../../src/core/step';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { writeOptimisticInfo } from '../../src/core/wire/optimistic-info';
import { tableTreeOf, writeSourceTables } from '../../src/core/wire/source-tables';
import type { RequestContext } from '../../src/graphql/request-context';
import { buildShardSchema } from '../../src/graphql/schema';
import { scriptedService } from '../support/scripted-service';
import { Feed, NOW_MS } from './feed';
import { createTableText, schemaAfter, schemaOf } from './table-info-text';

/** One measurement of a query: the time of the whole request but for the socket. */
export interface ReadLine {
  readonly what: string;
  readonly locks: number;
  /** Tables of each lock. */
  readonly tables: number;
  readonly first_ms: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

const TASK = parseTaskName('bench');
const DDL = 'ALTER TABLE `shop`.`orders` ADD COLUMN `note` VARCHAR(255)';
const COLUMNS = 10;
const ROUNDS = 200;

const PARTICIPANTS = `query ($id: ID!) { shardLock(id: $id) { state syncedCount participants(first: 100) {
  totalCount pageInfo { hasNextPage endCursor } nodes { sourceId synced done conflictStage upstreamTable { schema table }
  info { ddls revision } operation { ddls done } worker { id } } } } }`;
const DIAGNOSIS = `query ($id: ID!) { shardLock(id: $id) { state waitingFor(first: 100) { kind sentence } remedies { sentence command } } }`;
const LOCKS = `query ($after: String) { shardLocks(first: 50, after: $after) { totalCount pageInfo { hasNextPage endCursor }
  nodes { id mode state ddls syncedCount unsyncedCount createdAt lastProgressAt task { name } waitingFor(first: 3) { kind sentence } } } }`;

/** The first 100 participants, and the diagnosis, of a lock of 10,000 tables; and pages of 50 of 10,000 locks, one after the other. */
export async function benchRead(emit: (line: ReadLine) => void): Promise<void> {
  const schema = buildShardSchema();
  const large = new Feed(false);
  const orders = parseDownstreamTable('shop', 'orders');
  makeLock(large, orders, 10_000);
  const variables = { id: formatLockId(TASK, orders) };
  for (const [what, query] of [
    ['read/participants', PARTICIPANTS],
    ['read/diagnosis', DIAGNOSIS],
  ] as const) {
    emit({ what, locks: 1, tables: 10_000, ...(await measure(schema, large, query, () => variables)) });
  }

  const many = new Feed(false);
  for (let index = 0; index < 10_000; index += 1) makeLock(many, parseDownstreamTable('shop', `orders_${index}`), 2);
  let after: string | null = null;
  const next = (answer: Page): void => {
    after = answer.shardLocks?.pageInfo.hasNextPage === true ? answer.shardLocks.pageInfo.endCursor : null;
  };
  emit({
    what: 'read/locks',
    locks: 10_000,
    tables: 2,
    ...(await measure(schema, many, LOCKS, () => ({ after }), next)),
  });
}

/** What of an answer names the next page. */
interface Page {
  readonly shardLocks?: { readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string } };
}

/** The target gets tables of ten sources, one of which has met a DDL. */
function makeLock(feed: Feed, target: DownstreamTable, tables: number): void {
  const names = Array.from({ length: tables }, (_, index) => ({
    source: parseSourceId(`mysql-replica-${String(index % 10).padStart(2, '0')}-${target.table}`),
    schema: `shard_${index % 100}`,
    table: `${target.table}_${index}`,
  }));
  for (const source of new Set(names.map((name) => name.source))) {
    const routes = names.filter((name) => name.source === source).map((table) => ({ target, table }));
    const value = writeSourceTables({ task: TASK, source, tables: tableTreeOf(routes) });
    feed.put(formatDmKey({ kind: 'optimistic-source-tables', task: TASK, source }), value);
  }
  feed.settle(step(feed.state, { kind: 'lead', nowMs: NOW_MS }));
  const [table] = names;
  if (table === undefined) throw new Error('a lock has tables');
  const schema = schemaOf(createTableText(COLUMNS));
  const after = schemaAfter(schema, DDL);
  const intern = feed.state.caches.shapes;
  const value = writeOptimisticInfo({
    task: TASK,
    table,
    target,
    ddls: [DDL.replace('`orders`', `\`${target.table}\``)],
    before: { schema, shape: intern.intern(schema) },
    after: [{ schema: after, shape: intern.intern(after) }],
    ignoreConflict: false,
  });
  feed.settle(feed.put(formatDmKey({ kind: 'optimistic-info', task: TASK, table }), value));
}

async function measure(
  schema: GraphQLSchema,
  { state }: Feed,
  source: string,
  variablesOf: () => Record<string, unknown>,
  take: (answer: Page) => void = () => undefined,
): Promise<Pick<ReadLine, 'first_ms' | 'p50_ms' | 'p99_ms' | 'max_ms'>> {
  const service = scriptedService({ state, nowMs: () => NOW_MS });
  const contextValue: RequestContext = { service, identity: ANYBODY, actor: 'bench', audit: () => undefined };
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.hrtime.bigint();
    const answer = await graphql({ schema, source, contextValue, variableValues: variablesOf() });
    const text = JSON.stringify(answer);
    times.push(Number(process.hrtime.bigint() - start) / 1_000_000);
    if (answer.errors !== undefined) throw new Error(text);
    take(answer.data ?? {});
  }
  const [first = 0] = times;
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { first_ms: first, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}
