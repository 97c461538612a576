import { describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UpstreamEvent } from '../../../sdk';
import { MySqlUpstream } from '../../../sdk/plugins/mysql';
import type { DatabaseServer } from '../../../src/demo/mysql/database-server';
import type { MergeStage } from './merge-stage';
import { wordsOf } from './server-words';
import { useScene } from './use-scene';

jest.setTimeout(120_000);

const scene = useScene();

const README = readFileSync(join(__dirname, '..', '..', '..', 'sdk', 'plugins', 'mysql', 'README.md'), 'utf8');

const isMySql = ({ program }: DatabaseServer): boolean => program.product === 'MySQL';

/** The statements of a block of the README for a server: `merge` is the user there, `shop` the database of the target. */
function grantsOf(title: string, database: DatabaseServer, user: string, schema = ''): readonly string[] {
  const [, block = ''] = new RegExp(`-- ${title}\n(.*?)(?:\n\n|\`\`\`)`, 'su').exec(README) ?? [];
  const statements = block
    .split(/;\n?/u)
    .map((text) => text.replace('BINLOG MONITOR', wordsOf(database).monitor))
    .filter((text) => text.trim() !== '' && !(isMySql(database) && text.includes('BINLOG ADMIN')));
  expect(statements.length).toBeGreaterThan(0);
  return statements.map((text) => text.replaceAll('merge', user).replaceAll('shop', schema));
}

describe('users with the privileges of the README', () => {
  it.each(['optimistic', 'pessimistic'] as const)('%s: copy, follow and write', async (mode) => {
    const { sources, downstream } = scene();
    const user = `merge_${mode}`;
    const before = async ({ name }: MergeStage): Promise<void> => {
      for (const database of sources)
        await database.execute(`CREATE USER ${user}`, ...grantsOf('on a source', database, user));
      await downstream.execute(`CREATE USER ${user}`, ...grantsOf('downstream', downstream, user, name));
    };
    const upstream = { start: { kind: 'snapshot' } } as const;
    const columns = '(id INT PRIMARY KEY, a INT, b VARCHAR(20))';
    await scene().play({ mode, columns, upstream, user, before }, async (stage) => {
      for (const source of [0, 1] as const) await stage.untilTold(source, 'mark');
      await stage.write();
      for (const ddl of [
        'ADD COLUMN c INT',
        'DROP COLUMN a',
        'ADD UNIQUE KEY u (id, b)',
        'DROP KEY u',
        'RENAME COLUMN b TO d',
      ])
        for (const shard of stage.shards) {
          await stage.on(shard, `ALTER TABLE {t} ${ddl}`);
          await stage.write(shard);
        }
    });
  });
});

describe('while a snapshot is copied', () => {
  /** Whether a statement about a table has to wait. */
  async function waits(database: DatabaseServer, table: string): Promise<boolean> {
    const failure = await database
      .execute(`SET lock_wait_timeout = ${isMySql(database) ? 1 : 0}`, `ALTER TABLE kept.${table} COMMENT 'changed'`)
      .catch((error: unknown) => error);
    if (failure !== undefined) expect(failure).toMatchObject({ number: 1205 });
    return failure !== undefined;
  }

  it.each([
    ['that may turn its session’s log off keeps what isn’t copied yet', 'admin', false],
    ['that may not keeps all', 'plain', true],
  ])('a user %s', async (_what, user, keepsAll) => {
    const [database] = scene().sources;
    // MySQL gives back what isn't needed whoever asks.
    const mayWait = keepsAll && !isMySql(database);
    const [first = '', ...others] = grantsOf('on a source', database, user);
    await database.execute(
      'DROP DATABASE IF EXISTS kept',
      'CREATE DATABASE kept',
      ...['a', 'b', 'c'].map((table) => `CREATE TABLE kept.${table} (id INT PRIMARY KEY)`),
      ...['a', 'b', 'c'].map((table) => `INSERT INTO kept.${table} VALUES (1)`),
      ...[`CREATE USER ${user}`, first, ...(keepsAll ? [] : others)],
    );
    const upstream = new MySqlUpstream({
      address: { ...database.address, user },
      start: { kind: 'snapshot' },
      heartbeatMs: 100,
    });
    await upstream.tables();
    for (const table of ['a', 'c']) await upstream.createTable({ schema: 'kept', table }, null);
    const reading = upstream.read(null, new AbortController().signal);
    const until = async (isIt: (event: UpstreamEvent) => boolean): Promise<void> => {
      for (;;) {
        const { done, value } = await reading.next();
        if (done === true) throw new Error('the snapshot has ended');
        if (isIt(value)) return;
      }
    };
    await until((event) => event.kind === 'rows');
    expect([await waits(database, 'a'), await waits(database, 'b'), await waits(database, 'c')]).toEqual([
      true,
      false,
      true,
    ]);
    await until((event) => event.kind === 'mark');
    expect([await waits(database, 'a'), await waits(database, 'c')]).toEqual([mayWait, true]);
    await until((event) => event.kind === 'mark' && event.name === 'snapshot complete');
    await reading.next();
    expect([await waits(database, 'a'), await waits(database, 'c')]).toEqual([false, false]);
    await reading.return();
    await upstream.close();
  });
});
