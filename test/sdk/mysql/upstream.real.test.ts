import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue, UpstreamEvent } from '../../../sdk';
import { MySqlUpstream } from '../../../sdk/plugins/mysql';
import type { MySqlUpstreamOptions } from '../../../sdk/plugins/mysql';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { serverProgram } from '../../../src/demo/mysql/server-program';
import { readAll } from './read-all';
import { wordsOf } from './server-words';

jest.setTimeout(120_000);

const isMySql = serverProgram().product === 'MySQL';
const words = wordsOf({ program: serverProgram() });

let database: DatabaseServer;

beforeAll(async () => {
  database = await DatabaseServer.start(words.compressing);
  await database.execute('CREATE DATABASE db', 'CREATE TABLE db.t (id INT PRIMARY KEY, v VARCHAR(200))');
});

afterEach(async () => {
  await database.execute('SET GLOBAL binlog_format = ROW, GLOBAL binlog_row_image = FULL');
});

afterAll(() => database.stop());

/** A user with a password, who may do nothing yet. */
async function makeUser(user: string): Promise<void> {
  await database.execute(`DROP USER IF EXISTS ${user}`, `CREATE USER ${user} IDENTIFIED BY 'p'`);
}

const upstreamOf = (options: Partial<MySqlUpstreamOptions> = {}): MySqlUpstream =>
  new MySqlUpstream({ address: database.address, heartbeatMs: 100, ...options });

/** So many transactions take a server longer to pass over than one heartbeat. */
const PASSED_OVER = 2_000;

/** Where the log ends. */
async function placeOfNow(upstream: MySqlUpstream): Promise<JsonValue | null> {
  for await (const { position } of upstream.read(null, new AbortController().signal)) {
    await upstream.close();
    return position;
  }
  return null;
}

/** What is the same of an event whenever it is read. */
const shown = (event: UpstreamEvent): string => JSON.stringify({ ...event, rows: 'rows' in event ? 'rows' : '' });

const failing = (upstream: MySqlUpstream): Promise<unknown> =>
  upstream.tables().then(
    () => null,
    (error: unknown) => error,
  );

describe.each(['file', 'gtid'] as const)('positions by %s', (positions) => {
  it('lead to the same events again, from every one of them, also within transactions and behind rotations', async () => {
    const upstream = upstreamOf({ positions });
    await upstream.tables();
    await database.execute(
      'BEGIN',
      "INSERT INTO db.t VALUES (1, 'a'), (2, 'b')",
      "UPDATE db.t SET v = REPEAT('x', 150)",
      'DELETE FROM db.t WHERE id = 1',
      'COMMIT',
      'ALTER TABLE db.t ADD COLUMN w INT',
      'FLUSH BINARY LOGS',
      'UPDATE db.t SET w = 1',
      'CREATE TABLE db.u AS SELECT * FROM db.t',
      'DROP TABLE db.u',
      'ALTER TABLE db.t DROP COLUMN w',
      'DELETE FROM db.t',
    );
    const events = await readAll(upstream, null);
    expect(events.map(({ kind }) => kind)).toEqual(
      ['mark', 'rows', 'rows', 'rows', 'ddl', 'rows', 'ddl', 'rows', 'ddl', 'ddl', 'rows'].map(String),
    );
    for (const [index, { position }] of events.entries()) {
      const again = await readAll(upstreamOf({ positions }), position);
      expect(again.map(shown)).toEqual(events.slice(index + 1).map(shown));
      const next = events[index + 1];
      if (next !== undefined) expect(upstream.compare(position, next.position)).toBeLessThan(0);
    }
    await upstream.close();
  });
});

describe('positions by gtid', () => {
  it('lead on with another server of the topology', async () => {
    const replica = await DatabaseServer.start(isMySql ? [] : ['--log-slave-updates=ON']);
    try {
      const upstream = upstreamOf({ positions: 'gtid' });
      await upstream.tables();
      const [row] = await database.use((connection) => connection.rows(`SELECT ${words.gtids} AS at`));
      await replica.execute(
        'CREATE DATABASE db',
        'CREATE TABLE db.t (id INT PRIMARY KEY, v VARCHAR(200))',
        ...words.follow(database.port, row?.text('at').replaceAll('\n', '') ?? ''),
      );
      await database.execute(
        "INSERT INTO db.t VALUES (50, 'a')",
        "UPDATE db.t SET v = 'b' WHERE id = 50",
        'FLUSH TABLES',
      );
      const events = await readAll(upstream, null);
      await upstream.close();
      const second = events.findIndex((event) => event.kind === 'rows');
      const other = new MySqlUpstream({ address: replica.address, heartbeatMs: 100, positions: 'gtid' });
      const found: UpstreamEvent[] = [];
      // Until the replica has all of it.
      for await (const event of other.read(events[second]?.position ?? null, AbortSignal.timeout(30_000))) {
        if (event.kind !== 'rows') continue;
        found.push(event);
        break;
      }
      expect(found).toMatchObject([{ kind: 'rows', change: 'update' }]);
      expect(other.compare(events[second]?.position ?? null, found[0]?.position ?? null)).toBeLessThan(0);
      expect(other.compare(events[second + 1]?.position ?? null, found[0]?.position ?? null)).toBe(0);
      await other.close();
    } finally {
      await replica.stop();
      await database.execute('DELETE FROM db.t WHERE id = 50');
    }
  });
});

describe.each(['file', 'gtid'] as const)('a source, with positions by %s', (positions) => {
  it('may get another identity', async () => {
    const upstream = upstreamOf({ positions });
    await upstream.tables();
    await database.execute("INSERT INTO db.t VALUES (60, 'a')", 'DELETE FROM db.t WHERE id = 60');
    const [, insert, remove] = await readAll(upstream, null);
    await upstream.close();
    const [row] = await database.use((connection) => connection.rows('SELECT @@datadir AS folder'));
    await database.shutDown();
    // Of MySQL the name in its GTIDs.
    rmSync(join(row?.text('folder') ?? '', 'auto.cnf'), { force: true });
    await database.restart(['--server-id=77']);
    try {
      await database.execute("INSERT INTO db.t VALUES (61, 'b')", 'DELETE FROM db.t WHERE id = 61');
      const other = upstreamOf({ positions });
      const again = await readAll(other, insert?.position ?? null);
      expect(again.map(({ kind }) => kind)).toEqual(['rows', 'rows', 'rows']);
      expect(again.map(shown)[0]).toBe(remove === undefined ? '' : shown(remove));
      await other.close();
    } finally {
      await database.shutDown();
      await database.restart();
    }
  });
});

describe.each(['file', 'gtid'] as const)('a place by %s with much of the log before it', (positions) => {
  it('says that there is nothing more when all behind it has come', async () => {
    const upstream = upstreamOf({ positions, heartbeatMs: 1 });
    await upstream.tables();
    // In one file, which a server reads from its beginning.
    await database.use(async (connection) => {
      await connection.execute('FLUSH BINARY LOGS');
      for (let id = 0; id < PASSED_OVER; id += 1)
        await connection.execute(`REPLACE INTO db.t VALUES (${id % 7}, REPEAT('x', 200))`);
    });
    const place = await placeOfNow(upstreamOf({ positions }));
    await database.execute("REPLACE INTO db.t VALUES (8, 'the last')", 'DELETE FROM db.t');
    const found: string[] = [];
    for await (const { kind } of upstream.read(place, new AbortController().signal)) {
      found.push(kind);
      if (kind === 'idle') break;
    }
    expect(found).toEqual(['rows', 'rows', 'idle']);
    await upstream.close();
  });
});

describe('a statement', () => {
  it('has the charset of its database, whatever else its session has set', async () => {
    const upstream = upstreamOf();
    await upstream.tables();
    await database.execute(
      'CREATE DATABASE old CHARACTER SET latin1 COLLATE latin1_german1_ci',
      'USE old',
      "SET lc_time_names = 'de_DE', sql_mode = 'ANSI_QUOTES', time_zone = '+03:00', auto_increment_increment = 7",
      'CREATE TABLE "t" (v VARCHAR(9))',
      'ALTER DATABASE COLLATE utf8mb3_german2_ci',
      'CREATE TABLE "u" (v VARCHAR(9))',
      'DROP DATABASE old',
      "SET collation_server = 'cp1251_bin'",
      'CREATE DATABASE old',
      'CREATE TABLE old.v (v VARCHAR(9))',
      'DROP DATABASE old',
    );
    const made = async (): Promise<readonly unknown[]> => {
      const events = await readAll(upstream, null);
      const ddls = events.flatMap((event) => (event.kind === 'ddl' && event.sql.includes('TABLE') ? [event] : []));
      return ddls.map(({ schema, sql, characterSet }) => [schema, sql, characterSet?.charset, characterSet?.collation]);
    };
    const found = await made();
    expect(found).toEqual([
      ['old', 'CREATE TABLE `t` (`v` VARCHAR(9))', 'latin1', 'latin1_german1_ci'],
      ['old', 'CREATE TABLE `u` (`v` VARCHAR(9))', 'utf8', 'utf8_german2_ci'],
      [expect.any(String), expect.stringContaining('old'), 'cp1251', 'cp1251_bin'],
    ]);
    // Also read again, when all that came later is known.
    expect(await made()).toEqual(found);
    await upstream.close();
  });
});

if (!isMySql)
  describe('what only MariaDB has', () => {
    it('sequences, whose changes are no rows', async () => {
      const upstream = upstreamOf();
      await upstream.tables();
      await database.execute('CREATE SEQUENCE db.s', 'DO NEXT VALUE FOR db.s', 'DO SETVAL(db.s, 5000)');
      const events = await readAll(upstream, null);
      expect(events.filter(({ kind }) => kind === 'rows')).toEqual([]);
      await upstream.close();
      await database.execute('DROP SEQUENCE db.s');
    });

    it('versioned tables, which are refused', async () => {
      await database.execute('CREATE TABLE db.versioned (id INT PRIMARY KEY) WITH SYSTEM VERSIONING');
      const upstream = upstreamOf();
      const name = { schema: 'db', table: 'versioned' };
      expect(await upstream.tables()).toContainEqual(name);
      await expect(upstream.createTable(name, null)).rejects.toMatchObject({
        code: 'UPSTREAM_UNSUITABLE',
        message: expect.stringContaining('ALTER TABLE … DROP SYSTEM VERSIONING'),
      });
      await upstream.close();
      await database.execute('DROP TABLE db.versioned');
    });
  });

describe('a table of before', () => {
  it('is known as long as no statement has changed it since', async () => {
    const upstream = upstreamOf();
    const name = { schema: 'db', table: 'copy' };
    await upstream.tables();
    await database.execute('CREATE TABLE db.copy LIKE db.t', 'CREATE TABLE db.other (id INT)', 'DROP TABLE db.other');
    const position = (await readAll(upstream, null)).find(({ kind }) => kind === 'ddl')?.position ?? null;
    expect(await upstream.createTable(name, position)).toContain('CREATE TABLE `copy`');
    const refusal = {
      code: 'EVENT_UNSUPPORTED',
      message: expect.stringMatching(/^db.copy was made like .*block-allow-list/u),
    };
    await database.execute('USE db', 'ALTER TABLE copy ADD COLUMN x INT');
    await expect(upstream.createTable(name, position)).rejects.toMatchObject(refusal);
    await database.execute('DROP TABLE db.copy');
    await expect(upstream.createTable(name, position)).rejects.toMatchObject(refusal);
    await upstream.close();
  });
});

describe('a source that can’t be replicated', () => {
  it.each([
    ['SET GLOBAL binlog_format = MIXED', 'binlog_format = MIXED: SET GLOBAL binlog_format = ROW'],
    ['SET GLOBAL binlog_row_image = MINIMAL', 'binlog_row_image = MINIMAL: SET GLOBAL binlog_row_image = FULL'],
    [
      'SET GLOBAL binlog_format = MIXED, GLOBAL binlog_row_image = MINIMAL',
      'connect anew; it has binlog_row_image = MINIMAL: SET GLOBAL binlog_row_image = FULL',
    ],
  ])('says after %s what to do', async (sql, message) => {
    await database.execute(sql);
    expect(await failing(upstreamOf())).toMatchObject({
      code: 'UPSTREAM_UNSUITABLE',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['nothing', 'REPLICATION SLAVE'],
    ['REPLICATION SLAVE', 'BINLOG MONITOR'],
    [`REPLICATION SLAVE, ${words.monitor}`, 'SELECT'],
    [`REPLICATION SLAVE, ${words.monitor}, SELECT`, 'RELOAD'],
  ])('says which privilege is missing of a user with %s', async (granted, missing) => {
    const user = `u${missing.length}`;
    await makeUser(user);
    if (granted !== 'nothing') await database.execute(`GRANT ${granted} ON *.* TO ${user}`);
    const address = { ...database.address, user, password: () => 'p' };
    expect(await failing(upstreamOf({ address }))).toMatchObject({
      code: 'UPSTREAM_UNSUITABLE',
      message: expect.stringContaining(missing),
    });
    const wrong = upstreamOf({ address: { ...address, password: () => 'wrong' } });
    expect(await failing(wrong)).toMatchObject({ code: 'UPSTREAM_UNSUITABLE' });
  });

  it('has purged what is wanted, or never had it', async () => {
    await database.execute('FLUSH BINARY LOGS', 'FLUSH BINARY LOGS');
    const [row] = await database.use((connection) => connection.rows(words.logStatus));
    await database.execute(`PURGE BINARY LOGS TO '${row?.text('File')}'`);
    for (const position of [
      { file: 'mysql-bin.000001', offset: 4, event: 0 },
      { file: 'mysql-bin.999999', offset: 4, event: 0 },
    ])
      await expect(readAll(upstreamOf(), position)).rejects.toMatchObject({ code: 'UPSTREAM_POSITION_LOST' });
  });

  it('has files of the same names, which aren’t those that were read', async () => {
    const upstream = upstreamOf();
    const write = "INSERT INTO db.t VALUES (70, 'a')";
    await database.execute(words.reset);
    await upstream.tables();
    await database.execute(write, 'DELETE FROM db.t');
    const [, { position } = { position: null }] = await readAll(upstream, null);
    expect(await readAll(upstreamOf(), position)).toHaveLength(1);
    // A file is known by the second in which it was begun.
    await sleep(1_100);
    await database.execute(words.reset, write, 'DELETE FROM db.t', write, 'DELETE FROM db.t');
    await expect(readAll(upstreamOf(), position)).rejects.toMatchObject({
      code: 'UPSTREAM_POSITION_LOST',
      message: expect.stringMatching(
        / isn't the one that was read: that was begun at .* by the server of server_id \d+, this one/u,
      ),
    });
    await upstream.close();
  });

  it('hands on rows as a statement as what they are', async () => {
    const upstream = upstreamOf();
    await upstream.tables();
    await database.execute('USE db', "SET binlog_format = 'STATEMENT'", "INSERT INTO db.t VALUES (7, 'x')");
    const events = await readAll(upstream, null);
    expect(events.at(-1)).toMatchObject({ kind: 'ddl', sql: expect.stringMatching(/^INSERT INTO/u) });
    await upstream.close();
  });

  it('ends before an XA transaction', async () => {
    const upstream = upstreamOf();
    await upstream.tables();
    await database.execute(
      "XA START 'x'",
      "INSERT INTO db.t VALUES (8, 'x')",
      "XA END 'x'",
      "XA PREPARE 'x'",
      "XA COMMIT 'x'",
    );
    await expect(readAll(upstream, null)).rejects.toMatchObject({
      code: 'EVENT_UNSUPPORTED',
      message: expect.stringContaining('XA transactions'),
    });
    await upstream.close();
  });
});
