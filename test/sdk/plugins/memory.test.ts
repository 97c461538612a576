import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint, ExecutionContext, RowChange, RowImages } from '../../../sdk/plugin';
import { MemoryDownstream, compareMerged } from '../../../sdk/plugins/memory';
import { ScriptUpstream } from '../../../sdk/plugins/script';

const target = { schema: 'shop', table: 'orders' };
const context: ExecutionContext = { key: 'k', revision: '1', target, signal: new AbortController().signal };
const CREATE = 'CREATE TABLE IF NOT EXISTS `shop`.`orders` (id INT PRIMARY KEY, a INT)';
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function opened(...ddls: readonly string[]): Promise<MemoryDownstream> {
  const downstream = new MemoryDownstream();
  for (const ddl of [CREATE, ...ddls])
    expect(await downstream.connect('s1').execute(ddl, context)).toEqual({ kind: 'done' });
  return downstream;
}

function change(kind: RowChange['change'], rows: readonly RowImages[], repeated = false): RowChange {
  const table = { schema: 'db', table: 'orders_1' };
  return { target, source: 's1', table, change: kind, rows, columns: ['id', 'a'], position: 1, repeated };
}

const rowsOf = (downstream: MemoryDownstream): unknown[] => [...downstream.database.table('shop', 'orders').rows];

describe('executing again', () => {
  it.each<[string, string, string]>([
    ['a table', CREATE.replace(' IF NOT EXISTS', ''), 'already-done'],
    ['a column', 'ALTER TABLE `shop`.`orders` ADD COLUMN `b` INT', 'already-done'],
    ['a drop', 'ALTER TABLE `shop`.`orders` DROP COLUMN `z`', 'already-done'],
    ['an index', 'ALTER TABLE `shop`.`orders` ADD INDEX `k`(`a`)', 'already-done'],
    ['a rename', 'ALTER TABLE `shop`.`orders` RENAME COLUMN `x` TO `b`', 'already-done'],
    ['a change', 'ALTER TABLE `shop`.`orders` CHANGE COLUMN `x` `b` INT', 'already-done'],
    ['a renamed index', 'ALTER TABLE `shop`.`orders` RENAME INDEX `x` TO `k`', 'already-done'],
    ['a type', 'ALTER TABLE `shop`.`orders` MODIFY COLUMN `b` INT', 'done'],
  ])('%s is a success', async (_name, ddl, kind) => {
    const downstream = await opened(
      'ALTER TABLE `shop`.`orders` ADD COLUMN `b` INT',
      'ALTER TABLE `shop`.`orders` ADD INDEX `k`(`a`)',
    );
    expect(await downstream.connect('s1').execute(ddl, context)).toEqual({ kind });
  });

  it.each([
    ['an unknown column', 'ALTER TABLE `shop`.`orders` MODIFY COLUMN `z` INT', /Unknown column 'z'/u],
    ['a table that is not there', 'ALTER TABLE `shop`.`other` ADD COLUMN `z` INT', /doesn't exist/u],
    ['text that is no DDL', 'ALTER TABLE', /expected/u],
  ])('fails for good on %s', async (_name, ddl, reason) => {
    const downstream = await opened();
    expect(await downstream.connect('s1').execute(ddl, context)).toEqual({
      kind: 'failed',
      reason: expect.stringMatching(reason),
      retryable: false,
    });
  });
});

describe('rows', () => {
  it('are inserted, updated and deleted; columns that a shard lacks keep their values', async () => {
    const downstream = await opened('ALTER TABLE `shop`.`orders` ADD COLUMN `b` INT DEFAULT 3');
    await downstream
      .connect('s1')
      .apply(
        [
          change('insert', [{ after: { id: 1, a: 1 } }, { after: { id: 2, a: 2 } }]),
          change('update', [{ before: { id: 1, a: 1 }, after: { id: 3, a: 9 } }]),
          change('delete', [{ before: { id: 2, a: 2 } }]),
        ],
        null,
      );
    expect(rowsOf(downstream)).toEqual([{ id: 3, a: 9, b: 3 }]);
  });

  it('are taken back, all of them, if one does not fit', async () => {
    const downstream = await opened();
    await downstream.connect('s1').apply([change('insert', [{ after: { id: 1, a: 1 } }])], null);
    const bad = [
      change('update', [{ before: { id: 1, a: 1 }, after: { id: 1, a: 2 } }]),
      change('insert', [{ after: { id: 2, a: 2 } }, { after: { id: 1, a: 3 } }]),
    ];
    await expect(downstream.connect('s1').apply(bad, null)).rejects.toThrow('Duplicate entry');
    expect(rowsOf(downstream)).toEqual([{ id: 1, a: 1 }]);
    await expect(
      downstream.connect('s1').apply([change('delete', [{ before: { id: 7, a: 1 } }])], null),
    ).rejects.toThrow("Can't find record");
  });

  it('may come again', async () => {
    const downstream = await opened();
    const changes = (repeated: boolean): RowChange[] => [
      change('insert', [{ after: { id: 1, a: 1 } }, { after: { id: 2, a: 2 } }], repeated),
      change('update', [{ before: { id: 1, a: 1 }, after: { id: 1, a: 5 } }], repeated),
      change('delete', [{ before: { id: 2, a: 2 } }], repeated),
    ];
    await downstream.connect('s1').apply(changes(false), null);
    await downstream.connect('s1').apply(changes(true), null);
    expect(rowsOf(downstream)).toEqual([{ id: 1, a: 5 }]);
  });

  it('of a table without a key are told apart by all they have', async () => {
    const downstream = new MemoryDownstream();
    await downstream.connect('s1').execute('CREATE TABLE `shop`.`orders` (id INT, a INT)', context);
    const row = { id: 1, a: 1 };
    await downstream.connect('s1').apply([change('insert', [{ after: row }, { after: row }])], null);
    await downstream.connect('s1').apply([change('delete', [{ before: row }])], null);
    expect(rowsOf(downstream)).toEqual([row]);
  });
});

describe('a file', () => {
  const checkpoint: Checkpoint = {
    version: 1,
    position: { file: 'x', offset: 7 },
    schemas: ['CREATE TABLE x (id INT)'],
    tables: [
      { schema: 'd', table: 'a', createTable: 0 },
      { schema: 'd', table: 'b', createTable: 0, at: null },
      { schema: 'd', table: 'c', createTable: 0, at: 3, carriedOut: { revision: '9', position: 4, createTable: 0 } },
    ],
  };

  function makeFile(): string {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-memory-'));
    folders.push(folder);
    return join(folder, 'downstream.json');
  }

  it('keeps tables, rows and checkpoint over a restart', async () => {
    const file = makeFile();
    const downstream = new MemoryDownstream({ file });
    await downstream.connect('s1').execute(CREATE, context);
    await downstream.connect('s1').apply([change('insert', [{ after: { id: 1, a: 1 } }])], checkpoint);
    const again = new MemoryDownstream({ file });
    expect(await again.connect('s1').loadPosition?.()).toEqual(checkpoint);
    expect(await again.connect('s2').loadPosition?.()).toBeNull();
    expect(rowsOf(again)).toEqual([{ id: 1, a: 1 }]);
    expect(await again.connect('s1').execute('ALTER TABLE `shop`.`orders` ADD COLUMN `b` INT', context)).toEqual({
      kind: 'done',
    });
    expect(rowsOf(new MemoryDownstream({ file }))).toEqual([{ id: 1, a: 1, b: null }]);
  });

  it('that is something else is refused with its place', () => {
    const file = makeFile();
    writeFileSync(file, '{"version": 1, "tables": [{"schema": 1}], "checkpoints": {}}');
    expect(() => new MemoryDownstream({ file })).toThrow(/downstream\.json: tables\[0\]\.schema: expected a string/u);
  });
});

describe('comparing a merged table with its shards', () => {
  it('finds rows and schemas that differ', async () => {
    const shard = (text: string): ScriptUpstream => new ScriptUpstream({ text });
    const one = shard('CREATE TABLE o (id INT PRIMARY KEY, a INT); INSERT INTO o VALUES (1, 1);');
    const two = shard('CREATE TABLE o (id INT PRIMARY KEY, a INT); INSERT INTO o VALUES (2, 2);');
    const downstream = await opened();
    await downstream
      .connect('s1')
      .apply([change('insert', [{ after: { id: 1, a: 1 } }, { after: { id: 3, a: 3 } }])], null);
    const table = downstream.database.table('shop', 'orders');
    const compare = (): string[] => compareMerged([...one.shards(), ...two.shards()], table, '');
    expect(compare()).toEqual([
      'downstream lacks the row [["a",2],["id",2]]',
      'downstream has a row that no shard has: [["a",3],["id",3]]',
    ]);
    await downstream
      .connect('s1')
      .apply([change('delete', [{ before: { id: 3 } }]), change('insert', [{ after: { id: 2, a: 2 } }])], null);
    expect(compare()).toEqual([]);
    two.append('ALTER TABLE o MODIFY COLUMN a BIGINT;');
    expect(compare()).toEqual(['column a of test.o: type is BIGINT(20), downstream INT(11)']);
  });
});
