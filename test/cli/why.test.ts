import { describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { readLock, until } from '../graphql/operator-requests';
import { lockOf, registered } from '../graphql/plain-worker';
import { makeConflict } from './conflict';
import { runCommand, shellWords } from './run-command';
import type { Ended } from './run-command';

const server = useServer();

const lockstep = (...words: readonly string[]): Promise<Ended> =>
  runCommand(words, { environment: { LOCKSTEP_SERVER: server.url } });

/** The commands that `why` prints. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/^ +(lockstep .*)$/gmu)].map(([, command]) => command!);

const run = (command: string): Promise<Ended> => {
  const [program, ...words] = shellWords(command);
  expect(program).toBe('lockstep');
  return lockstep(...words);
};

const stageOf = async (task: string, source: string): Promise<unknown> => {
  const lock = await readLock(server.url, lockOf(task));
  const { nodes } = (lock?.['participants'] ?? { nodes: [] }) as {
    nodes: { sourceId: string; operation: unknown; message: unknown }[];
  };
  return nodes.find(({ sourceId }) => sourceId === source)?.operation;
};

describe('lockstep why', () => {
  it('names of a conflict both tables, the column, both definitions, since when, and commands', async () => {
    await makeConflict(server.url, 'orders');
    const { status, out, err } = await lockstep('why', 'orders');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    for (const part of [
      'CONFLICT',
      'mysql-01',
      'mysql-02',
      'orders_1',
      'orders_2',
      'column `c2`',
      '`c2` int(11)',
      '`c2` varchar(20)',
    ])
      expect(out).toContain(part);
    expect(out).toMatch(/since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/u);
    expect(await lockstep('why', lockOf('orders'))).toMatchObject({
      status: 0,
      out: expect.stringContaining('CONFLICT'),
    });
    expect(await lockstep('why', 'orders/shard_db.shard_table')).toMatchObject({ status: 0 });
    expect(commandsIn(out).length).toBeGreaterThanOrEqual(2);
    for (const line of out.split('\n')) if (!line.includes('lockstep ')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    ['exec', 'exec'],
    ['skip', 'skip'],
  ])('its command to %s releases the table', async (action) => {
    const task = `release-${action}`;
    const { two } = await makeConflict(server.url, task);
    const { out } = await lockstep('why', task);
    const command = commandsIn(out).find((each) => each.includes(`--action ${action}`))!;
    expect(await run(command)).toEqual({ status: 0, out: '{\n    "result": true,\n    "msg": ""\n}\n', err: '' });
    const [operation] = await until(
      () => two.pending(),
      (pending) => pending.some(({ conflictStage }) => conflictStage === 'UNLOCKED'),
    );
    expect(operation!.ddls.length).toBe(action === 'exec' ? 1 : 0);
    expect(await stageOf(task, 'mysql-02')).toMatchObject({ done: false });
  });

  it('its command declares the sources of a task, and the lock goes on', async () => {
    const one = await registered(server.url, 'w1', 'undeclared', 's1', 'PESSIMISTIC');
    await one.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c INT'], '1');
    const { out } = await lockstep('why', 'undeclared');
    expect(out).toContain('Nobody has said which sources task undeclared has');
    const [command] = commandsIn(out);
    expect(command).toBe('lockstep task put --mode pessimistic --source s1 undeclared');
    expect(await run(command!)).toMatchObject({ status: 0, err: '' });
    const [operation] = await until(
      () => one.pending(),
      (pending) => pending.length > 0,
    );
    expect(operation).toMatchObject({ exec: true });
  });

  it('its commands leave a source out, and take it in again', async () => {
    await lockstep('task', 'put', '--mode', 'pessimistic', '--source', 's1', '--source', 's2', 'gone');
    const one = await registered(server.url, 'w-gone', 'gone', 's1', 'PESSIMISTIC');
    await one.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c INT'], '1');
    const command = commandsIn((await lockstep('why', 'gone')).out).find((each) => each.includes('exclude-source'))!;
    expect(await run(`${command} --dry-run`)).toMatchObject({ status: 0, out: expect.stringMatching(/^Dry run/u) });
    expect(await one.pending()).toEqual([]);
    expect(await run(`${command} --reason 'it has gone'`)).toMatchObject({ status: 0, err: '' });
    const [operation] = await until(
      () => one.pending(),
      (pending) => pending.length > 0,
    );
    expect(operation).toMatchObject({ exec: true });
  });

  it('tells of a source that is blocked on a lock that is gone, by its task and by the lock', async () => {
    await lockstep('task', 'put', '--mode', 'pessimistic', '--source', 's1', '--source', 's2', 'blocked');
    const one = await registered(server.url, 'w-blocked', 'blocked', 's1', 'PESSIMISTIC');
    const ddl = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c INT';
    const status = { stage: 'running', blockingDdls: [ddl], blockingLockId: lockOf('blocked') };
    await one.withSession('ReportShardStatus', status);
    const { out } = await lockstep('why', 'blocked');
    expect(out).toMatch(/^BLOCKED WITHOUT LOCK\n {2}Source s1 said at .* UTC that it is blocked on ALTER/u);
    expect(commandsIn(out)).toEqual([
      'lockstep break-ddl-lock --worker s1 --skip blocked',
      'lockstep break-ddl-lock --worker s1 --exec blocked',
    ]);
    expect(await lockstep('why', lockOf('blocked'))).toMatchObject({ status: 0, out });
    expect(await lockstep('why', 'blocked/shard_db.shard_table')).toMatchObject({ status: 0, out });
    expect((await lockstep('why')).out).toContain('BLOCKED WITHOUT LOCK');
  });

  it('tells what a worker said that failed, and what was tried already, with the sources that did not follow', async () => {
    await lockstep('task', 'put', '--mode', 'pessimistic', '--source', 's1', '--source', 's2', 'tried');
    const one = await registered(server.url, 'w-tried', 'tried', 's1', 'PESSIMISTIC');
    await one.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c INT'], '1');
    const unlock = lockstep('unlock-ddl-lock', '--wait', '5', '--reason', 's2 is gone', lockOf('tried'));
    const [exec] = await until(
      () => one.pending(),
      (pending) => pending.length > 0,
    );
    const failure = { table: null, revision: exec!.revision, reason: 'disk is full', retryable: false };
    await one.withSession('FailShardOperation', failure);
    expect(await unlock).toMatchObject({ status: 5, err: `Next: lockstep why '${lockOf('tried')}'\n` });
    const out = (await lockstep('why', 'tried')).out.replaceAll(/\s+/gu, ' ');
    expect(out).toMatch(/What was tried: \d\d:\d\d:\d\d unlock pessimistic by anonymous \(s2 is gone\) failed: \S/u);
    expect(out).toMatch(/What was tried: .*s1: .*disk is full/u);
  });

  it('tells what a worker cannot go past, while it is there and when it has gone', async () => {
    await lockstep('task', 'put', '--mode', 'pessimistic', '--source', 's1', '--source', 's2', 'stuck');
    const [one, two] = [
      await registered(server.url, 'w-1', 'stuck', 's1', 'PESSIMISTIC'),
      await registered(server.url, 'w-2', 'stuck', 's2', 'PESSIMISTIC'),
    ];
    await one.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c INT'], '1');
    await two.withSession('ReportShardStatus', { stage: 'running' });
    const error = "downstream: apply failed: Duplicate entry '7' for key 'PRIMARY'";
    await two.withSession('ReportShardStatus', { stage: 'failed', error });
    const why = async (): Promise<string> => (await lockstep('why', 'stuck')).out.replaceAll(/\s+/gu, ' ');
    expect(await why()).toContain(`its worker w-2 is online, but cannot go on: ${error}.`);
    await two.withSession('LeaveShardWorker', { forGood: false });
    expect(await why()).toMatch(
      /its worker is offline since .* UTC; the last that it said: downstream: apply failed: /u,
    );
    await two.register();
    expect(await why()).toContain('its worker w-2 is online.');
  });

  it('tells what a table of an optimistic task could not carry out', async () => {
    const { one } = await makeConflict(server.url, 'failing', { acknowledges: false });
    const [operation] = await one.pending();
    const { upstreamTable: table, revision } = operation!;
    await one.withSession('FailShardOperation', { table, revision, reason: 'disk is full', retryable: true });
    const out = (await lockstep('why', 'failing')).out.replaceAll(/\s+/gu, ' ');
    expect(out).toMatch(/was told to execute ALTER .* it failed at .* UTC: disk is full \(it goes on trying\)/u);
  });

  it('says that nothing waits, and refuses what there is not', async () => {
    await lockstep('task', 'put', '--mode', 'optimistic', '--source', 's1', 'quiet');
    expect(await lockstep('why', 'quiet')).toEqual({
      status: 0,
      out: 'Nothing of task quiet waits: it has no lock.\n',
      err: '',
    });
    expect(await lockstep('why', 'nobody')).toEqual({
      status: 3,
      out: '',
      err: 'lockstep: there is no task nobody\nList the tasks.\nNext: lockstep query-status\n',
    });
    expect(await lockstep('why', lockOf('nobody'))).toMatchObject({ status: 3, out: '' });
  });
});
