import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareMerged } from '../../../sdk/plugins/mysql';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { useDirectories } from '../../adapters/embedded/use-directories';
import { runCommand } from '../../cli/run-command';
import { ServerInProcess } from '../../end-to-end/server-in-process';
import { TcpProxy } from '../../support/tcp-proxy';

jest.setTimeout(120_000);

const README = readFileSync(join(__dirname, '..', '..', '..', 'sdk', 'plugins', 'mysql', 'README.md'), 'utf8');
const [, EXAMPLE = ''] = /```yaml\n(.*?)```/su.exec(README) ?? [];

const makeDirectory = useDirectories();
let database: DatabaseServer;
let server: ServerInProcess;

beforeAll(async () => {
  [database, server] = [await DatabaseServer.start(), new ServerInProcess(makeDirectory())];
  await server.start();
  await database.execute(
    'CREATE DATABASE shop_1',
    'CREATE DATABASE shop',
    ...['shop_1.orders_1', 'shop.orders'].map((name) => `CREATE TABLE ${name} (id INT PRIMARY KEY, v INT)`),
    'INSERT INTO shop_1.orders_1 VALUES (1, 1), (2, 2)',
  );
});

afterAll(async () => {
  await server.stop();
  await database.stop();
});

/** A folder with the worker's file of the README, for the servers of this test, and changed if it is said how. */
function makeFile(change: (text: string) => string = (text) => text): string {
  const folder = join(makeDirectory(), 'worker');
  mkdirSync(folder);
  writeFileSync(join(folder, 'upstream-password'), '\n');
  const text = EXAMPLE.replace('http://127.0.0.1:4000', server.url).replaceAll(/port: \d+/gu, `port: ${database.port}`);
  writeFileSync(join(folder, 'worker.yaml'), change(text));
  return join(folder, 'worker.yaml');
}

describe('the worker’s file of the README', () => {
  it('makes a worker that copies, follows, and stops in order', async () => {
    const [stop, file] = [new AbortController(), makeFile()];
    let output = '';
    const options = { interrupted: stop.signal, onOutput: (text: string) => void (output += text) };
    const ended = runCommand(['worker', '--config', file], options);
    const { address } = database;
    const merged = async (): Promise<void> => {
      for (let tries = 0; tries < 300; tries += 1) {
        const target = { address, schema: 'shop', table: 'orders' };
        const found = await compareMerged([{ address, schema: 'shop_1', table: 'orders_1' }], target);
        if (found.length === 0 && output.includes('snapshot complete')) return;
        await sleep(100);
      }
      throw new Error(`not merged: ${output}`);
    };
    await merged();
    await database.execute(
      'UPDATE shop_1.orders_1 SET v = 7 WHERE id = 1',
      'ALTER TABLE shop_1.orders_1 ADD COLUMN w INT',
    );
    await merged();
    for (let tries = 0; tries < 300 && !output.includes('caught-up position='); tries += 1) await sleep(100);
    stop.abort();
    expect(await ended).toMatchObject({ status: 0 });
    expect(output).toMatch(/acknowledged .*caught-up position=.*stopping error=null/su);
  });

  it('makes one that begins anew when a statement changes a table just before it is copied', async () => {
    const proxy = await TcpProxy.start(Number(new URL(server.url).port));
    const stop = new AbortController();
    try {
      await database.execute(
        'CREATE TABLE shop_1.pays_1 (id INT PRIMARY KEY)',
        'INSERT INTO shop_1.pays_1 VALUES (1)',
        'CREATE TABLE shop.pays (id INT PRIMARY KEY, w INT)',
      );
      // So long it takes from the start of the snapshot until its tables are kept as they are.
      proxy.delay(200);
      const there = `127.0.0.1:${proxy.port}`;
      const file = makeFile((text) => text.replaceAll('orders', 'pays').replace(new URL(server.url).host, there));
      let [output, isChanged] = ['', false];
      proxy.setTrap((bytes) => {
        if (!isChanged && bytes.includes('RegisterShardWorker')) {
          isChanged = true;
          void database.execute('ALTER TABLE shop_1.pays_1 ADD COLUMN w INT');
        }
        return null;
      });
      const options = { interrupted: stop.signal, onOutput: (text: string) => void (output += text) };
      const ended = runCommand(['worker', '--config', file], options);
      for (let tries = 0; tries < 300 && !output.includes('snapshot complete'); tries += 1) await sleep(100);
      expect(output).toMatch(/the worker begins anew .*changed shop_1\.pays_1 .*registered .*snapshot complete/su);
      stop.abort();
      expect(await ended).toMatchObject({ status: 0 });
    } finally {
      stop.abort();
      await proxy.stop();
    }
  });

  it.each([
    ['an unknown setting', (text: string) => text.replace('tls:', 'ssl:'), 'upstream: ssl: unknown; expected one of'],
    ['a bad value', (text: string) => text.replace('positions: file', 'positions: both'), 'positions: expected one of'],
    ['a start that is none', (text: string) => text.replace('start: snapshot', 'start: { offset: 4 }'), 'start.file'],
    [
      'no file of that name',
      (text: string) => text.replace('./upstream-password', './nowhere'),
      'can’t read ./nowhere',
    ],
    [
      'a server that isn’t there',
      (text: string) => text.replaceAll('mysql-01', 'mysql-02').replace(/port: \d+/u, 'port: 1'),
      'ECONNREFUSED',
    ],
  ])('with %s is refused by what is wrong', async (_what, change, message) => {
    const { status, err } = await runCommand(['worker', '--config', makeFile(change)]);
    expect(status).not.toBe(0);
    expect(err.replaceAll("'", '’')).toContain(message);
  });
});
