import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { InProcessServer } from '../../../sdk/testing';
import { MariaDb } from '../../../src/demo/mysql/mariadb';
import type { Databases } from './merge-stage';
import { MergeStage } from './merge-stage';

jest.setTimeout(180_000);

let databases: Databases;
let server: InProcessServer;
const closing: (() => Promise<void>)[] = [];
let stage: MergeStage | null = null;

beforeAll(async () => {
  const startOne = async (): Promise<MariaDb> => {
    const database = await MariaDb.start();
    closing.push(() => database.stop());
    return database;
  };
  const [first, second, downstream] = await Promise.all([startOne(), startOne(), startOne()]);
  databases = { sources: [first, second], downstream };
  server = await InProcessServer.start();
  closing.push(() => server.stop());
});

afterEach(async () => {
  await stage?.close();
  stage = null;
});

afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
});

const COLUMNS = '(id INT PRIMARY KEY, a INT, b VARCHAR(20))';

/** What every shard does, one after the other, while rows are written. */
interface Change {
  readonly title: string;
  readonly columns?: string;
  readonly ddls: readonly string[];
}

const CHANGES: readonly Change[] = [
  { title: 'add a column', ddls: ['ALTER TABLE {t} ADD COLUMN c INT DEFAULT 5'] },
  { title: 'drop a column', ddls: ['ALTER TABLE {t} DROP COLUMN a'] },
  { title: 'rename a column', ddls: ['ALTER TABLE {t} RENAME COLUMN a TO z'] },
  { title: 'change a column', ddls: ['ALTER TABLE {t} CHANGE COLUMN a z BIGINT'] },
  { title: 'modify a column', ddls: ['ALTER TABLE {t} MODIFY COLUMN b VARCHAR(40)'] },
];

for (const mode of ['optimistic', 'pessimistic'] as const)
  describe(`${mode}: all shards, one after the other`, () => {
    it.each(CHANGES)('$title', async ({ columns = COLUMNS, ddls }) => {
      stage = await MergeStage.open(databases, server, { mode, columns });
      await stage.write();
      for (const shard of stage.shards) {
        await stage.on(shard, ...ddls);
        await stage.write();
      }
      await stage.merged();
      expect(await stage.differences()).toEqual([]);
    });
  });
