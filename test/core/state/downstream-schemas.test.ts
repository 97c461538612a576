import { describe, expect, it, jest } from '@jest/globals';
import { parseTaskName } from '../../../src/core/model/names';
import type { UpstreamTable } from '../../../src/core/model/names';
import { tableKey } from '../../../src/core/model/table-key';
import { step } from '../../../src/core/step';
import type { Effect } from '../../../src/core/step';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { Feed, NOW_MS } from '../../bench/feed';
import { infoText, shardDdls, shardsOf, sourceTablesOf } from '../../bench/shard-infos';

const task = parseTaskName('merge-1');
const ddl = shardDdls(3)('ALTER TABLE `shop`.`orders` ADD COLUMN `note` INT');

/** A leader of a task whose schemas stand in a downstream that answers when it is told to, and counts what is looked at. */
class Rollout {
  readonly feed = new Feed(false);
  readonly shards: readonly UpstreamTable[];
  readonly #wanted: UpstreamTable[] = [];
  readonly #looks = jest.spyOn(this.feed.state, 'isExcluded');

  constructor(tables: number) {
    this.shards = shardsOf(tables);
    this.feed.state.downstream.configured = new Map([[task, 'dm_meta']]);
    this.carryOut(step(this.feed.state, { kind: 'lead', nowMs: NOW_MS }));
    for (const [key, text] of sourceTablesOf(task, this.shards)) this.carryOut(this.feed.put(key, text));
  }

  /** How often it was looked whether a table lacks its schema or its report waits. */
  get looks(): number {
    return this.#looks.mock.calls.length;
  }

  report(shard: UpstreamTable): void {
    const key = formatDmKey({ kind: 'optimistic-info', task, table: shard });
    this.carryOut(this.feed.put(key, infoText(task, shard, ddl)));
  }

  /** The downstream has no checkpoint of any table. */
  answer(): number {
    const tables = this.#wanted.splice(0);
    const schemas = new Map(tables.map((table) => [tableKey(task, table), null]));
    this.carryOut(step(this.feed.state, { kind: 'schemas', task, schemas, nowMs: NOW_MS }));
    return tables.length;
  }

  carryOut(effects: Effect[]): void {
    this.feed.settle(effects, (wanted) => this.#wanted.push(...wanted));
  }
}

/** All shards report while the downstream doesn't answer, it answers, and all report once more. */
function looksOfRollout(tables: number): number {
  const rollout = new Rollout(tables);
  for (const shard of rollout.shards) rollout.report(shard);
  expect(
    rollout.feed.state.answers.size + [...rollout.feed.state.targets.values()].filter(({ lock }) => lock).length,
  ).toBe(0);
  expect(rollout.answer()).toBe(tables);
  expect([...rollout.feed.state.targets.values()].map(({ lock }) => lock?.lock.size)).toEqual([tables]);
  for (const shard of rollout.shards) rollout.report(shard);
  return rollout.looks;
}

describe('reports that wait for schemas', () => {
  it('cost the same with ten times as many tables', () => {
    expect(looksOfRollout(1_000)).toBeLessThan(looksOfRollout(100) * 11);
  });

  it('are asked for once, and again by another leader', () => {
    const rollout = new Rollout(3);
    for (const shard of rollout.shards) rollout.report(shard);
    rollout.carryOut(step(rollout.feed.state, { kind: 'follow' }));
    rollout.carryOut(step(rollout.feed.state, { kind: 'lead', nowMs: NOW_MS }));
    expect(rollout.answer()).toBe(6);
  });
});
