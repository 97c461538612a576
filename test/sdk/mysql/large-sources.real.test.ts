import { describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerConnection } from '../../../sdk/plugins/mysql';
import type { MergeStage, Shard, StageOptions } from './merge-stage';
import { useScene } from './use-scene';

jest.setTimeout(900_000);

const scene = useScene();

const IS_FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';

/** As long as the slowest of them needs on a busy machine. */
const PATIENCE_MS = 400_000;

/** In full everything in both modes. */
const modes = (inShort: Mode): readonly Mode[] => (IS_FULL ? ['optimistic', 'pessimistic'] : [inShort]);

type Mode = 'optimistic' | 'pessimistic';

const firstOf = ({ shards: [first] }: MergeStage): Shard => {
  if (first === undefined) throw new Error('three shards');
  return first;
};

function play(options: StageOptions, tell: (stage: MergeStage) => Promise<void>): Promise<void> {
  return scene().play({ patienceMs: PATIENCE_MS, ...options }, tell);
}

/** Resolves when the target has so many rows like that: to compare all of them again and again would take too long. */
async function untilThereAre(stage: MergeStage, count: number, condition: string): Promise<void> {
  const sql = `SELECT COUNT(*) AS found FROM ${stage.name}.t WHERE ${condition}`;
  await stage.until(`${count} rows with ${condition}`, async () => {
    const [row] = await scene().downstream.use((connection) => connection.rows(sql));
    return row?.number('found') === count;
  });
}

describe('one transaction', () => {
  const THOUSANDS = IS_FULL ? 1_000 : 20;

  it(`of ${THOUSANDS},000 rows, inserted, then updated`, async () => {
    const columns = '(id INT PRIMARY KEY, v VARCHAR(100))';
    await play({ mode: 'optimistic', columns }, async (stage) => {
      const numbers = 'WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 1000)';
      const rows = `${numbers} SELECT x.i + 1000 * y.i, REPEAT('x', 90) FROM n x, n y WHERE y.i < ${THOUSANDS}`;
      const first = firstOf(stage);
      await stage.on(first, `INSERT INTO {t} ${rows}`);
      await untilThereAre(stage, THOUSANDS * 1_000, "v LIKE 'x%'");
      await stage.on(first, "UPDATE {t} SET v = REPEAT('y', 95)");
      await untilThereAre(stage, THOUSANDS * 1_000, "v LIKE 'y%'");
    });
  });
});

describe('tables of 1,000 columns', () => {
  const TYPES = ['TINYINT', 'CHAR(1)', 'SMALLINT NOT NULL DEFAULT 0', "ENUM('a', 'b')"];
  const list = Array.from({ length: 999 }, (_, index) => `c${index} ${TYPES[index % TYPES.length] ?? ''}`).join(', ');

  it.each(modes('optimistic'))('%s: are copied, followed and changed', async (mode) => {
    const upstream = { start: { kind: 'snapshot' } } as const;
    await play({ mode, columns: `(id INT PRIMARY KEY, ${list})`, upstream }, async (stage) => {
      for (let times = 0; times < 5; times += 1) await stage.write();
      for (const shard of stage.shards) {
        await stage.on(shard, 'ALTER TABLE {t} ADD COLUMN more INT DEFAULT 3, DROP COLUMN c5');
        await stage.write();
      }
    });
  });
});

describe('values of 16 MB, where servers take no larger packets', () => {
  const COUNT = IS_FULL ? 30 : 2;
  /** Written as digits it takes twice as much. */
  const insert = (id: number): string => `INSERT INTO {t} VALUES (${id}, REPEAT(x'00ff27', 5500000))`;
  const columns = '(id INT PRIMARY KEY, v LONGBLOB)';

  async function untilAll(stage: MergeStage, count = COUNT): Promise<void> {
    await untilThereAre(stage, count, "SHA2(v, 256) = SHA2(REPEAT(x'00ff27', 5500000), 256)");
    // What is compared in the end fits into memory.
    await stage.on(firstOf(stage), 'DELETE FROM {t} WHERE id > 1');
  }

  it('come from the log', async () => {
    await play({ mode: 'optimistic', columns }, async (stage) => {
      for (let id = 1; id <= COUNT; id += 1) await stage.on(firstOf(stage), insert(id));
      await untilAll(stage);
    });
  });

  it('come from a snapshot', async () => {
    const before = async (stage: MergeStage): Promise<void> => {
      for (let id = 1; id <= COUNT; id += 1) await stage.on(firstOf(stage), insert(id));
    };
    await play({ mode: 'optimistic', columns, upstream: { start: { kind: 'snapshot' } }, before }, (stage) =>
      untilAll(stage),
    );
  });

  if (IS_FULL)
    it('aren’t read ahead of a downstream that is slow', async () => {
      const lock = await ServerConnection.open(scene().downstream.address);
      const count = 60;
      const offsetOf = (stage: MergeStage): number =>
        Number(/"offset":(\d+)/u.exec(stage.status(0)?.position ?? '')?.[1]);
      await play({ mode: 'optimistic', columns }, async (stage) => {
        const begin = offsetOf(stage);
        await lock.execute(`LOCK TABLES ${stage.name}.t WRITE`);
        for (let id = 1; id <= count; id += 1) await stage.on(firstOf(stage), insert(id));
        let [before, now] = [begin, begin];
        await stage.until('it reads no more', async () => {
          await sleep(1_000);
          [before, now] = [now, offsetOf(stage)];
          return now > begin && before === now;
        });
        // A few that are on their way downstream, and five that wait.
        expect((now - begin) / 16_500_000).toBeLessThan(13);
        await lock.execute('UNLOCK TABLES');
        await untilAll(stage, count);
      }).finally(() => lock.close());
    });
});

describe('a source of many tables', () => {
  const COUNT = IS_FULL ? 1_000 : 40;

  it.each(modes('pessimistic'))(`%s: ${COUNT} shards and others beside them`, async (mode) => {
    const columns = '(id INT PRIMARY KEY, a INT, b VARCHAR(20))';
    const upstream = { start: { kind: 'snapshot' } } as const;
    const before = async (stage: MergeStage): Promise<void> => {
      const first = firstOf(stage);
      const more = Array.from({ length: COUNT }, (_, index) => ({ ...first, table: `t${index + 100}` }));
      await stage.on(
        first,
        ...more.flatMap(({ table }, index) => [
          `CREATE TABLE ${table} ${columns}`,
          `INSERT INTO ${table} VALUES (${1_000_000 + index}, 1, 'x')`,
          `CREATE TABLE other_${table} (id INT PRIMARY KEY)`,
        ]),
      );
      stage.alive = [...stage.alive, ...more];
    };
    await play({ mode, columns, upstream, before }, async (stage) => {
      for (const source of [0, 1] as const) {
        await stage.untilTold(source, 'mark', ({ name }) => name.startsWith('snapshot'));
        await scene().sources[source].execute(
          ...stage.alive
            .filter((shard) => shard.source === source)
            .map(({ schema, table }) => `${schema}.${table}`)
            .flatMap((name) => [`ALTER TABLE ${name} ADD COLUMN c INT`, `UPDATE ${name} SET c = 7`]),
        );
      }
    });
  });
});
