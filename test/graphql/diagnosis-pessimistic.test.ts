import { describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { carryOut, problemsOf, remedyWith } from './diagnosis';
import type { Diagnosis, Remedy } from './diagnosis';
import { operate, until } from './operator-requests';
import { ask } from './plain-client';
import type { JsonObject } from './plain-client';
import { TARGET, lockOf, registered } from './plain-worker';
import type { PlainWorker } from './plain-worker';
import { lockGone, look as lookAt, operationOf, pessimisticTask } from './situations';

const DDLS = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT'];
const OTHER = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c3` INT'];
const server = useServer();

const makeTask = (task: string, sources: readonly string[], alive: readonly string[]): Promise<PlainWorker[]> =>
  pessimisticTask(server.url, task, sources, alive);
const look = (task: string): Promise<Diagnosis> => lookAt(server.url, task);
const gone = (task: string): Promise<unknown> => lockGone(server.url, task);

/** Carry a remedy out while `worker` does what it is then told, which must be `exec`. */
async function carryOutWith(remedy: Remedy, worker: PlainWorker, exec: boolean): Promise<JsonObject> {
  const answer = carryOut(server.url, remedy);
  const operation = await operationOf(worker);
  expect(operation).toMatchObject({ exec });
  await worker.acknowledge(operation);
  return answer;
}

const kinds = ({ waitingFor }: Diagnosis): (string | null)[][] =>
  waitingFor.map(({ kind, sourceId }) => [kind, sourceId]);

describe('A. a worker has gone for good', () => {
  it('says who is missing and whether its worker lives; unlock executes and removes', async () => {
    const [one] = await makeTask('pa1', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    const found = await look('pa1');
    expect(kinds(found)).toEqual([['INFO_MISSING', 's2']]);
    expect(found.waitingFor[0]).toMatchObject({ workerOnline: false, worker: null, since: expect.any(String) });
    expect(found.waitingFor[0]?.sentence).toMatch(
      /^Source s2 has not reported ALTER TABLE .* since .* UTC; no worker is registered for it\.$/u,
    );
    expect(found.remedies.map(({ command }) => command)).toEqual([
      "lockstep unlock-ddl-lock 'pa1-`shard_db`.`shard_table`'",
      "lockstep unlock-ddl-lock --force-remove 'pa1-`shard_db`.`shard_table`'",
      'lockstep exclude-source --source s2 pa1',
    ]);
    const [unlock] = found.remedies;
    expect(unlock?.effect).toContain('Owner s1 executes');
    expect(await carryOutWith(unlock!, one!, true)).toMatchObject({ __typename: 'ShardUnlockLockSuccess' });
    await gone('pa1');
  });

  it('leaving the source out lets the lock end by itself', async () => {
    const [one] = await makeTask('pa2', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    const remedy = remedyWith((await look('pa2')).remedies, 'exclude-source');
    expect(await carryOutWith(remedy, one!, true)).toMatchObject({ __typename: 'ShardExcludeSourceSuccess' });
    await gone('pa2');
  });

  it('if the owner is gone, another synced source is offered as owner', async () => {
    const [one, two] = await makeTask('pa3', ['s1', 's2', 's3'], ['s1', 's2']);
    await one!.reportSource(DDLS, '1');
    await two!.reportSource(DDLS, '1');
    await one!.withSession('LeaveShardWorker', { forGood: false });
    const { remedies } = await until(
      () => look('pa3'),
      (found) => found.remedies.some(({ command }) => command.includes('--owner')),
    );
    const remedy = remedyWith(remedies, "lockstep unlock-ddl-lock --owner s2 'pa3-");
    const variables = JSON.parse(remedy.variables) as { input: object };
    const quick = { ...remedy, variables: JSON.stringify({ input: { ...variables.input, waitMs: 300 } }) };
    expect(await carryOutWith(quick, two!, true)).toMatchObject({ code: 'PART_OF_WORKERS_FAILED' });
    await gone('pa3');
  });

  it('an owner that does not execute is named, with what it said; forced removal removes the lock', async () => {
    const [one, two] = await makeTask('pa4', ['s1', 's2'], ['s1', 's2']);
    await one!.reportSource(DDLS, '1');
    await two!.reportSource(DDLS, '1');
    const exec = await operationOf(one!);
    const failure = { table: null, revision: exec.revision, reason: 'disk is full', retryable: true };
    await one!.withSession('FailShardOperation', failure);
    const found = await look('pa4');
    expect(found.state).toBe('EXECUTING');
    expect(kinds(found)).toEqual([['OWNER_NOT_DONE', 's1']]);
    expect(found.waitingFor[0]?.sentence).toMatch(/its worker w-s1 is online; it failed at .*: disk is full/u);
    const remedy = remedyWith(found.remedies, '--force-remove');
    const variables = JSON.parse(remedy.variables) as { input: object };
    await carryOut(server.url, {
      ...remedy,
      variables: JSON.stringify({ input: { ...variables.input, waitMs: 200 } }),
    });
    await gone('pa4');
  });
});

describe('B. a worker restarted while the unlock ran', () => {
  it.each([
    ['skips', 'break-ddl-lock --worker s2 --skip --remove-id', false, 'ShardBreakLockSuccess'],
    ['executes again', '--owner s2 --worker s2', true, 'ShardUnlockLockSuccess'],
  ])('its lock is a phantom; it %s', async (what, command, exec, success) => {
    const task = `pb-${what.length}`;
    const [one] = await makeTask(task, ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    await carryOutWith(remedyWith((await look(task)).remedies, 'unlock-ddl-lock'), one!, true);
    await gone(task);

    const two = await registered(server.url, 'w-s2', task, 's2', 'PESSIMISTIC');
    await two.reportSource(DDLS, '1');
    const found = await look(task);
    expect(found).toMatchObject({ phantom: true, orphan: false });
    expect(found.remedies[0]?.sentence).toMatch(/^Source s2 repeats DDLs of the last lock .* through s1 at .* UTC/u);
    expect((await problemsOf(server.url, task)).map(({ kind }) => kind)).toEqual(['PHANTOM_LOCK']);
    expect(await carryOutWith(remedyWith(found.remedies, command), two, exec)).toMatchObject({ __typename: success });
    await gone(task);
  });
});

describe('C. a worker was unreachable for a moment', () => {
  it('is a problem of its task, and break lets it go on', async () => {
    const [, two] = await makeTask('pc', ['s1', 's2'], ['s1', 's2']);
    await two!.withSession('ReportShardStatus', {
      stage: 'running',
      blockingDdls: DDLS,
      blockingLockId: lockOf('pc'),
    });
    const [problem] = await problemsOf(server.url, 'pc');
    expect(problem).toMatchObject({ kind: 'BLOCKED_WITHOUT_LOCK', taskName: 'pc', lockId: lockOf('pc') });
    expect(problem?.sentence).toMatch(/^Source s2 said at .* UTC that it is blocked on ALTER TABLE/u);
    const remedy = remedyWith(problem!.remedies, 'lockstep break-ddl-lock --worker s2 --skip pc');
    expect(await carryOutWith(remedy, two!, false)).toMatchObject({ __typename: 'ShardBreakLockSuccess' });
  });
});

describe('other reasons to wait', () => {
  it('sources that nobody declared can be declared', async () => {
    const one = await registered(server.url, 'w-s1', 'pd1', 's1', 'PESSIMISTIC');
    await one.reportSource(DDLS, '1');
    const found = await look('pd1');
    expect(kinds(found)).toEqual([['SOURCES_NOT_DECLARED', null]]);
    const remedy = remedyWith(found.remedies, 'lockstep task put --mode pessimistic --source s1 pd1');
    expect(await carryOutWith(remedy, one, true)).toMatchObject({ __typename: 'ShardPutTaskSuccess' });
    await gone('pd1');
  });

  it('other DDLs than the lock are shown with both lists, and can be skipped', async () => {
    const [one, two] = await makeTask('pd2', ['s1', 's2'], ['s1', 's2']);
    await one!.reportSource(DDLS, '1');
    await two!.reportSource(OTHER, '1');
    const found = await until(
      () => look('pd2'),
      ({ waitingFor }) => waitingFor[0]?.kind === 'DDLS_DIFFER',
    );
    expect(found.state).toBe('CONFLICT');
    expect(found.waitingFor[0]?.sentence).toContain(`${OTHER[0]} instead of ${DDLS[0]}`);
    const remedy = remedyWith(found.remedies, 'break-ddl-lock --worker s2 --skip pd2');
    expect(await carryOutWith(remedy, two!, false)).toMatchObject({ __typename: 'ShardBreakLockSuccess' });
    await two!.reportSource(DDLS, '2');
    await one!.acknowledge(await operationOf(one!));
    await two!.acknowledge(await operationOf(two!));
    await gone('pd2');
  });

  it('a group that is forming inside a source is a lock that will be', async () => {
    const [one] = await makeTask('pf', ['s1', 's2'], ['s1', 's2']);
    const target = TARGET;
    const group = {
      target,
      ddls: DDLS,
      firstPosition: 'x',
      synced: [{ schema: 'up', table: 't1' }],
      unsynced: [{ schema: 'up', table: 't2' }],
    };
    await one!.withSession('ReportShardStatus', { stage: 'running', formingGroups: [group] });
    const found = await look('pf');
    expect(found).toMatchObject({ state: 'FORMING', incarnation: null });
    expect(kinds(found)).toEqual([['SHARDS_MISSING', 's1']]);
    expect(found.waitingFor[0]?.sentence).toContain('these have not: `up`.`t2`. Run the DDL on them');
    const list =
      '{ shardLocks(filter: {task: "pf", states: [FORMING]}) { totalCount nodes { id participants { nodes { sourceId message } } } } }';
    expect(await ask(server.url, list)).toMatchObject({
      totalCount: 1,
      nodes: [{ id: lockOf('pf'), participants: { nodes: [{ sourceId: 's1' }] } }],
    });
    const remedy = remedyWith(found.remedies, 'exclude-source --source s1 pf');
    expect(await carryOut(server.url, remedy)).toMatchObject({ __typename: 'ShardExcludeSourceSuccess' });
    await one!.withSession('LeaveShardWorker', { forGood: false });
    await gone('pf');
  });

  it('a task without workers and tables leaves an orphan, which remove-meta removes', async () => {
    const [one] = await makeTask('po', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    await one!.withSession('LeaveShardWorker', { forGood: false });
    const found = await until(
      () => look('po'),
      ({ orphan }) => orphan,
    );
    expect((await problemsOf(server.url, 'po')).map(({ kind }) => kind)).toEqual(['ORPHAN_LOCK']);
    const [first] = found.remedies;
    expect(first?.command).toBe('lockstep remove-meta po');
    expect(await carryOut(server.url, first!)).toMatchObject({ __typename: 'ShardRemoveMetaSuccess' });
    await gone('po');
  });

  it('an unlock that runs is named, with who asked for it', async () => {
    const [one] = await makeTask('pu', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    const answer = operate(server.url, 'unlock', { lockId: lockOf('pu'), waitMs: 2_000 });
    const found = await until(
      () => look('pu'),
      ({ waitingFor }) => waitingFor[0]?.kind === 'ACTION_RUNNING',
    );
    expect(found.waitingFor[0]?.sentence).toMatch(/^Unlock \S+ of anonymous is at work: .* UTC at the latest\.$/u);
    expect(kinds(found).slice(1)).toEqual([['OWNER_NOT_DONE', 's1']]);
    await one!.acknowledge(await operationOf(one!));
    await answer;
    const actions = await ask<{ nodes: { kind: string; lockId: string }[] }>(
      server.url,
      '{ shardActions(filter: {task: "pu", kinds: [UNLOCK_PESSIMISTIC]}) { nodes { kind lockId actor state } } }',
    );
    expect(actions.nodes).toMatchObject([{ kind: 'UNLOCK_PESSIMISTIC', lockId: lockOf('pu'), state: 'DONE' }]);
  });
});
