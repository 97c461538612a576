import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { JsonValue } from '../../../sdk';
import { MySqlUpstream } from '../../../sdk/plugins/mysql';
import type { MySqlUpstreamOptions } from '../../../sdk/plugins/mysql';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { TcpProxy } from '../../support/tcp-proxy';
import { readAll } from './read-all';

jest.setTimeout(120_000);

let database: DatabaseServer;

beforeAll(async () => {
  database = await DatabaseServer.start();
  await database.execute('CREATE DATABASE db', 'CREATE TABLE db.t (id INT PRIMARY KEY, v VARCHAR(200))');
});

afterAll(() => database.stop());

const upstreamOf = (options: Partial<MySqlUpstreamOptions> = {}): MySqlUpstream =>
  new MySqlUpstream({ address: database.address, heartbeatMs: 100, start: { kind: 'snapshot' }, ...options });

describe('a snapshot', () => {
  it('doesn’t begin when a statement changes a table before it is kept as it is', async () => {
    const upstream = upstreamOf();
    await upstream.tables();
    await upstream.createTable({ schema: 'db', table: 't' }, null);
    await database.execute('ALTER TABLE db.t ADD COLUMN x INT');
    const reading = upstream.read(null, new AbortController().signal);
    await expect(reading.next()).rejects.toMatchObject({
      code: 'UPSTREAM_CHANGED',
      message: 'a statement has changed db.t just when its copying began',
      help: 'Nothing was copied yet: start the worker again.',
    });
    await upstream.close();
    await database.execute('ALTER TABLE db.t DROP COLUMN x');
  });

  it('whose connection breaks before anything is copied begins with the rows of then', async () => {
    const proxy = await TcpProxy.start(database.port);
    await database.execute('INSERT INTO db.t VALUES (80, NULL)');
    const upstream = upstreamOf({ address: { ...database.address, port: proxy.port } });
    await upstream.tables();
    await upstream.createTable({ schema: 'db', table: 't' }, null);
    proxy.cut();
    const events = await readAll(upstream, null);
    expect(events.map(({ kind }) => kind)).toEqual(['mark', 'rows', 'mark', 'mark']);
    await upstream.close();
    await proxy.stop();
    await database.execute('DELETE FROM db.t');
  });

  it('that is cut off goes on behind its last key with the rows of now', async () => {
    const rows = Array.from({ length: 1_200 }, (_, index) => `(${index + 1}, 'old')`).join(', ');
    await database.execute('CREATE TABLE db.a (id INT)', 'TRUNCATE db.t', `INSERT INTO db.t VALUES ${rows}`);
    const first = upstreamOf();
    let cut: JsonValue | null = null;
    for await (const event of first.read(null, new AbortController().signal)) {
      if (event.kind !== 'rows') continue;
      cut = event.position;
      break;
    }
    await first.close();
    await database.execute(
      "UPDATE db.t SET v = 'new' WHERE id IN (1, 1000)",
      // Statements about others than what is still to be copied.
      'ALTER TABLE db.a ADD COLUMN x INT',
      'CREATE TABLE db.u (id INT PRIMARY KEY)',
      'ALTER TABLE db.u ADD COLUMN x INT',
      'INSERT INTO db.u VALUES (1, 1)',
    );
    const events = await readAll(upstreamOf(), cut);
    expect(events.filter(({ kind }) => kind === 'ddl')).toHaveLength(3);
    const copied = events.flatMap((event) => (event.kind === 'rows' && !('decode' in event.rows) ? event.rows : []));
    expect(copied.map(({ after }) => after?.['id'])).toEqual(Array.from({ length: 700 }, (_, index) => index + 501));
    expect(copied.find(({ after }) => after?.['id'] === 1_000)).toEqual({ after: { id: 1_000, v: 'new' } });
    expect(events.filter((event) => event.kind === 'rows' && 'decode' in event.rows)).toHaveLength(2);
    expect(events.filter(({ kind }) => kind === 'mark').map((event) => ('name' in event ? event.name : ''))).toEqual([
      'snapshot 2/2: db.t, 1200 rows',
      'snapshot complete',
    ]);
    await database.execute('ALTER TABLE db.t ADD COLUMN x INT');
    await expect(readAll(upstreamOf(), cut)).rejects.toMatchObject({ code: 'UPSTREAM_POSITION_LOST' });
    await database.execute('ALTER TABLE db.t DROP COLUMN x', 'DROP TABLE db.a, db.u');
  });
});
