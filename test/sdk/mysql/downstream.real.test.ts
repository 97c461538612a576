import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Checkpoint, RowChange } from '../../../sdk';
import { silentLogger } from '../../../sdk/logger';
import { MySqlDownstream } from '../../../sdk/plugins/mysql';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { serverProgram } from '../../../src/demo/mysql/server-program';
import { TcpProxy } from '../../support/tcp-proxy';

jest.setTimeout(60_000);

let database: DatabaseServer;
let proxy: TcpProxy;

beforeAll(async () => {
  database = await DatabaseServer.start();
  proxy = await TcpProxy.start(database.port);
  await database.execute('CREATE DATABASE db', 'CREATE TABLE db.t (id INT)');
});

afterAll(async () => {
  await proxy.stop();
  await database.stop();
});

const changes = (...ids: readonly number[]): readonly RowChange[] => [
  {
    ...{ target: { schema: 'db', table: 't' }, source: 's', table: { schema: 'a', table: 'b' }, change: 'insert' },
    ...{ columns: ['id'], position: 1, repeated: false, rows: ids.map((id) => ({ after: { id } })) },
  },
];

const checkpoint = (position: number): Checkpoint => ({ version: 1, position, schemas: [], tables: [] });

/** Bytes that end a transaction, on their way there; and the answer to them. */
const isCommit = (bytes: Buffer): boolean => bytes.includes('COMMIT');

/** How long a commit takes where a replica is waited for that doesn't come, in milliseconds. */
const SLOW_COMMIT_MS = 1_500;

interface Break {
  readonly title: string;
  readonly cut: () => void;
  readonly before?: readonly string[];
}

const BREAKS: readonly Break[] = [
  {
    title: 'before the server has got it',
    cut: () => proxy.setTrap((bytes, isAnswer) => (!isAnswer && isCommit(bytes) ? 'cut-before' : null)),
  },
  {
    title: 'before its answer has come',
    cut: () => {
      let isCommitting = false;
      proxy.setTrap((bytes, isAnswer) => {
        if (isAnswer) return isCommitting ? 'cut-before' : null;
        isCommitting = isCommit(bytes);
        return null;
      });
    },
  },
];

/** Only MariaDB can wait for replicas as it is. */
const WHILE_COMMITTING: Break = {
  title: 'while the server still commits',
  before: [
    `SET GLOBAL rpl_semi_sync_master_timeout = ${SLOW_COMMIT_MS}, GLOBAL rpl_semi_sync_master_wait_point = AFTER_SYNC`,
    'SET GLOBAL rpl_semi_sync_master_wait_no_slave = ON, GLOBAL rpl_semi_sync_master_enabled = ON',
  ],
  cut: () => proxy.setTrap((bytes, isAnswer) => (!isAnswer && isCommit(bytes) ? 'cut-behind' : null)),
};

describe('a connection that breaks at a commit', () => {
  it.each([...BREAKS, ...(serverProgram().product === 'MariaDB' ? [WHILE_COMMITTING] : [])])(
    '$title neither loses nor doubles rows of a table without a key',
    async ({ cut, before = [] }) => {
      await database.execute('TRUNCATE db.t');
      const downstream = new MySqlDownstream({ address: { ...database.address, port: proxy.port } }, 'task/source');
      await downstream.loadPosition();
      await downstream.apply(changes(1), checkpoint(1));
      await database.execute(...before);
      cut();
      await downstream.apply(changes(2, 2, 3), checkpoint(2));
      await downstream.apply(changes(4), null);
      const rows = await database.use((connection) => connection.rows('SELECT id FROM db.t ORDER BY id'));
      expect(rows.map((row) => row.number('id'))).toEqual([1, 2, 2, 3, 4]);
      expect(await downstream.loadPosition()).toEqual(checkpoint(2));
      await downstream.close();
    },
  );
});

describe('a process that was taken for dead', () => {
  it('writes nothing behind what its successor has written', async () => {
    await database.execute('TRUNCATE db.t');
    const [first, second] = [1, 2].map(() => new MySqlDownstream({ address: database.address }, 'task/other'));
    if (first === undefined || second === undefined) throw new Error('two of them');
    await first.loadPosition();
    await first.apply(changes(1), checkpoint(1));
    expect(await second.loadPosition()).toEqual(checkpoint(1));
    await second.apply(changes(2), checkpoint(2));
    await expect(first.apply(changes(2), checkpoint(2))).rejects.toMatchObject({
      code: 'STALE_SESSION',
      message: 'another process writes the checkpoint of task/other in `lockstep`.`checkpoints`, or has removed it',
    });
    await second.apply(changes(3), checkpoint(3));
    const rows = await database.use((connection) => connection.rows('SELECT id FROM db.t ORDER BY id'));
    expect(rows.map((row) => row.number('id'))).toEqual([1, 2, 3]);
    await Promise.all([first.close(), second.close()]);
  });

  if (process.env['LOCKSTEP_TEST_FULL'] === '1')
    it('keeps its successor waiting for a while only, though the server doesn’t hear that its host has gone', async () => {
      await database.execute('TRUNCATE db.t');
      const address = { ...database.address, port: proxy.port };
      const [first, second] = [address, database.address].map(
        (each) => new MySqlDownstream({ address: each }, 'task/gone'),
      );
      if (first === undefined || second === undefined) throw new Error('two of them');
      await first.loadPosition();
      const isGone = new Promise<void>((resolve) => {
        proxy.setTrap((bytes, isAnswer) => {
          if (isAnswer || !isCommit(bytes)) return null;
          resolve();
          return 'swallow';
        });
      });
      const writing = first.apply(changes(1), checkpoint(1)).catch((error: unknown) => error);
      await isGone;
      expect(await second.loadPosition()).toBeNull();
      await second.apply(changes(2), checkpoint(2));
      const rows = await database.use((connection) => connection.rows('SELECT id FROM db.t'));
      expect(rows.map((row) => row.number('id'))).toEqual([2]);
      await Promise.all([first.close(), second.close()]);
      expect(await writing).toBeInstanceOf(Error);
    });
});

describe('a downstream that isn’t ready', () => {
  it.each(['db.nowhere', 'nowhere.t'])('has no %s, and says what to do', async (name) => {
    const [schema = '', table = ''] = name.split('.');
    const downstream = new MySqlDownstream({ address: database.address }, 'task/nowhere');
    await downstream.loadPosition();
    const missing = changes(1).map((change) => ({ ...change, target: { schema, table } }));
    await expect(downstream.apply(missing, checkpoint(1))).rejects.toMatchObject({
      code: 'PLUGIN_FAILED',
      message: `the downstream has no table \`${schema}\`.\`${table}\`, into which shards are merged: create it as SHOW CREATE TABLE has it of a shard`,
    });
    await downstream.close();
  });

  it('is waited for, which is told', async () => {
    const told: unknown[] = [];
    const warn = (fields: object, message: string): void => void told.push({ ...fields, message });
    const logger = { ...silentLogger, warn };
    const downstream = new MySqlDownstream({ address: { ...database.address, port: 1 }, logger }, 'task/away');
    const loading = downstream.loadPosition();
    loading.catch(() => undefined);
    while (told.length < 2) await sleep(20);
    await downstream.close();
    await expect(loading).rejects.toThrow('ECONNREFUSED');
    expect(told[0]).toMatchObject({ attempt: 1, message: 'the checkpoint can’t be read; trying again' });
  });
});

describe('a statement that is executed again', () => {
  const target = { schema: 'again', table: 't' };
  const T = '`again`.`t`';

  it.each([
    'CREATE DATABASE `again`',
    `CREATE TABLE ${T} (id INT NOT NULL, a INT, b VARCHAR(20), d INT)`,
    `ALTER TABLE ${T} ADD COLUMN c INT`,
    `ALTER TABLE ${T} DROP COLUMN c`,
    `ALTER TABLE ${T} RENAME COLUMN a TO e`,
    `ALTER TABLE ${T} CHANGE COLUMN e f BIGINT`,
    `ALTER TABLE ${T} ADD PRIMARY KEY (id)`,
    `ALTER TABLE ${T} ADD INDEX k (f)`,
    `ALTER TABLE ${T} RENAME INDEX k TO l`,
    `ALTER TABLE ${T} ADD UNIQUE INDEX u (id, f)`,
    `CREATE INDEX m ON ${T} (b)`,
    `DROP INDEX m ON ${T}`,
    `ALTER TABLE ${T} DROP INDEX u`,
    `ALTER TABLE ${T} DROP PRIMARY KEY`,
    `ALTER TABLE ${T} ADD CONSTRAINT p CHECK (id > 0)`,
    `ALTER TABLE ${T} DROP CONSTRAINT p`,
    `DROP TABLE ${T}`,
    'DROP DATABASE `again`',
  ])('counts as done: %s', async (ddl) => {
    const downstream = new MySqlDownstream({ address: database.address }, 'task/again');
    const { signal } = new AbortController();
    const execute = (): Promise<unknown> => downstream.execute(ddl, { key: 'k', revision: '1', target, signal });
    expect(await execute()).toEqual({ kind: 'done' });
    expect(await execute()).toEqual({ kind: 'already-done' });
    await downstream.close();
  });

  it.each([
    ['a table that isn’t there', 'ALTER TABLE `db`.`gone` ADD COLUMN c INT', 1146],
    ['a column that never was', 'ALTER TABLE `db`.`t` RENAME COLUMN x TO y', 1054],
    ['a key that never was', 'ALTER TABLE `db`.`t` RENAME INDEX x TO y', 1176],
    ['another type of rows', 'ALTER TABLE `db`.`t` ADD COLUMN c INT AS (nothing) STORED', 1054],
  ])('fails for good with %s', async (_what, ddl, number) => {
    const downstream = new MySqlDownstream({ address: database.address }, 'task/again');
    const { signal } = new AbortController();
    const result = await downstream.execute(ddl, {
      key: 'k',
      revision: '1',
      target: { schema: 'db', table: 't' },
      signal,
    });
    expect(result).toMatchObject({ kind: 'failed', reason: expect.stringContaining(`(${number})`), retryable: false });
    await downstream.close();
  });
});
