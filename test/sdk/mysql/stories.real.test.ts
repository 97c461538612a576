import { describe, it, jest } from '@jest/globals';
import type { MergeStage, Shard } from './merge-stage';
import { Plays } from './plays';
import { useScene } from './use-scene';

jest.setTimeout(240_000);

const scene = useScene();

const COLUMNS = '(id INT PRIMARY KEY, a INT, b VARCHAR(20))';
const ADD_C = 'ALTER TABLE {t} ADD COLUMN c INT DEFAULT 5';
const BOTH = ['optimistic', 'pessimistic'] as const;

type Mode = (typeof BOTH)[number];

interface Story {
  readonly title: string;
  readonly modes: readonly Mode[];
  readonly columns?: string;
  readonly tell: (stage: MergeStage, shards: readonly [Shard, Shard, Shard], mode: Mode) => Promise<void>;
}

const lockOf = ({ name }: MergeStage): string => `${name}-\`${name}\`.\`t\``;

/** A person's command, which must succeed. */
async function lockstep(...words: readonly string[]): Promise<void> {
  const { status, out, err } = await scene().lockstep(...words);
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${out}${err}`);
}

/** Let a table that is in conflict go on. */
async function release(stage: MergeStage, shard: Shard, action: 'skip' | 'exec'): Promise<void> {
  await stage.untilTold(shard.source, 'operation-taken', ({ stage: conflict }) => conflict === 'DETECTED');
  const of = ['--source', `${stage.name}-s${shard.source + 1}`, '--database', shard.schema, '--table', shard.table];
  await lockstep('shard-ddl-lock', 'unlock', lockOf(stage), ...of, '--action', action);
}

/** What another source meets afterwards contradicts the shard no more: else a person would have to decide again. */
async function untilReported(stage: MergeStage, shard: Shard, part: string): Promise<void> {
  await stage.untilTold(shard.source, 'reported', ({ ddls }) => ddls.some((ddl) => ddl.includes(part)));
}

/** Rows of a shard that goes: those that are merged go with it. */
async function empty(stage: MergeStage, shard: Shard): Promise<void> {
  await stage.on(shard, 'DELETE FROM {t}');
  stage.alive = stage.alive.filter((other) => other !== shard);
}

const STORIES: readonly Story[] = [
  {
    title: 'the same DDLs in another order on each shard',
    modes: ['optimistic'],
    tell: async (stage, [first, second, third]) => {
      const [c, d] = [ADD_C, 'ALTER TABLE {t} ADD COLUMN d VARCHAR(9)'];
      await stage.on(first, c, d);
      await stage.write();
      await stage.on(second, d, c);
      await stage.write();
      await stage.on(third, c);
      await stage.write();
      await stage.on(third, d);
      await stage.write();
    },
  },
  {
    title: 'a shard that is ahead by three DDLs',
    modes: BOTH,
    tell: async (stage, [first, second, third]) => {
      const ddls = [ADD_C, 'ALTER TABLE {t} MODIFY COLUMN b VARCHAR(30)', 'ALTER TABLE {t} ADD COLUMN d INT'];
      for (const ddl of ddls) {
        await stage.on(first, ddl);
        await stage.write();
      }
      for (const shard of [second, third])
        for (const ddl of ddls) {
          await stage.on(shard, ddl);
          await stage.write();
        }
    },
  },
  {
    title: 'a shard that is created meanwhile',
    modes: BOTH,
    tell: async (stage, [first, second, third]) => {
      await stage.on(first, ADD_C);
      await stage.write();
      const fourth = { source: 1, schema: third.schema, table: 't9' } as const;
      await stage.on(fourth, `CREATE TABLE {t} ${COLUMNS}`);
      stage.alive = [...stage.alive, fourth];
      await stage.write();
      for (const shard of [second, third, fourth]) {
        await stage.on(shard, ADD_C);
        await stage.write();
      }
    },
  },
  {
    title: 'a shard that is created with what the others don’t have yet',
    modes: BOTH,
    tell: async (stage, [first, second, third]) => {
      const fourth = { source: 0, schema: first.schema, table: 't9' } as const;
      await stage.on(fourth, `CREATE TABLE {t} ${COLUMNS.replace(/\)$/u, ', c INT DEFAULT 5, KEY k (c))')}`);
      stage.alive = [...stage.alive, fourth];
      await stage.write();
      for (const shard of [first, third, second]) {
        await stage.on(shard, ADD_C, 'ALTER TABLE {t} ADD KEY k (c)');
        await stage.write();
      }
    },
  },
  {
    title: 'a shard that is made like one that is ahead',
    modes: BOTH,
    tell: async (stage, [first, second, third]) => {
      await stage.on(first, ADD_C);
      await stage.write();
      const fourth = { source: 0, schema: first.schema, table: 't9' } as const;
      await stage.on(fourth, `CREATE TABLE {t} LIKE ${first.table}`);
      stage.alive = [...stage.alive, fourth];
      await stage.write();
      for (const shard of [third, second]) {
        await stage.on(shard, ADD_C);
        await stage.write();
      }
    },
  },
  {
    title: 'a group of shards that isn’t complete, which query-status shows',
    modes: ['pessimistic'],
    tell: async (stage, [first, second, third]) => {
      await stage.on(first, ADD_C);
      await stage.write();
      await stage.until('query-status shows the group', async () => {
        const { out } = await scene().lockstep('query-status', stage.name);
        const list = (name: string, table: string): RegExp => new RegExp(`"${name}": \\[[^\\]]*${table}\``, 'u');
        return list('synced', first.table).test(out) && list('unsynced', second.table).test(out);
      });
      for (const shard of [second, third]) await stage.on(shard, ADD_C);
      await stage.write();
    },
  },
  {
    title: 'a shard that is made like another one, both changed since, when the worker comes back',
    modes: ['optimistic'],
    tell: async (stage, [first, second, third]) => {
      const add = 'ALTER TABLE {t} ADD COLUMN d INT';
      await stage.on(first, ADD_C);
      await stage.untilTold(0, 'acknowledged');
      await stage.stop(0);
      const fourth = { source: 0, schema: first.schema, table: 't9' } as const;
      await stage.on(fourth, `CREATE TABLE {t} LIKE ${first.table}`);
      stage.alive = [...stage.alive, fourth];
      await stage.write();
      await stage.on(first, add);
      await stage.on(fourth, 'ALTER TABLE {t} DROP COLUMN a');
      await stage.write();
      await stage.start(0, { isCaughtUp: false });
      await stage.on(fourth, add);
      for (const shard of [second, third]) await stage.on(shard, ADD_C, add);
      for (const shard of [first, second, third]) await stage.on(shard, 'ALTER TABLE {t} DROP COLUMN a');
      await stage.write();
    },
  },
  {
    title: 'a shard that is made like one that waits for the others',
    modes: ['optimistic'],
    tell: async (stage, [first, second, third]) => {
      const rename = 'ALTER TABLE {t} RENAME COLUMN a TO z';
      await stage.on(first, rename, ADD_C);
      await stage.untilTold(0, 'operation-taken', ({ stage: conflict }) => conflict === 'SKIP_WAIT_REDIRECT');
      const fourth = { source: 0, schema: first.schema, table: 't9' } as const;
      await stage.on(fourth, `CREATE TABLE {t} LIKE ${first.table}`);
      stage.alive = [...stage.alive, fourth];
      await stage.write();
      for (const shard of [second, third]) await stage.on(shard, rename, ADD_C);
      await stage.write();
    },
  },
  {
    title: 'a shard that is made like a table that is no shard',
    modes: BOTH,
    tell: async (stage, [first, second]) => {
      const fourth = { source: 0, schema: first.schema, table: 't9' } as const;
      await stage.on(second, `CREATE TABLE blank ${COLUMNS}`, 'CREATE TABLE t9 LIKE blank', 'DROP TABLE blank');
      stage.alive = [...stage.alive, fourth];
      await stage.write();
    },
  },
  {
    title: 'a shard that is dropped meanwhile',
    modes: BOTH,
    tell: async (stage, [first, second, third]) => {
      await stage.on(first, ADD_C);
      await stage.write();
      await empty(stage, second);
      await stage.on(second, 'DROP TABLE {t}');
      await stage.write();
      await stage.on(third, ADD_C);
      await stage.write();
    },
  },
  {
    title: 'a database that is dropped meanwhile',
    modes: BOTH,
    tell: async (stage, [first, second, third], mode) => {
      await stage.on(first, ADD_C);
      await stage.write();
      await empty(stage, third);
      await stage.on(third, `DROP DATABASE ${third.schema}`);
      await stage.on(second, ADD_C);
      await stage.write();
      await stage.untilTold(1, 'table-dropped');
      // A source without shards still is one of the task's.
      if (mode === 'pessimistic') await lockstep('exclude-source', stage.name, '--source', `${stage.name}-s2`);
    },
  },
  {
    title: 'TRUNCATE, which isn’t executed downstream',
    modes: BOTH,
    tell: async (stage, [first]) => {
      await stage.merged();
      await stage.on(first, 'TRUNCATE {t}');
      await stage.untilTold(0, 'statement-ignored');
      await stage.write(first);
      await stage.until('the target keeps the rows of before', async () =>
        (await stage.differences()).some((difference) => difference.startsWith('only the target has')),
      );
      const target = `${stage.target.schema}.${stage.target.table}`;
      await scene().downstream.execute(`DELETE FROM ${target} WHERE id BETWEEN 10000 AND 10002`);
    },
  },
  {
    title: 'DDLs on some shards while a worker is down',
    modes: BOTH,
    tell: async (stage, [first, second, third]) => {
      await stage.stop(0);
      await stage.on(first, ADD_C);
      await stage.write();
      await stage.on(third, ADD_C);
      await stage.on(second, ADD_C);
      await stage.write();
      await stage.start(0, { isCaughtUp: false });
    },
  },
  {
    title: 'a conflict that resolves itself when the others follow',
    modes: ['optimistic'],
    tell: async (stage, [first, ...others]) => {
      const rename = 'ALTER TABLE {t} RENAME COLUMN a TO z';
      await stage.on(first, rename);
      await stage.write();
      await stage.untilTold(0, 'operation-taken', ({ stage: conflict }) => conflict === 'SKIP_WAIT_REDIRECT');
      for (const shard of others) {
        await stage.on(shard, rename);
        await stage.write();
      }
    },
  },
  ...(['skip', 'exec'] as const).map((action): Story => ({
    title: `a conflict that a person ends: ${action}`,
    modes: ['optimistic'],
    tell: async (stage, [first, second, third]) => {
      await stage.on(first, ADD_C);
      await stage.untilTold(0, 'acknowledged');
      await stage.on(second, 'ALTER TABLE {t} ADD COLUMN c INT DEFAULT 6');
      await stage.write();
      await release(stage, second, action);
      // The rows of before have the other default; nobody else can know which.
      await stage.on(second, 'ALTER TABLE {t} ALTER COLUMN c SET DEFAULT 5', 'UPDATE {t} SET c = c + 1');
      await untilReported(stage, second, 'SET DEFAULT 5');
      await stage.on(third, ADD_C);
      await stage.write();
    },
  })),
  {
    title: 'a statement of which only a part is in conflict',
    modes: ['optimistic'],
    tell: async (stage, [first, second, third]) => {
      await stage.on(first, ADD_C);
      await stage.untilTold(0, 'acknowledged');
      await stage.on(second, 'ALTER TABLE {t} ADD COLUMN d INT, ADD COLUMN c INT DEFAULT 6');
      await stage.write();
      await release(stage, second, 'exec');
      await stage.untilTold(0, 'acknowledged', ({ ddls }) => ddls.length === 2);
      // The others follow.
      await stage.on(first, 'ALTER TABLE {t} ALTER COLUMN c SET DEFAULT 6', 'ALTER TABLE {t} ADD COLUMN d INT');
      await stage.write();
      await untilReported(stage, first, 'SET DEFAULT 6');
      await stage.on(third, 'ALTER TABLE {t} ADD COLUMN d INT', 'ALTER TABLE {t} ADD COLUMN c INT DEFAULT 6');
      for (const shard of [second, third]) await stage.on(shard, 'UPDATE {t} SET c = c + 1');
      await stage.write();
    },
  },
  {
    title: 'a column that is dropped and added again, once all shards have dropped it',
    modes: BOTH,
    tell: async (stage, shards) => {
      for (const shard of shards) {
        await stage.on(shard, 'ALTER TABLE {t} DROP COLUMN a');
        await stage.write();
      }
      await stage.merged();
      for (const shard of shards) {
        await stage.on(shard, 'ALTER TABLE {t} ADD COLUMN a BIGINT');
        await stage.write();
      }
    },
  },
  {
    title: 'a column that is added again before the others have dropped it: a restart goes on once they have',
    modes: ['optimistic'],
    tell: async (stage, [first, second, third]) => {
      await stage.on(first, 'ALTER TABLE {t} DROP COLUMN a', 'ALTER TABLE {t} ADD COLUMN a INT');
      await stage.write();
      await stage.untilTold(0, 'paused');
      for (const shard of [second, third]) await stage.on(shard, 'ALTER TABLE {t} DROP COLUMN a');
      await stage.write();
      await stage.untilTold(1, 'acknowledged');
      await stage.until(
        'all have dropped it',
        () => stage.told(0).filter(({ kind }) => kind === 'acknowledged').length >= 2,
      );
      await stage.stop(0);
      await stage.start(0, { isCaughtUp: false });
      for (const shard of [second, third]) await stage.on(shard, 'ALTER TABLE {t} ADD COLUMN a INT');
      await stage.write();
    },
  },
];

/** So many are played at a time: they wait more than they work. */
const AT_ONCE = 6;

for (const mode of BOTH)
  describe(`${mode}:`, () => {
    const plays = new Plays(AT_ONCE);
    const told = STORIES.filter(({ modes }) => modes.includes(mode)).map((story) => ({
      title: story.title,
      played: plays.add(() => tell(story, mode)),
    }));
    it.each(told)('$title', ({ played }) => played());
  });

function tell({ columns = COLUMNS, tell: story }: Story, mode: Mode): Promise<void> {
  return scene().play({ mode, columns }, async (stage) => {
    const [first, second, third] = stage.shards;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three shards');
    await stage.write();
    await story(stage, [first, second, third], mode);
  });
}
