import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareMerged } from '../../../sdk/plugins/mysql';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { useDirectories } from '../../adapters/embedded/use-directories';
import { ServerInProcess } from '../../end-to-end/server-in-process';
import { startTypescript } from '../../support/typescript-process';

jest.setTimeout(240_000);

const makeDirectory = useDirectories();
let database: DatabaseServer;
let server: ServerInProcess;

/** Tables of one source that three tasks merge: one into two targets, one that can't go on, one beside it. */
const MERGED = [
  ['app_1.orders_1', 'app.orders'],
  ['app_1.items_1', 'app.items'],
  ['app_1.pays_1', 'app.pays'],
] as const;

beforeAll(async () => {
  [database, server] = [await DatabaseServer.start(), new ServerInProcess(makeDirectory())];
  await server.start();
  await database.execute(
    ...['CREATE DATABASE app_1', 'CREATE DATABASE app'],
    ...[...MERGED.flat(), 'app_1.odds_1', 'app.odds'].map((name) => `CREATE TABLE ${name} (id INT PRIMARY KEY, v INT)`),
  );
});

afterAll(async () => {
  await server.stop();
  await database.stop();
});

function workersFile(): string {
  const folder = join(makeDirectory(), 'worker');
  mkdirSync(folder);
  const route = (name: string): object => ({
    ...{ 'schema-pattern': 'app_*', 'table-pattern': `${name}_*`, 'target-schema': 'app', 'target-table': name },
  });
  const text = JSON.stringify({
    ...{ server: server.url, name: 'w', source: 's1', 'expected-sources': ['s1'], mode: 'optimistic' },
    upstream: { plugin: 'mysql', port: database.port, 'heartbeat-ms': 100 },
    downstream: { plugin: 'mysql', port: database.port },
    workers: [
      { task: 'shop', routes: ['orders', 'items'].map(route) },
      { task: 'odds', routes: [route('odds')] },
      { task: 'pays', mode: 'pessimistic', routes: [route('pays')] },
      { task: 'lost', upstream: { plugin: 'mysql', port: 1 }, routes: [route('lost')] },
    ],
  });
  writeFileSync(join(folder, 'workers.yaml'), text);
  return join(folder, 'workers.yaml');
}

it('one process runs several tasks: one that ends takes no other with it, and the exit status tells', async () => {
  const { child, ended } = startTypescript('src/cli/main.ts', ['worker', '--config', workersFile()], {
    shell: 'exec 2>&1',
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await isSo()); tries += 1) {
      if (tries > 900 || child.exitCode !== null) throw new Error(`not ${what}:\n${output}`);
      await sleep(100);
    }
  };
  for (const task of ['shop', 'odds', 'pays'])
    await until(`caught up ${task}`, () => output.includes(`[${task}/s1] caught-up`));
  expect(output).toMatch(/\[lost\/s1\] failed .*ECONNREFUSED/u);
  await database.execute('RENAME TABLE app_1.odds_1 TO app_1.odds_2');
  await until('ended odds', () => /\[odds\/s1\] failed .*app_1\.odds_1 is renamed/u.test(output));
  for (const [shard] of MERGED)
    await database.execute(
      `INSERT INTO ${shard} VALUES (1, 1)`,
      `ALTER TABLE ${shard} ADD COLUMN w INT`,
      `UPDATE ${shard} SET w = 7`,
    );
  const { address } = database;
  const place = (name: string) => ({ address, schema: name.split('.')[0] ?? '', table: name.split('.')[1] ?? '' });
  for (const [shard, target] of MERGED)
    await until(`merged ${target}`, async () => (await compareMerged([place(shard)], place(target))).length === 0);
  child.kill('SIGTERM');
  const { status, signal } = await ended;
  expect({ status, signal }).toEqual({ status: expect.any(Number), signal: null });
  expect(status).not.toBe(0);
  expect(output).toMatch(/\[shop\/s1\] stopped/u);
  expect(output).toMatch(/2 of 4 workers failed: \S+: .*odds_1 is renamed/su);
});
