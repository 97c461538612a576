import { beforeAll, describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { operate, readLock } from './operator-requests';
import { ask, send } from './plain-client';
import type { JsonObject } from './plain-client';
import { PlainWorker, TARGET, lockOf, registered } from './plain-worker';

const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN c1 INT';
const T1 = { schema: 'db', table: 't1' };
// Nothing that a client sends is a defect of the server: its log holds no error.
const server = useServer();
let optimist: PlainWorker;
let pessimist: PlainWorker;

beforeAll(async () => {
  optimist = await registered(server.url, 'w1', 'opt', 's1', 'OPTIMISTIC');
  pessimist = await registered(server.url, 'w2', 'pess', 's1', 'PESSIMISTIC');
  await optimist.putTables([T1, { schema: 'db', table: 't2' }].map((table) => ({ ...table, createTable: CREATE })));
});

type Send = () => Promise<JsonObject>;

const report =
  (change: object): Send =>
  () =>
    optimist.withSession('ReportShardInfo', {
      table: T1,
      target: TARGET,
      ddls: [ADD],
      createTableBefore: CREATE,
      attempt: 'x',
      ...change,
    });

const putTables =
  (...tables: readonly object[]): Send =>
  () =>
    optimist.withSession('PutShardSourceTables', {
      tables: tables.map((table) => ({ target: TARGET, createTable: CREATE, ...table })),
    });

describe('what is wrong with one of several statements', () => {
  it.each<[string, Send]>([
    ['ddls[1]', report({ ddls: [ADD, 'ALTER TABLE `shard_db`.`shard_table` ADD COLUM c INT'] })],
    ['ddls[1]', report({ ddls: [ADD, ADD] })],
    ['ddls[0]', report({ ddls: ['ALTER TABLE shard_db.other ADD COLUMN c1 INT'] })],
    ['createTableBefore', report({ createTableBefore: 'DROP TABLE t' })],
    ['createTablesAfter[0]', report({ createTablesAfter: ['CREATE TABLE t (id WIBBLE)'] })],
    ['tables[1].createTable', putTables(T1, { schema: 'db', table: 't2', createTable: 'CREATE TABLE t (' })],
    ['tables[1]', putTables(T1, T1)],
    ['target', report({ target: { schema: 'shard_db', table: 'other' } })],
  ])('is told with its field: %s', async (field, request) => {
    const { code, details } = await request();
    expect(code).toMatch(/./u);
    expect(details).toEqual(expect.arrayContaining([{ name: 'field', value: field }]));
  });
});

describe('a request that cannot be carried out is answered with what is wrong', () => {
  const cases: readonly [string, string, string | RegExp, Send][] = [
    [
      'SQL that does not parse',
      'DDL_SYNTAX',
      /line|column/u,
      report({ ddls: ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN'] }),
    ],
    ['a schema that does not parse', 'DDL_SYNTAX', /./u, report({ createTableBefore: 'CREATE TABLE (' })],
    [
      'a schema that is no CREATE TABLE',
      'INVALID_INPUT',
      /CREATE TABLE/u,
      report({ createTableBefore: 'DROP TABLE t' }),
    ],
    ['a DDL that is not coordinated', 'DDL_UNSUPPORTED', /DROP DATABASE/u, report({ ddls: ['DROP DATABASE d'] })],
    [
      'a target that the table is not listed for',
      'INVALID_INPUT',
      /is listed for lock opt-`shard_db`\.`shard_table`, not for opt-`shard_db`\.`other`/u,
      report({ target: { schema: 'shard_db', table: 'other' } }),
    ],
    ['a table that is listed twice', 'INVALID_INPUT', /db\.t1 is named twice/u, putTables(T1, T1)],
    [
      'a DDL of another table',
      'INVALID_INPUT',
      /other/u,
      report({ ddls: ['ALTER TABLE shard_db.other ADD COLUMN c1 INT'] }),
    ],
    [
      'a DDL that does not fit the schema',
      'DDL_NOT_APPLICABLE',
      /c9/u,
      report({ ddls: ['ALTER TABLE `shard_db`.`shard_table` DROP COLUMN c9'] }),
    ],
    [
      'nesting without end',
      'DDL_NESTED_TOO_DEEPLY',
      /./u,
      report({
        ddls: [
          `ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN c INT DEFAULT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
        ],
      }),
    ],
    ['no DDLs', 'INVALID_INPUT', /ddls/u, report({ ddls: [] })],
    ['another number of schemas than of DDLs', 'INCONSISTENT_INFO', /./u, report({ createTablesAfter: [] })],
    ['no schema before', 'SCHEMA_BEFORE_MISSING', /empty/u, report({ createTableBefore: '' })],
    ['an empty name', 'INVALID_INPUT', /empty/u, report({ table: { schema: '', table: 't' } })],
    ['NUL in a name', 'INVALID_INPUT', /NUL/u, report({ table: { schema: 'd', table: 't\0' } })],
    ['no attempt', 'INVALID_INPUT', /attempt/u, report({ attempt: '' })],
    ['an attempt of more bytes than a name', 'INVALID_INPUT', /201 bytes/u, report({ attempt: 'x'.repeat(201) })],
    [
      'a collation that is none',
      'INVALID_INPUT',
      /such as utf8mb4_bin/u,
      report({ defaultCollation: 'latin1; DROP TABLE t' }),
    ],
    ['more DDLs than one report takes', 'INVALID_INPUT', /from 1 to 300/u, report({ ddls: Array(301).fill(ADD) })],
    [
      'a table of more columns than any has',
      'DDL_NOT_APPLICABLE',
      /at most 4096/u,
      report({ ddls: [`${ADD}, ${Array.from({ length: 5_000 }, (_, n) => `ADD COLUMN x${n} INT`).join(', ')}`] }),
    ],
    [
      'a session that was taken over',
      'STALE_SESSION',
      /has taken the source over/u,
      async () => {
        const former = await registered(server.url, 'w3', 'opt', 's3', 'OPTIMISTIC');
        await registered(server.url, 'w3', 'opt', 's3', 'OPTIMISTIC');
        return former.withSession('RenewShardWorker', {});
      },
    ],
    [
      'a session by another epoch',
      'STALE_SESSION',
      /session/u,
      () => report({ session: { ...optimist.session, epoch: '1' } })(),
    ],
    [
      'a session that is none',
      'STALE_SESSION',
      /session/u,
      report({ session: { task: 'opt', source: 's1', id: 'x', epoch: '1' } }),
    ],
    [
      'a session of another source',
      'STALE_SESSION',
      /session/u,
      () => report({ session: { ...optimist.session, source: 's2' } })(),
    ],
    [
      'a session of another task',
      'STALE_SESSION',
      /session/u,
      () => report({ session: { ...optimist.session, task: 'pess' } })(),
    ],
    ['the other mode’s report', 'TASK_MODE_CONFLICT', /pessimistic/u, () => report({ session: pessimist.session })()],
    [
      'the other mode’s report, the other way',
      'TASK_MODE_CONFLICT',
      /optimistic/u,
      () => optimist.withSession('ReportShardSourceInfo', { target: TARGET, ddls: [ADD], attempt: 'y' }),
    ],
    [
      'a negative delay',
      'INVALID_INPUT',
      /delayMs/u,
      () => optimist.withSession('ReportShardStatus', { stage: 'running', delayMs: -1 }),
    ],
    [
      'a lease of no time',
      'INVALID_INPUT',
      /ttlMs/u,
      () => new PlainWorker(server.url, 'w', 't', 's', 'OPTIMISTIC').register(null, 0),
    ],
    [
      'a failure of an operation that is none',
      'OPERATION_NOT_FOUND',
      /operation/u,
      () => optimist.withSession('FailShardOperation', { table: T1, revision: '9', reason: 'r', retryable: false }),
    ],
    [
      'unlock of an unknown lock',
      'LOCK_NOT_FOUND',
      /no lock/u,
      () => operate(server.url, 'unlock', { lockId: lockOf('nobody') }),
    ],
    [
      'unlock of an unknown lock of a task',
      'LOCK_NOT_FOUND',
      /no lock/u,
      () => operate(server.url, 'unlock', { lockId: lockOf('pess') }),
    ],
    ['unlock of what is no lock ID', 'INVALID_INPUT', /lock ID/u, () => operate(server.url, 'unlock', { lockId: 'x' })],
    [
      'an optimistic unlock of no lock, without action',
      'LOCK_NOT_FOUND',
      /there is no lock/u,
      () => operate(server.url, 'unlock', { lockId: lockOf('opt') }),
    ],
    [
      'an optimistic unlock with an owner',
      'INVALID_INPUT',
      /owner/u,
      () => operate(server.url, 'unlock', { lockId: lockOf('opt'), action: 'SKIP', owner: 's1' }),
    ],
    [
      'a pessimistic unlock with an action',
      'INVALID_INPUT',
      /action/u,
      () => operate(server.url, 'unlock', { lockId: lockOf('pess'), action: 'SKIP' }),
    ],
    [
      'a wait beyond the longest',
      'INVALID_INPUT',
      /waitMs/u,
      () => operate(server.url, 'unlock', { lockId: lockOf('pess'), waitMs: 20_001 }),
    ],
    [
      'break of a source that waits for nothing',
      'NOT_WAITING',
      /./u,
      () => operate(server.url, 'break', { task: 'pess', source: 's1', action: 'EXEC' }),
    ],
    [
      'break in a task that is none',
      'TASK_NOT_FOUND',
      /none/u,
      () => operate(server.url, 'break', { task: 'none', source: 's1', action: 'EXEC' }),
    ],
    [
      'break in an optimistic task, which has a step of its own',
      'TASK_MODE_CONFLICT',
      /released by unlock/u,
      () => operate(server.url, 'break', { task: 'opt', source: 's1', action: 'EXEC' }),
    ],
    [
      'retry of a report that is none',
      'INFO_NOT_FOUND',
      /./u,
      () => operate(server.url, 'retry', { task: 'opt', source: 's1', ...T1 }),
    ],
    [
      'retry in a task that is none',
      'TASK_NOT_FOUND',
      /did you mean opt\?/u,
      () => operate(server.url, 'retry', { task: 'opf', source: 's1', ...T1 }),
    ],
    [
      'removal of a task that is none',
      'TASK_NOT_FOUND',
      /did you mean pess\?/u,
      () => operate(server.url, 'removeMeta', { task: 'pes', force: true }),
    ],
    [
      'removal of a source that the task has not',
      'SOURCE_NOT_FOUND',
      /did you mean s1\?/u,
      () => operate(server.url, 'removeMeta', { task: 'pess', sources: ['s11'], force: true }),
    ],
    [
      'exclusion of a source that the task has not',
      'SOURCE_NOT_FOUND',
      /did you mean s1\?/u,
      () => operate(server.url, 'exclude', { task: 'opt', source: 'S1' }),
    ],
    [
      'break of a source that the task has not',
      'SOURCE_NOT_FOUND',
      /did you mean s1\?/u,
      () => operate(server.url, 'break', { task: 'pess', source: 's0', action: 'EXEC' }),
    ],
    [
      'retry of half a table',
      'INVALID_INPUT',
      /together/u,
      () => operate(server.url, 'retry', { task: 'opt', source: 's1', table: 't1' }),
    ],
    [
      'a reason of more than anybody reads',
      'INVALID_INPUT',
      /reason has 2001 characters/u,
      () => operate(server.url, 'exclude', { task: 'opt', source: 's1', reason: 'x'.repeat(2_001) }),
    ],
    [
      'an idempotency key of more bytes than a name',
      'INVALID_INPUT',
      /idempotencyKey has 400 bytes/u,
      () => operate(server.url, 'exclude', { task: 'opt', source: 's1', idempotencyKey: 'é'.repeat(200) }),
    ],
    [
      'a worker of more bytes than a name',
      'INVALID_INPUT',
      /worker has 201 bytes/u,
      () => new PlainWorker(server.url, 'w'.repeat(201), 't', 's', 'OPTIMISTIC').register(),
    ],
    [
      'another mode of a task',
      'TASK_MODE_CONFLICT',
      /optimistic/u,
      () => operate(server.url, 'putTask', { name: 'opt', mode: 'PESSIMISTIC', sources: ['s1'] }),
    ],
  ];

  it.each(cases)('%s: %s', async (_name, code, message, request) => {
    const answer = await request();
    expect(answer).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(answer['help']).not.toBe('');
    expect(await ask(server.url, '{ shardLocks { totalCount } }')).toEqual({ totalCount: 0 });
  });
});

describe('a request that is no request of the schema is a top-level error', () => {
  const cases: readonly [string, string, object, string][] = [
    ['no GraphQL', '{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ lock }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', 'query ($id: ID!) { shardLock(id: $id) { id } }', {}, 'BAD_USER_INPUT'],
    ['a lock ID that is none', '{ shardLock(id: "x") { id } }', {}, 'INVALID_INPUT'],
    ['a page that is too long', '{ shardLocks(first: 1001) { totalCount } }', {}, 'INVALID_INPUT'],
    ['a page of a negative length', '{ shardLocks(first: -1) { totalCount } }', {}, 'INVALID_INPUT'],
    ['a cursor of nothing', '{ shardLocks(after: "%%%") { totalCount } }', {}, 'INVALID_INPUT'],
    ['an empty task', '{ shardTask(name: "") { name } }', {}, 'INVALID_INPUT'],
  ];

  it.each(cases)('%s', async (_name, query, variables, code) => {
    const { errors } = await send(server.url, query, variables);
    expect(errors[0]).toMatchObject({ extensions: { code } });
    expect(JSON.stringify(errors)).not.toMatch(/stacktrace|node_modules|\.ts:/u);
  });

  it.each(['x', '-1', '1.5', '99999999999999999999', true, null])('the revision %p', async (revision) => {
    const query =
      'mutation ($r: ShardRevision!) { acknowledgeShardOperation(input: {session: {task: "t", source: "s", id: "i", epoch: "1"}, revision: $r}) { __typename } }';
    const { errors } = await send(server.url, query, { r: revision });
    expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });
});

describe('an outdated request', () => {
  it('that names another incarnation of a lock changes nothing', async () => {
    await pessimist.reportSource([ADD], 'p1');
    const lock = await readLock(server.url, lockOf('pess'));
    const elsewhere = { lockId: lockOf('pess'), sources: ['s8'], waitMs: 100 };
    expect(await operate(server.url, 'unlock', elsewhere)).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    const answer = await operate(server.url, 'unlock', { lockId: lockOf('pess'), ifIncarnation: '1', waitMs: 100 });
    expect(answer).toMatchObject({ code: 'LOCK_CHANGED' });
    expect(await readLock(server.url, lockOf('pess'))).toEqual(lock);
  });

  it('that releases a table that waits for nobody is refused by its stage', async () => {
    await optimist.report(T1, CREATE, [ADD], 'o1');
    const input = { lockId: lockOf('opt'), action: 'EXEC', waitMs: 1_000 };
    expect(await operate(server.url, 'unlock', input)).toMatchObject({ code: 'NOT_IN_CONFLICT' });
    const unknown = { code: 'SOURCE_NOT_FOUND', message: expect.stringMatching(/has no source s8/u) };
    expect(await operate(server.url, 'unlock', { ...input, sources: ['s1', 's8'] })).toMatchObject(unknown);
    const tables = [{ source: 's1', schema: 'db', table: 't2' }];
    expect(await operate(server.url, 'unlock', { ...input, tables })).toMatchObject({ code: 'INFO_NOT_FOUND' });
    expect(await operate(server.url, 'unlock', { ...input, tables: [{ source: 's1', ...T1 }] })).toMatchObject({
      code: 'NOT_IN_CONFLICT',
      message: expect.stringContaining('stage none'),
    });
  });
});

describe('a report of a source that was left out', () => {
  it('is refused until that is undone, in both modes', async () => {
    const reports = [
      (attempt: string) => optimist.report(T1, CREATE, [ADD], attempt),
      (attempt: string) => pessimist.reportSource([ADD], attempt),
    ];
    for (const [index, task] of ['opt', 'pess'].entries()) {
      await operate(server.url, 'exclude', { task, source: 's1' });
      expect(await reports[index]!('left out')).toMatchObject({
        code: 'SOURCE_EXCLUDED',
        message: expect.stringContaining('s1'),
        retryable: false,
      });
      await operate(server.url, 'exclude', { task, source: 's1', undo: true });
      expect(await reports[index]!('taken in')).toMatchObject({ __typename: 'ShardReportInfoSuccess' });
    }
  });
});
