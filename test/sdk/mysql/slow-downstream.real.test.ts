import { describe, it, jest } from '@jest/globals';
import { ServerConnection } from '../../../sdk/plugins/mysql';
import { useScene } from './use-scene';

jest.setTimeout(120_000);

const scene = useScene();

const DROP = 'ALTER TABLE {t} DROP COLUMN a';

describe('a downstream that is slow', () => {
  it.each(['optimistic', 'pessimistic'] as const)(
    '%s: takes the rows of one source before the column is gone that another one has dropped',
    async (mode) => {
      const lock = await ServerConnection.open(scene().downstream.address);
      try {
        await scene().play({ mode, columns: '(id INT PRIMARY KEY, a INT, b VARCHAR(20))' }, async (stage) => {
          const [first, second, third] = stage.shards;
          if (first === undefined || second === undefined || third === undefined) throw new Error('three shards');
          await stage.write();
          await stage.merged();
          await lock.execute(`LOCK TABLES ${stage.name}.t WRITE`);
          for (const shard of [first, second]) await stage.on(shard, DROP);
          await stage.write();
          await stage.on(third, DROP);
          for (const source of [0, 1] as const) await stage.untilTold(source, 'ddl-met');
          await lock.execute('UNLOCK TABLES');
          await stage.write();
        });
      } finally {
        lock.close();
      }
    },
  );
});
