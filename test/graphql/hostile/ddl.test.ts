import { describe, expect, it, jest } from '@jest/globals';
import { useServer } from '../../support/use-server';
import { ask, document, send } from '../plain-client';
import { PlainWorker, TARGET } from '../plain-worker';

jest.setTimeout(60_000);

const server = useServer();
const TABLE = { schema: 'a', table: 'b' };

const list = (length: number, text: (i: number) => string): string =>
  Array.from({ length }, (_, i) => text(i)).join(', ');
const wide = (columns: number): string => `CREATE TABLE b (${list(columns, (i) => `c${i} INT`)})`;

/** Small as a request; to follow each of the changes takes minutes. */
const ROLLOUTS: readonly [string, number, string, readonly string[]][] = [
  [
    'thousands of changes of a wide table in one statement',
    1,
    wide(4_000),
    [`ALTER TABLE b ${list(20_000, (i) => `MODIFY c${i % 4_000} BIGINT`)}`],
  ],
  [
    'many statements on a wide table',
    1,
    wide(3_000),
    Array.from({ length: 900 }, (_, i) => `ALTER TABLE b ADD d${i} INT`),
  ],
  [
    'many statements beside many tables',
    12_000,
    'CREATE TABLE b (a INT)',
    Array.from({ length: 1_000 }, (_, i) => `ALTER TABLE b ADD d${i} INT`),
  ],
];

describe('DDL that would keep the server busy', () => {
  it.each(ROLLOUTS)('is not explained: %s', async (_name, tables, createTable, ddls) => {
    const input = {
      target: TABLE,
      mode: 'OPTIMISTIC',
      tables: Array.from({ length: tables }, (_, i) => ({ source: `s${i}`, ...TABLE, createTable })),
      steps: [{ source: 's0', ...TABLE, ddls }],
    };
    const { errors } = await send(server.url, document('ExplainShardDDL'), { input });
    expect(errors.map(({ extensions }) => extensions['code'])).toEqual(['INVALID_INPUT']);
    expect(errors[0]?.message).toContain('too much to be explained at once');
  });

  it('is not taken of a worker: hundreds of statements on a wide table', async () => {
    const worker = new PlainWorker(server.url, 'w', 't', 's', 'OPTIMISTIC');
    await worker.register();
    const ddls = Array.from({ length: 300 }, (_, i) => `ALTER TABLE shard_db.shard_table ADD d${i} INT`);
    const input = {
      session: worker.session,
      table: TABLE,
      target: TARGET,
      ddls,
      createTableBefore: wide(3_700),
      attempt: '1',
    };
    const answer = await ask(server.url, document('ReportShardInfo'), { input });
    expect(answer).toMatchObject({ __typename: 'ShardInvalidInput' });
    expect(answer['message']).toContain('too much at once');
  });

  it('makes no table with thousands of indexes', async () => {
    const createTable = `CREATE TABLE b (a INT, ${list(600, (i) => `KEY k${i} (a)`)})`;
    const input = { target: TABLE, mode: 'OPTIMISTIC', tables: [{ source: 's0', ...TABLE, createTable }], steps: [] };
    const { errors } = await send(server.url, document('ExplainShardDDL'), { input });
    expect(errors.map(({ message }) => message)).toEqual(['the table would have 513 indexes; at most 512 are allowed']);
  });
});
