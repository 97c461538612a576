import { describe, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerConnection } from '../../../sdk/plugins/mysql';
import type { MergeStage } from './merge-stage';
import { useScene } from './use-scene';

jest.setTimeout(120_000);

const scene = useScene();

const DROP = 'ALTER TABLE {t} DROP COLUMN a';

/** What the downstream says of a statement that would change a table. */
const WAITING = 'Waiting for table metadata lock';

/** How many there are of something on the downstream. */
async function countDownstream(sql: string): Promise<number> {
  const [row] = await scene().downstream.use((connection) => connection.rows(`SELECT COUNT(*) AS found FROM ${sql}`));
  return row?.number('found') ?? 0;
}

const metBy = (stage: MergeStage, source: 0 | 1): number =>
  stage.told(source).filter(({ kind }) => kind === 'ddl-met').length;

describe('a downstream that is slow with the rows of one source', () => {
  it.each([
    // The last one that drops a column is told to execute it.
    ['optimistic', [0, 1]],
    // The first one that reports is.
    ['pessimistic', [1, 0]],
  ] as const)('%s: takes them before the column is gone that another one has dropped', async (mode, order) => {
    const lock = await ServerConnection.open(scene().downstream.address);
    try {
      await scene().play({ mode, columns: '(id INT PRIMARY KEY, a INT, b VARCHAR(20))' }, async (stage) => {
        const [first, second, third] = stage.shards;
        if (first === undefined || second === undefined || third === undefined) throw new Error('three shards');
        await stage.on(first, "INSERT INTO {t} VALUES (1, 1, 'x')");
        await stage.merged();
        await lock.execute('START TRANSACTION');
        await lock.rows(`SELECT * FROM ${stage.name}.t WHERE id = 1 FOR UPDATE`);
        await stage.on(first, "UPDATE {t} SET b = 'y' WHERE id = 1");
        await stage.until('the rows of the first source wait', async () => {
          const [row] = await scene().downstream.use((connection) => connection.rows('SHOW ENGINE INNODB STATUS'));
          return row?.text('Status').includes('LOCK WAIT') === true;
        });
        // These come with the next batch, or with one behind it.
        await stage.write(first, second);
        for (const source of order) {
          for (const shard of source === 0 ? [first, second] : [third]) await stage.on(shard, DROP);
          const wanted = source === 0 ? 2 : 1;
          await stage.until('the DDLs are met', () => metBy(stage, source) === wanted);
          if (source === 1) await stage.untilTold(1, 'reported');
        }
        if (mode === 'optimistic') await stage.untilTold(1, 'operation-taken');
        // A report that comes too early has so long to come: a slow machine may miss it, and never finds one that isn't.
        await sleep(500);
        // Had the first source reported, the second one would drop the column as soon as the rows that wait are written.
        if (stage.told(0).some(({ kind }) => kind === 'reported'))
          await stage.until('the column is being dropped', async () => {
            return (await countDownstream(`information_schema.PROCESSLIST WHERE STATE = '${WAITING}'`)) > 0;
          });
        await lock.execute('COMMIT');
        await stage.write();
      });
    } finally {
      lock.close();
    }
  });
});
