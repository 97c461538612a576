import { describe, expect, it, jest } from '@jest/globals';
import type { MergeStage, Shard } from './merge-stage';
import { useScene } from './use-scene';

jest.setTimeout(240_000);

const scene = useScene();

const COLUMNS = '(id INT PRIMARY KEY, a INT, b VARCHAR(20))';
const DDLS = [
  'ALTER TABLE {t} ADD COLUMN c INT DEFAULT 5',
  'ALTER TABLE {t} DROP COLUMN a',
  'ALTER TABLE {t} ADD INDEX k (c)',
];

/** What happens in the middle of a rollout. */
const FAULTS: readonly (readonly [title: string, happen: (stage: MergeStage) => Promise<void>])[] = [
  [
    'the lockstep server restarts',
    async () => {
      await scene().server.stop();
      await scene().server.start();
    },
  ],
  [
    'a worker restarts',
    async (stage) => {
      await stage.stop(1);
      await stage.start(1, { isCaughtUp: false });
    },
  ],
  [
    'a source is killed and starts again',
    async () => {
      await scene().sources[0].kill();
      await scene().sources[0].restart();
    },
  ],
  [
    'the downstream is killed and starts again',
    async () => {
      await scene().downstream.kill();
      await scene().downstream.restart();
    },
  ],
];

/** Roll the DDLs out while rows are written; while shards differ, and when they follow, something happens. */
async function rollOut(stage: MergeStage, happen: () => Promise<void>): Promise<void> {
  const [first, second, third] = stage.shards;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three shards');
  const steps: readonly (readonly Shard[])[] = [[first], [second, third]];
  for (const ddl of DDLS) {
    for (const [step, shards] of steps.entries()) {
      for (const shard of shards) await stage.on(shard, ddl);
      await stage.write();
      if ((ddl === DDLS[0] && step === 0) || (ddl === DDLS[2] && step === 1)) await happen();
      await stage.write();
    }
  }
}

const IS_FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';

describe.each(['optimistic', 'pessimistic'] as const)('%s: in the middle of a rollout', (mode) => {
  // In full everything in both modes, else each in one of them.
  it.each(FAULTS.filter((_, index) => IS_FULL || index % 2 === (mode === 'optimistic' ? 0 : 1)))(
    '%s',
    async (_title, happen) => {
      await scene().play({ mode, columns: COLUMNS }, (stage) => rollOut(stage, () => happen(stage)));
    },
  );
});

describe('a block-allow list', () => {
  it('keeps tables and databases away, whatever they are and whatever happens to them', async () => {
    const blockAllowList = { ignoreSchemas: ['*_1x'], ignoreTables: [{ schema: '*', table: 'tmp*' }] };
    const upstream = { start: { kind: 'snapshot' } } as const;
    await scene().play(
      { mode: 'optimistic', columns: COLUMNS, upstream, worker: { blockAllowList } },
      async (stage) => {
        const [first] = stage.shards;
        if (first === undefined) throw new Error('three shards');
        const other = `${stage.name}_1x`;
        await stage.write();
        await stage.on(
          first,
          'CREATE TABLE tmp1 (id INT PRIMARY KEY, g GEOMETRY)',
          "INSERT INTO tmp1 VALUES (1, ST_GeomFromText('POINT(1 2)'))",
          'CREATE TABLE tmp2 AS SELECT id FROM tmp1',
          'ALTER TABLE tmp2 ADD COLUMN x INT',
          'RENAME TABLE tmp2 TO tmp3',
          'DROP TABLE tmp3',
          `CREATE DATABASE ${other}`,
          `CREATE TABLE ${other}.t1 (id INT, g GEOMETRY)`,
          `INSERT INTO ${other}.t1 (id) VALUES (1)`,
          `DROP DATABASE ${other}`,
        );
        await stage.stop(0);
        await stage.start(0);
        await stage.on(first, 'UPDATE tmp1 SET id = 2', 'ALTER TABLE tmp1 ADD COLUMN y POINT');
        await stage.write();
        await stage.merged();
        expect(stage.told(0).filter((event) => 'table' in event && event.table !== null)).toEqual([]);
      },
    );
  });
});

describe('tables without any key', () => {
  it('get each row once, also while shards are created, and worker and downstream are killed', async () => {
    await scene().play({ mode: 'optimistic', columns: '(id INT NOT NULL, a INT, b VARCHAR(20))' }, async (stage) => {
      const [first] = stage.shards;
      if (first === undefined) throw new Error('three shards');
      for (const turn of [1, 2, 3, 4]) {
        await stage.write();
        const created = { ...first, table: `t1${turn}` };
        await stage.on(created, 'CREATE TABLE {t} (id INT NOT NULL, a INT, b VARCHAR(20))');
        stage.alive = [...stage.alive, created];
        await stage.write();
        const worker = turn % 2 === 0 ? stage.stop(0).then(() => stage.start(0, { isCaughtUp: false })) : null;
        await scene().downstream.kill();
        await scene().downstream.restart();
        await worker;
      }
    });
  });
});

const ADD_C = DDLS[0] ?? '';

const lockOf = ({ name }: MergeStage): string => `${name}-\`${name}\`.\`t\``;

const shardsOf = ({ shards }: MergeStage): readonly [Shard, Shard, Shard] => {
  const [first, second, third] = shards;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three shards');
  return [first, second, third];
};

/** Resolves when so many sources have reported the DDL of a lock. */
const synced = (stage: MergeStage, source: string): Promise<void> =>
  stage.until(`${source} is synced`, async () => {
    const { out } = await scene().lockstep('show-ddl-locks', stage.name);
    return new RegExp(`"synced": \\[[^\\]]*"${source}"`, 'u').test(out);
  });

const OK = '{\n    "result": true,\n    "msg": ""\n}\n';

describe('the three scenarios, with real databases', () => {
  it('A: a source has gone for good, and unlock-ddl-lock goes on without it', async () => {
    await scene().play({ mode: 'pessimistic', columns: COLUMNS }, async (stage) => {
      const [first, second, third] = shardsOf(stage);
      await stage.write();
      await stage.merged();
      await stage.stop(1);
      for (const shard of [first, second]) await stage.on(shard, ADD_C);
      await stage.write(first, second);
      await synced(stage, `${stage.name}-s1`);
      expect(await scene().lockstep('unlock-ddl-lock', lockOf(stage))).toEqual({ status: 0, out: OK, err: '' });
      await stage.write(first, second);
      await stage.untilTold(0, 'acknowledged');
      // What the source that is gone would have done.
      await stage.on(third, ADD_C);
    });
  });

  it('B: a worker restarts while the unlock runs, and executes again what is there already', async () => {
    await scene().play({ mode: 'pessimistic', columns: COLUMNS }, async (stage) => {
      const [first, second, third] = shardsOf(stage);
      await stage.write();
      await stage.stop(1);
      for (const shard of [first, second, third]) await stage.on(shard, ADD_C);
      await stage.write();
      await synced(stage, `${stage.name}-s1`);
      await scene().lockstep('unlock-ddl-lock', lockOf(stage));
      await stage.untilTold(0, 'acknowledged');
      await stage.start(1, { isCaughtUp: false });
      const own = `${stage.name}-s2`;
      await synced(stage, own);
      const ended = await scene().lockstep('unlock-ddl-lock', '--worker', own, lockOf(stage));
      expect(ended).toEqual({ status: 0, out: OK, err: '' });
      await stage.write();
    });
  });

  it('C: query-status shows a source that is still blocked, and break-ddl-lock lets it skip', async () => {
    await scene().play({ mode: 'pessimistic', columns: COLUMNS }, async (stage) => {
      const [first, second, third] = shardsOf(stage);
      const own = `${stage.name}-s2`;
      await stage.write();
      await stage.stop(1);
      for (const shard of [first, second, third]) await stage.on(shard, ADD_C);
      await stage.write();
      await synced(stage, `${stage.name}-s1`);
      await scene().lockstep('unlock-ddl-lock', lockOf(stage));
      await stage.untilTold(0, 'acknowledged');
      await stage.start(1, { isCaughtUp: false });
      await stage.untilTold(1, 'reported');
      await stage.until('query-status shows what it is blocked on', async () => {
        const { out } = await scene().lockstep('query-status', stage.name);
        return out.includes(`"unresolvedDDLLockID": ${JSON.stringify(lockOf(stage))}`);
      });
      const words = ['break-ddl-lock', '--worker', own, '--skip', '--remove-id', lockOf(stage), stage.name];
      const ended = await scene().lockstep(...words);
      expect(ended).toEqual({ status: 0, out: OK, err: '' });
      await stage.write();
    });
  });
});
