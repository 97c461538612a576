import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { operate } from '../graphql/operator-requests';
import { useServer } from '../support/use-server';
import { prepare } from './prepared';
import { runCommand } from './run-command';
import type { Ended, RunOptions } from './run-command';

const server = useServer();
const ORDERS = 'orders-`shard_db`.`shard_table`';
const TABLE = ['--worker', 'mysql-02', '--database', 'shop', '--table', 'orders_2'];
const ACTION_ID = '<action>';
let actionId = '';

/** Commands of every kind that has forms. None of them changes anything, so each can be asked again in another form. */
const LINES: readonly (readonly string[])[] = [
  ['why'],
  ['why', 'orders'],
  ['why', ORDERS],
  ['locks'],
  ['locks', '--state', 'conflict', 'orders'],
  ['doctor'],
  ['actions'],
  ['actions', 'quiet'],
  ['action', ACTION_ID],
  [
    'explain',
    ...['--task', 'orders', '--target', 'shard_db.shard_table'],
    ...['--step', 'mysql-01 shop.orders_1 ALTER TABLE orders_1 ADD COLUMN c INT'],
  ],
  ['task', 'put', '--dry-run', '--mode', 'optimistic', '--source', 's1', 'new'],
  ['exclude-source', '--dry-run', '--source', 'mysql-02', 'invoices'],
  ['retry-info', '--dry-run', '--source', 'mysql-02', '--database', 'shop', '--table', 'orders_2', 'orders'],
  ['remove-meta', '--dry-run', '--force', 'orders'],
  ['show-ddl-locks'],
  ['shard-ddl-lock', 'orders'],
  ['unlock-ddl-lock', '--dry-run', '--action', 'exec', ...TABLE, ORDERS],
  ['shard-ddl-lock', 'unlock', '--dry-run', '--action', 'skip', ...TABLE, ORDERS],
  ['break-ddl-lock', '--dry-run', '--force', '--worker', 'mysql-01', '--skip', 'invoices'],
  ['query-status'],
  ['query-status', 'orders'],
];

/** Commands with nothing to show. */
const EMPTY_LINES: readonly (readonly string[])[] = [
  ['why', 'quiet'],
  ['locks', 'quiet'],
  ['actions', 'orders'],
  ['show-ddl-locks', 'quiet'],
];

beforeAll(async () => {
  await prepare(server.url);
  const quiet = { name: 'quiet', mode: 'OPTIMISTIC', sources: ['s1'], reason: 'a task without locks' };
  actionId = ((await operate(server.url, 'putTask', quiet))['action'] as { id: string }).id;
});

/** The times at which something is asked, which differ from one answer to the next. */
const timeless = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, 'then');

async function answerOf(words: readonly string[], form: string, options: RunOptions = {}): Promise<Ended> {
  const line = words.map((word) => (word === ACTION_ID ? actionId : word));
  const environment = { LOCKSTEP_SERVER: server.url, ...options.environment };
  const ended = await runCommand([...line, '--output', form], {
    ...options,
    environment,
    nowMs: () => 1_800_000_000_000,
  });
  expect({ words, ...ended, out: '' }).toEqual({ words, status: 0, err: '', out: '' });
  return ended;
}

describe.each(LINES.map((words) => ({ line: words.join(' '), words })))('lockstep $line', ({ words }) => {
  it('says the same in JSON and YAML, and all that is known in full JSON', async () => {
    const json = timeless((await answerOf(words, 'json')).out);
    const value: unknown = JSON.parse(json);
    expect(value).not.toBeNull();
    expect(json).toMatch(/^[[{]\n {4}\S/u);
    expect(parse(timeless((await answerOf(words, 'yaml')).out))).toEqual(value);
    const full: unknown = JSON.parse((await answerOf(words, 'full-json')).out);
    expect(full).toEqual(expect.anything());
  });

  it.each(['table', 'wide'])('fits into 80 columns in a pipe, without colours: %s', async (form) => {
    const { out } = await answerOf(words, form);
    expect(out).toMatch(/^\S[\s\S]*\n$/u);
    expect(out).not.toContain('\u001b');
    // What is to be copied is never broken: commands, and single words, such as keys of the store.
    const isToCopy = (line: string): boolean => /^ *(?:lockstep .*|(?:- )?\S+)$/u.test(line);
    for (const line of out.split('\n')) if (!isToCopy(line)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('has colours on a terminal, and none if nobody wants them', async () => {
    const coloured = (await answerOf(words, 'table', { isTerminal: true })).out;
    const plain = (await answerOf(words, 'table', { isTerminal: true, environment: { NO_COLOR: '1' } })).out;
    expect(coloured.replaceAll(/\u001b\[\d+m/gu, '')).toBe(plain);
    expect(coloured).not.toBe(plain);
  });
});

it.each(EMPTY_LINES.map((words) => ({ line: words.join(' '), words })))(
  'lockstep $line is a sentence, or an empty list',
  async ({ words }) => {
    for (const form of ['table', 'wide']) expect((await answerOf(words, form)).out).toMatch(/^[\w ,:]+\.?\n$/u);
    const value: unknown = JSON.parse((await answerOf(words, 'json')).out);
    expect(parse((await answerOf(words, 'yaml')).out)).toEqual(value);
  },
);
