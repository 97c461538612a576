import { describe, it, jest } from '@jest/globals';
import { ServerConnection } from '../../../sdk/plugins/mysql';
import type { MergeStage, Shard } from './merge-stage';
import { useScene } from './use-scene';

jest.setTimeout(120_000);

const scene = useScene();

const COLUMNS = '(id INT PRIMARY KEY, a INT, b VARCHAR(20))';

/** More than a worker has at hand at a time, so that the next table waits while the downstream does. */
const ROWS_AT_FIRST = 25_000;

/** What all shards do while they are copied: those that are read, and those that wait for it. */
const CHANGES: readonly (readonly [title: string, ddls: readonly string[]])[] = [
  ['add a column', ['ALTER TABLE {t} ADD COLUMN c INT NOT NULL DEFAULT 5']],
  ['drop a column', ['ALTER TABLE {t} DROP COLUMN a']],
  ['modify a column', ['ALTER TABLE {t} MODIFY COLUMN b VARCHAR(40)']],
  ['rename a column', ['ALTER TABLE {t} RENAME COLUMN a TO z']],
];

/** The first shard has many rows, the others a few; there is a fourth one. */
async function fill(stage: MergeStage): Promise<void> {
  const [first] = stage.shards;
  if (first === undefined) throw new Error('three shards');
  const numbers = 'WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 500)';
  await stage.on(
    first,
    `INSERT INTO {t} ${numbers} SELECT 1000000 + x.i + 500 * y.i, 1, 'x' FROM n x, n y WHERE x.i + 500 * y.i < ${ROWS_AT_FIRST}`,
  );
  const fourth = { ...first, table: 't3' };
  await stage.on(fourth, `CREATE TABLE {t} ${COLUMNS}`, 'CREATE TABLE z (id INT PRIMARY KEY)');
  stage.alive = [...stage.alive, fourth];
  await stage.write();
}

/** How many statements wait for a table on a source. */
async function waitingOn(source: 0 | 1): Promise<number> {
  const rows = await scene().sources[source].use((connection) => connection.rows('SHOW PROCESSLIST'));
  return rows.filter((row) => row.text('State') === 'Waiting for table metadata lock').length;
}

/** Every shard executes the statements while none but the first rows of the first can be copied, and rows are written. */
async function playWhileCopying(
  mode: 'optimistic' | 'pessimistic',
  ddls: readonly string[],
  also: (stage: MergeStage) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const lock = await ServerConnection.open(scene().downstream.address);
  const before = async (stage: MergeStage): Promise<void> => {
    await fill(stage);
    await lock.execute(`LOCK TABLES ${stage.name}.t WRITE`);
  };
  const upstream = { start: { kind: 'snapshot' } } as const;
  try {
    await scene().play({ mode, columns: COLUMNS, upstream, before }, async (stage) => {
      for (const source of [0, 1] as const) await stage.untilTold(source, 'mark');
      await stage.write();
      // A table that is no shard needn't wait.
      for (const shard of stage.alive.slice(-1)) await stage.on(shard, 'ALTER TABLE z ADD COLUMN x INT');
      let ended = 0;
      const roll = async (shard: Shard): Promise<void> => {
        await stage.on(shard, ...ddls);
        ended += 1;
        await stage.write(shard);
      };
      const alsoPlayed = also(stage);
      const shards = [...stage.alive];
      const rolls = Promise.all([alsoPlayed, ...shards.map(roll)]);
      await stage.until('all have executed them, or wait', async () => {
        const waiting = (await waitingOn(0)) + (await waitingOn(1));
        return waiting + ended >= shards.length;
      });
      await lock.execute('UNLOCK TABLES');
      await rolls;
      await stage.write();
    });
  } finally {
    lock.close();
  }
}

describe.each(['optimistic', 'pessimistic'] as const)('%s: while the shards are copied', (mode) => {
  it.each(CHANGES)('%s', (_title, ddls) => playWhileCopying(mode, ddls));

  it('a shard is created, and another one dropped', () =>
    playWhileCopying(mode, ['ALTER TABLE {t} ADD COLUMN c INT'], async (stage) => {
      const [first, , , dropped] = stage.alive;
      if (first === undefined || dropped === undefined) throw new Error('four shards');
      stage.alive = [...stage.shards];
      const created = { ...first, table: 't9' };
      await stage.on(created, `CREATE TABLE {t} ${COLUMNS}`);
      await stage.write(created);
      await stage.on(created, 'ALTER TABLE {t} ADD COLUMN c INT');
      await stage.write(created);
      await stage.on(dropped, 'DELETE FROM {t}', 'DROP TABLE {t}');
      stage.alive = [...stage.alive, created];
    }));
});
