import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { MemoryStore } from '../../../src/adapters/memory/memory-store';
import { MysqlCheckpoints } from '../../../src/adapters/mysql/mysql-checkpoints';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { Coordinator } from '../../../src/coordinator/coordinator';
import { parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import { readTableInfo, writeTableInfo } from '../../../src/core/wire/table-info';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { DmShard, sourceTablesPut } from '../../dm/dm-shard';
import { DmTableWorker } from '../../dm/dm-worker';
import { SilentLogger } from '../../support/silent-logger';

jest.setTimeout(120_000);

const task = parseTaskName('merge`orders');
const s1 = parseSourceId('s1');
const DROP = 'ALTER TABLE `shop`.`orders` DROP COLUMN `v`';

let folder: string;
let database: DatabaseServer;
let connection: Connection;

/** The columns that DM's workers give their checkpoint tables. */
const COLUMNS =
  'id VARCHAR(32) NOT NULL, cp_schema VARCHAR(128) NOT NULL, cp_table VARCHAR(128) NOT NULL, binlog_name VARCHAR(128), ' +
  'binlog_pos INT UNSIGNED, binlog_gtid TEXT, table_info JSON NOT NULL, is_global BOOLEAN, ' +
  'UNIQUE KEY uk_id_schema_table (id, cp_schema, cp_table)';
const CHECKPOINTS = '`dm_meta`.`merge``orders_syncer_checkpoint`';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-checkpoints-'));
  database = await DatabaseServer.start();
  connection = await createConnection({ host: '127.0.0.1', port: database.port, user: 'root' });
  await connection.query('CREATE DATABASE dm_meta');
  await connection.query(`CREATE TABLE ${CHECKPOINTS} (${COLUMNS})`);
});

afterAll(async () => {
  await connection.end();
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What a worker of DM stores with its checkpoint of a table. */
async function checkpoint(
  source: string,
  schema: string,
  table: string,
  info: string,
  isGlobal = false,
): Promise<void> {
  const values = [source, schema, table, 'mysql-bin.000001', 4, '', info, isGlobal];
  await connection.query(`REPLACE INTO ${CHECKPOINTS} VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, values);
}

function fileOf(connectionText: string): string {
  const path = join(folder, 'downstream.yaml');
  writeFileSync(path, `tasks:\n  ${JSON.stringify(task)}: ${connectionText}\n`);
  return path;
}

function openCheckpoints(port = database.port): MysqlCheckpoints {
  writeFileSync(join(folder, 'password'), '\n');
  return MysqlCheckpoints.open(fileOf(`{host: 127.0.0.1, port: ${port}, user: root, password-file: password}`));
}

describe('the checkpoints of DM’s workers', () => {
  it('tell the schema of each table, in the order in which they are asked for', async () => {
    const shards = ['a', "b'", 'c`'].map((name) => new DmShard(task, s1, name));
    const [a, b, c] = shards;
    await checkpoint('', '', '', 'null', true);
    for (const { table, schema } of shards) await checkpoint('s1', 'db', table.table, writeTableInfo(schema));
    await checkpoint('s1', 'db', 'without', 'null');
    const checkpoints = openCheckpoints();
    try {
      const without = parseUpstreamTable('s1', 'db', 'without');
      const other = parseUpstreamTable('s2', 'db', 'a');
      const tables = [c, a, b].flatMap((shard) => shard?.table ?? []);
      const [ofC, ofA, ofB, ...none] = await checkpoints.tableInfos(task, [...tables, without, other]);
      const read = [ofC, ofA, ofB].map((info) => readTableInfo(info ?? ''));
      expect(read).toEqual([c?.schema, a?.schema, b?.schema]);
      expect(none).toEqual([null, null]);
      expect(checkpoints.tasks).toEqual(new Map([[task, 'dm_meta']]));
    } finally {
      await checkpoints.close();
    }
  });

  it('can be read for thousands of tables', async () => {
    const { schema } = new DmShard(task, s1, 't');
    const names = Array.from({ length: 1_200 }, (_, index) => `many_${index}`);
    const info = writeTableInfo(schema);
    await connection.query(`INSERT INTO ${CHECKPOINTS} VALUES ?`, [
      names.map((name) => ['s9', 'db', name, 'mysql-bin.000001', 4, '', info, false]),
    ]);
    const checkpoints = openCheckpoints();
    try {
      const tables = names.map((name) => parseUpstreamTable('s9', 'db', name));
      expect((await checkpoints.tableInfos(task, tables)).filter((found) => found !== null)).toHaveLength(1_200);
    } finally {
      await checkpoints.close();
    }
  });

  it('say what keeps them from being read', async () => {
    const table = [parseUpstreamTable('s1', 'db', 'a')];
    const nowhere = openCheckpoints(1);
    await expect(nowhere.tableInfos(task, table)).rejects.toMatchObject({ code: 'DOWNSTREAM_UNAVAILABLE' });
    await nowhere.close();
    const elsewhere = MysqlCheckpoints.open(
      fileOf(`{host: 127.0.0.1, port: ${database.port}, meta-schema: other_meta}`),
    );
    await expect(elsewhere.tableInfos(task, table)).rejects.toMatchObject({
      code: 'DOWNSTREAM_UNAVAILABLE',
      message: expect.stringContaining('other_meta'),
    });
    await elsewhere.close();
  });

  it('are where tables begin in a lock, from the database to the answer', async () => {
    const shards = [
      new DmShard(task, s1, 'orders_1'),
      new DmShard(task, s1, 'orders_2', 'CREATE TABLE t (id INT PRIMARY KEY)'),
    ] as const;
    for (const { table, schema } of shards) await checkpoint('s1', 'db', table.table, writeTableInfo(schema));
    const clock = new SystemClock();
    const store = new MemoryStore(clock);
    const downstream = openCheckpoints();
    const coordinator = await Coordinator.start({ store, clock, logger: new SilentLogger(), downstream });
    try {
      await store.txn({ compares: [], then: [sourceTablesPut(shards)] });
      const told = await new DmTableWorker(store, shards[0]).report([DROP]);
      expect(told.operation).toMatchObject({ ddls: [DROP], columns: ['v'] });
    } finally {
      await coordinator.stop();
      await downstream.close();
      await store.close();
    }
  });
});
