import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpTransport } from '../../sdk';
import type { Checkpoint, ClientInterceptor } from '../../sdk';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { SilentLogger } from '../support/silent-logger';
import { useServer } from '../support/use-server';
import { RunningWorker } from './running-worker';

const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c` INT';
/** How soon a server reads its token file again, and a worker asks it something, in milliseconds; generous. */
const NOTICED_MS = 30_000;

const workers: RunningWorker[] = [];

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop().catch(() => undefined);
});

async function start(options: Parameters<typeof RunningWorker.start>[0]): Promise<RunningWorker> {
  const worker = await RunningWorker.start(options);
  workers.push(worker);
  return worker;
}

describe('a server that asks who its clients are', () => {
  let folder: string;
  let server: RunningServer;

  const allow = (...tokens: readonly string[]): void => {
    const lines = tokens.map((token) => {
      const sha256 = createHash('sha256').update(token).digest('hex');
      return `  - {name: ${token}, sha256: ${sha256}, roles: [worker], tasks: ['*'], sources: [s1]}\n`;
    });
    writeFileSync(join(folder, 'tokens.yaml'), `tokens:\n${lines.join('')}`);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lockstep-worker-tokens-'));
    writeFileSync(join(folder, 'auth.yaml'), 'tokens: tokens.yaml\n');
  });

  beforeEach(async () => {
    allow('first');
    const authFile = join(folder, 'auth.yaml');
    const logger = new SilentLogger();
    server = await startServer({ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger, authFile });
  });

  afterEach(() => server.stop());

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['without a token', null, 's1', 'UNAUTHENTICATED'],
    ['with a wrong one', 'second', 's1', 'UNAUTHENTICATED'],
    ['with one for another source', 'first', 's2', 'FORBIDDEN'],
  ])('creates no worker %s', async (_name, token, source, code) => {
    await expect(start({ url: server.url, task: 't', source, token })).rejects.toMatchObject({ code });
  });

  const accepted = async (token: string): Promise<boolean> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    return (await fetch(server.url, { method: 'POST', headers, body: '{"query":"{__typename}"}' })).status === 200;
  };
  const replaceFirst = async (): Promise<void> => {
    allow('second');
    while (await accepted('first')) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it(
    'ends a worker whose token is taken away, its position before the DDL',
    async () => {
      const worker = await start({ url: server.url, task: 't', token: 'first' });
      worker.upstream.insert('t1', { id: 1 });
      await worker.caughtUp();
      await replaceFirst();
      worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
      await expect(worker.ended).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(worker.log).toEqual(['t1:1']);
      const { tables } = JSON.parse(worker.checkpoints.texts.get('s1') ?? 'null') as Checkpoint;
      expect(tables.find(({ table }) => table === 't1')).toMatchObject({ at: 1 });
    },
    NOTICED_MS,
  );

  it(
    'keeps a worker whose token is replaced',
    async () => {
      let token = 'first';
      const worker = await start({ url: server.url, task: 't', token: () => token });
      await worker.caughtUp();
      allow('first', 'second');
      while (!(await accepted('second'))) await new Promise((resolve) => setTimeout(resolve, 50));
      token = 'second';
      await replaceFirst();
      worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
      worker.upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
      await worker.until('acknowledged', 2);
      expect(worker.downstream.ddls).toEqual([ADD, ADD]);
    },
    NOTICED_MS,
  );

  describe('a token that is replaced while it is used', () => {
    const QUERY = 'query Q { __typename }';
    const SUBSCRIPTION = 'subscription Q { shardOperations(task: "t", source: "s1") { id } }';
    const { signal } = new AbortController();
    /** Gives the first one once, and then always the second. */
    const transportOf = (first: string, second: string): HttpTransport => {
      const tokens = [first];
      return new HttpTransport(server.url, () => tokens.pop() ?? second);
    };

    it.each([
      ['second', 'first', 200, 1006],
      ['second', 'second', 401, 4403],
      ['second', 'third', 401, 1006],
    ])('%s, then %s: requests get %i, sockets %i', async (first, second, status, code) => {
      const transport = transportOf(first, second);
      const request = { query: QUERY, variables: {}, operationName: 'Q' };
      expect(await transport.request(request, signal)).toMatchObject({ status });
      await transport.close();
      const other = transportOf(first, second);
      const payloads = other.subscribe({ ...request, query: SUBSCRIPTION }, signal)[Symbol.asyncIterator]();
      await expect(payloads.next()).rejects.toMatchObject({ code });
      await other.close();
    });
  });
});

describe('a server that is in trouble', () => {
  const server = useServer();
  const REPORT = 'ReportShardInfo';

  /** Answers requests of one name itself, so often. */
  const answering = (
    name: string,
    times: number,
    answer: (code: string) => object,
    code: string,
  ): ClientInterceptor => {
    let left = times;
    return async (request, next, signal) => {
      if (request.operationName !== name || left === 0) return await next(request, signal);
      left -= 1;
      return { status: 200, body: answer(code) };
    };
  };
  const member = (retryable: boolean) => (code: string) => ({
    data: {
      reportShardInfo: { __typename: 'ShardUserErrorX', code, message: 'no', help: 'do this', retryable, details: [] },
    },
  });
  const topLevel = (code: string): object => ({ errors: [{ message: 'no', extensions: { code } }] });

  it.each([
    ['refuses for a while', 'CONTENTION', member(true)],
    ['refuses with a code of a newer version, which may be retried', 'FULL_MOON', member(true)],
    ['has no store', 'STORE_UNAVAILABLE', topLevel],
    ['has had too many requests', 'TOO_MANY_REQUESTS', topLevel],
  ])('%s: is asked again', async (name, code, answer) => {
    const worker = await start({
      url: server.url,
      task: `again-${name.length}`,
      clientInterceptors: [answering(REPORT, 2, answer, code)],
    });
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    await worker.until('acknowledged');
    expect(worker.downstream.ddls).toEqual([ADD]);
  });

  it('refuses one report: that shard pauses with what the help says, others go on', async () => {
    const worker = await start({
      url: server.url,
      task: 'refused',
      clientInterceptors: [answering(REPORT, 1, member(false), 'INVALID_INPUT')],
    });
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    const { error } = await worker.until('paused');
    expect(error).toMatchObject({ code: 'INVALID_INPUT', help: 'do this' });
    worker.upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
    worker.upstream.insert('t2', { id: 1, c: 1 });
    while (!worker.log.includes('t2:1')) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(worker.log).toEqual([ADD, 't2:1']);
    expect(worker.status).toMatchObject({ stage: 'paused', blockingDdls: [ADD] });
  });

  it('answers later than a worker waits: the same is sent again, and executed once', async () => {
    const late: ClientInterceptor = async (request, next, signal) => {
      const answer = await next(request, signal);
      if (request.operationName !== REPORT || sent.push(request.variables) > 2) return answer;
      await new Promise((resolve) => setTimeout(resolve, 400));
      signal.throwIfAborted();
      return answer;
    };
    const sent: unknown[] = [];
    const worker = await start({
      url: server.url,
      task: 'late',
      clientInterceptors: [late],
      limits: { requestTimeoutMs: 200 },
    });
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    await worker.until('acknowledged');
    expect(sent).toEqual(Array(3).fill(sent[0]));
    expect(worker.downstream.ddls).toEqual([ADD]);
  });
});
