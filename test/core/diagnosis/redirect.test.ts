import { expect, it } from '@jest/globals';
import { waitReasonsOfLock } from '../../../src/core/diagnosis/diagnose';
import { tableText } from '../../../src/core/diagnosis/words';
import type { UpstreamTable } from '../../../src/core/model/names';
import { tableKey } from '../../../src/core/model/table-key';
import { lockId, OptimisticWorld, randomOf, tables, task } from '../state/optimistic-world';

const RENAME = 'ALTER TABLE `shop`.`orders` RENAME COLUMN `n` TO `m`';
const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `q` INT';
const [A, B, C, D] = tables;
if (A === undefined || B === undefined || C === undefined || D === undefined) throw new Error('the world has tables');

function started(): OptimisticWorld {
  const world = new OptimisticWorld(randomOf(1));
  world.declare();
  return world;
}

function report(world: OptimisticWorld, table: UpstreamTable, ddl: string): void {
  world.report(table, ddl);
  world.acknowledge(table);
}

/** What people are told of a table that waits for others. */
function sentenceOf(world: OptimisticWorld, table: UpstreamTable): string {
  const reasons = waitReasonsOfLock(world.coordinator.state, lockId, 10);
  return (
    reasons.find((reason) => reason.table !== null && tableText(reason.table) === tableText(table))?.sentence ?? ''
  );
}

function stageOf(world: OptimisticWorld, table: UpstreamTable): string | undefined {
  return world.coordinator.state.tables.get(tableKey(task, table))?.operation?.stage;
}

it('a table that waits names all tables that still have the old shape, and goes on when the last of them has followed', () => {
  const world = started();
  report(world, A, ADD);
  report(world, B, ADD);
  world.report(D, RENAME);
  expect(stageOf(world, D)).toBe('skip and wait for redirect');
  expect(sentenceOf(world, D)).toMatch(
    /it wants `m` .*, but s1 `db`\.`a`, s1 `db`\.`b` and s2 `db`\.`a` have none; it goes on by itself when these tables have run the same DDL: s1 `db`\.`a`, s1 `db`\.`b` and s2 `db`\.`a`\.$/u,
  );
  world.report(C, RENAME);
  expect(sentenceOf(world, D)).toMatch(/when these tables have run the same DDL: s1 `db`\.`a` and s1 `db`\.`b`\.$/u);
  world.report(A, RENAME);
  expect(stageOf(world, D)).toBe('skip and wait for redirect');
  expect(sentenceOf(world, D)).toMatch(/when this table has run the same DDL: s1 `db`\.`b`\.$/u);
  world.report(B, RENAME);
  expect(stageOf(world, D)).toBe('resolved');
});
