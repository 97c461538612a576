import { describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { carryOut, problemsOf, remedyWith } from './diagnosis';
import type { Diagnosis } from './diagnosis';
import { until } from './operator-requests';
import { ask } from './plain-client';
import { TARGET } from './plain-worker';
import type { PlainWorker } from './plain-worker';
import {
  BEFORE,
  TABLE_1,
  TABLE_2,
  alter,
  answerOf,
  inConflict,
  inError,
  lockGone,
  look as lookAt,
  optimisticTask,
  waitingForRedirect,
} from './situations';

const server = useServer();

const look = (task: string): Promise<Diagnosis> => lookAt(server.url, task);
const gone = (task: string): Promise<unknown> => lockGone(server.url, task);
const twoWorkers = (task: string): Promise<[PlainWorker, PlainWorker]> => optimisticTask(server.url, task);

describe('an optimistic conflict', () => {
  it('names both tables, the column, both definitions, and since when', async () => {
    await inConflict(server.url, 'o1');
    const { state, waitingFor, remedies } = await look('o1');
    expect(state).toBe('CONFLICT');
    const conflict = waitingFor.find(({ kind }) => kind === 'CONFLICT');
    expect(conflict).toMatchObject({
      sourceId: 's2',
      upstreamTable: TABLE_2,
      worker: { id: 'w2' },
      workerOnline: true,
    });
    expect(Date.now() - Date.parse(conflict?.since ?? '')).toBeLessThan(60_000);
    expect(conflict?.sentence).toMatch(
      /^s2 `up`\.`t2` waits for a person since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: its DDL .*DATETIME contradicts/u,
    );
    expect(conflict?.sentence).toContain('column `c`: it wants `c` datetime NULL');
    expect(conflict?.sentence).toContain('but s1 `up`.`t1` has `c` int(11) NULL');
    expect(remedies.map(({ command }) => command)).toEqual([
      "lockstep unlock-ddl-lock --action exec --worker s2 --database up --table t2 'o1-`shard_db`.`shard_table`'",
      "lockstep unlock-ddl-lock --action skip --worker s2 --database up --table t2 'o1-`shard_db`.`shard_table`'",
    ]);
  });

  it.each([
    ['exec', [alter('ADD COLUMN c DATETIME')], 'executes'],
    ['skip', [], 'goes on without executing'],
  ])('%s does what its remedy says', async (action, ddls, effect) => {
    const task = `o2-${action}`;
    const [, two] = await inConflict(server.url, task);
    const remedy = remedyWith((await look(task)).remedies, `--action ${action}`);
    expect(remedy.effect).toContain(effect);
    expect(await carryOut(server.url, remedy)).toMatchObject({ __typename: 'ShardUnlockLockSuccess' });
    const released = await answerOf(two, 'UNLOCKED');
    expect(released.ddls).toEqual(ddls);
    const waits = (await look(task)).waitingFor;
    expect(waits.map(({ kind }) => kind)).not.toContain('CONFLICT');
    expect(waits.find(({ sourceId }) => sourceId === 's2')?.kind).toBe('OPERATION_NOT_DONE');
  });

  it('a remedy that is read too late does nothing to a newer lock', async () => {
    await inConflict(server.url, 'o3');
    const remedy = remedyWith((await look('o3')).remedies, '--action exec');
    const stale = { ...remedy, variables: remedy.variables.replace(/"ifIncarnation":"\d+"/u, '"ifIncarnation":"1"') };
    expect(await carryOut(server.url, stale)).toMatchObject({ code: 'LOCK_CHANGED' });
  });
});

describe('a table that waits for a redirect', () => {
  it('says which tables still have to run which DDL, and why the schemas do not join', async () => {
    await waitingForRedirect(server.url, 'r1');
    const { state, waitingFor, joinConflict } = await look('r1');
    expect(state).toBe('CONFLICT');
    const redirect = waitingFor.find(({ kind }) => kind === 'REDIRECT');
    expect(redirect?.sentence).toContain('RENAME COLUMN a TO b');
    expect(redirect?.sentence).toContain('it goes on by itself when this table has run the same DDL: s2 `up`.`t2`');
    expect(waitingFor.find(({ sourceId }) => sourceId === 's2')).toMatchObject({ kind: 'SHARDS_MISSING' });
    expect(joinConflict).toBeNull();
  });

  it('goes on when they have', async () => {
    const [one, two] = await waitingForRedirect(server.url, 'r2');
    await two.report(TABLE_2, BEFORE, [alter('RENAME COLUMN a TO b')], '1');
    await two.acknowledge(await answerOf(two, 'NONE'));
    await answerOf(one, 'RESOLVED');
    await one.report(TABLE_1, BEFORE, [alter('RENAME COLUMN a TO b')], '2');
    await one.acknowledge(await answerOf(one, 'NONE'));
    await gone('r2');
  });

  it('can be released by force', async () => {
    const [one] = await waitingForRedirect(server.url, 'r3');
    const { remedies } = await look('r3');
    const remedy = remedyWith(remedies, '--action exec', '--force');
    expect(remedy.effect).toContain('executes ALTER TABLE `shard_db`.`shard_table` RENAME COLUMN a TO b downstream');
    expect(await carryOut(server.url, remedy)).toMatchObject({ __typename: 'ShardUnlockLockSuccess' });
    expect((await answerOf(one, 'UNLOCKED')).ddls).toEqual([alter('RENAME COLUMN a TO b')]);
  });
});

describe('a table in stage error', () => {
  it('is decided again when the others have changed', async () => {
    const [one, two] = await inError(server.url, 'e1');
    const { waitingFor, remedies } = await look('e1');
    expect(waitingFor.find(({ kind }) => kind === 'ERROR')?.sentence).toMatch(
      /^s2 `up`\.`t2` is stopped by an error since .*different field length: 10 and 20/u,
    );
    const after1 = 'CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10), c VARCHAR(10))';
    await one.report(TABLE_1, after1, [alter('MODIFY COLUMN c VARCHAR(20)')], '2');
    await one.acknowledge(await answerOf(one, 'NONE'));
    const again = remedyWith(remedies, 'retry-info --source s2');
    expect(await carryOut(server.url, again)).toMatchObject({ __typename: 'ShardRetryInfoSuccess' });
    expect((await answerOf(two, 'NONE')).ddls).toEqual([alter('ADD COLUMN c VARCHAR(20)')]);
  });
});

describe('a source that is gone', () => {
  it('is named with its worker, and can be left out', async () => {
    const [one, two] = await twoWorkers('g1');
    await one.report(TABLE_1, BEFORE, [alter('ADD COLUMN c INT')], '1');
    await one.acknowledge(await answerOf(one, 'NONE'));
    await two.withSession('LeaveShardWorker', { forGood: false });
    const { waitingFor, remedies } = await until(
      () => look('g1'),
      (found) => found.waitingFor.some(({ sentence }) => sentence.includes('offline since')),
    );
    expect(waitingFor).toMatchObject([
      { kind: 'SHARDS_MISSING', sourceId: 's2', workerOnline: false, worker: { id: 'w2' } },
    ]);
    expect(waitingFor[0]?.sentence).toMatch(/column `c` is missing instead of INT\(11\) NULL; its worker is offline/u);
    const remedy = remedyWith(remedies, 'lockstep exclude-source --source s2 g1');
    expect(remedy.sentence).toContain('Otherwise start its worker again.');
    expect(await carryOut(server.url, remedy)).toMatchObject({ __typename: 'ShardExcludeSourceSuccess' });
    await gone('g1');
  });
});

describe('a table that repeats what the last lock has executed', () => {
  it('makes a phantom lock; the task begins again when what is stored of it is removed', async () => {
    const [one, two] = await twoWorkers('ph');
    const ddls = [alter('ADD COLUMN c INT')];
    await one.report(TABLE_1, BEFORE, ddls, '1');
    await one.acknowledge(await answerOf(one, 'NONE'));
    await two.report(TABLE_2, BEFORE, ddls, '1');
    await two.acknowledge(await answerOf(two, 'NONE'));
    await gone('ph');
    // The other says that it hasn't met the DDL either; if it had kept still, the lock would end by itself.
    await two.putTables([{ ...TABLE_2, createTable: BEFORE }]);
    await one.report(TABLE_1, BEFORE, ddls, '2');
    await one.acknowledge(await answerOf(one, 'NONE'));
    const found = await look('ph');
    expect(found).toMatchObject({ phantom: true, orphan: false });
    expect((await problemsOf(server.url, 'ph')).map(({ kind }) => kind)).toEqual(['PHANTOM_LOCK']);
    const remedy = remedyWith(found.remedies, 'lockstep remove-meta ph');
    expect(remedy.sentence).toContain('Stop the workers of task ph');
    expect(await carryOut(server.url, remedy)).toMatchObject({ code: 'TASK_RUNNING' });
    for (const worker of [one, two]) await worker.withSession('LeaveShardWorker', { forGood: false });
    expect(await carryOut(server.url, remedy)).toMatchObject({ __typename: 'ShardRemoveMetaSuccess' });
    await gone('ph');
  });
});

describe('what is read of an optimistic lock', () => {
  it('shows columns, indexes, differences, dropped columns and who still has them', async () => {
    const [one] = await twoWorkers('d1');
    await one.report(TABLE_1, BEFORE, [alter('DROP COLUMN a')], '1');
    await one.acknowledge(await answerOf(one, 'NONE'));
    const query = `{ shardLock(id: "d1/shard_db.shard_table") { revision updatedAt lastProgressAt
      joinedSchema { collation columns { name type nullable definition } indexes { name columns unique primary definition } }
      droppedColumns { column tableCount stillInCount tables { stage table { table } } stillIn { table } }
      participants(filter: {synced: false}) { totalCount nodes { sourceId differences { path property here joined } info { ignoreConflict before { createTable } after { columns { name } } } } } } }`;
    expect(await ask(server.url, query)).toMatchObject({
      joinedSchema: {
        collation: 'utf8mb4_bin',
        columns: [
          { name: 'a', type: 'VARCHAR(10)', nullable: true, definition: '`a` varchar(10) NULL DEFAULT NULL' },
          { name: 'id', type: 'INT(11)', nullable: false },
        ],
        indexes: [{ name: 'primary', columns: ['id'], unique: true, primary: true }],
      },
      droppedColumns: [
        {
          column: 'a',
          tableCount: 1,
          stillInCount: 1,
          tables: [{ stage: 'TABLE_DONE', table: { table: 't1' } }],
          stillIn: [{ table: 't2' }],
        },
      ],
      participants: {
        totalCount: 1,
        nodes: [
          {
            sourceId: 's1',
            differences: [{ path: 'columns.a', property: 'definition', here: null, joined: 'VARCHAR(10) NULL' }],
            info: { ignoreConflict: false, after: [{ columns: [{ name: 'id' }] }] },
          },
        ],
      },
    });
  });

  it('explains a rollout on the tables of a task as they are, and changes nothing', async () => {
    await inConflict(server.url, 'x1');
    const before = await ask(server.url, '{ shardCluster { revision } }');
    const step = { source: 's1', ...TABLE_1, ddls: ['ALTER TABLE up.t1 ADD COLUMN d INT'] };
    const blocked = { source: 's2', ...TABLE_2, ddls: ['ALTER TABLE up.t2 ADD COLUMN d INT'] };
    const query = `query ($input: ShardExplainDDLInput!) { explainShardDDL(input: $input) { mode downstreamDdls needsPerson resolved
      steps { stage sentence downstreamDdls joinedSchema { columns { name } } } } }`;
    const input = { task: 'x1', target: TARGET, steps: [step, blocked] };
    expect(await ask(server.url, query, { input })).toMatchObject({
      mode: 'OPTIMISTIC',
      downstreamDdls: [alter('ADD COLUMN `d` INT')],
      resolved: false,
      steps: [
        { stage: 'NONE', joinedSchema: { columns: [{ name: 'a' }, { name: 'c' }, { name: 'd' }, { name: 'id' }] } },
        { stage: null, sentence: expect.stringContaining('waits for a person') },
      ],
    });
    expect(await ask(server.url, '{ shardCluster { revision } }')).toEqual(before);
  });
});
