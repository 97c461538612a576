import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startServer } from '../../../src/server';
import { useDirectories } from '../../adapters/embedded/use-directories';
import { useServer } from '../../support/use-server';
import { operate, until } from '../operator-requests';
import { document, send } from '../plain-client';
import type { JsonObject } from '../plain-client';
import { PlainWorker, lockOf } from '../plain-worker';

const DDL = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c1` INT';
const makeDirectory = useDirectories();
const server = useServer();

const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

/** Talk over a WebSocket: what the server says to these messages, one after the other, each with its close code. */
async function talk(url: string, ...said: readonly object[]): Promise<JsonObject[]> {
  const socket = new WebSocket(url.replace(/^http/u, 'ws'), 'graphql-transport-ws');
  const heard: JsonObject[] = [];
  const [first, ...rest] = said.map((message) => JSON.stringify(message));
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(first ?? ''));
    socket.on('close', (code) => {
      if (code !== 1000) heard.push({ closed: code });
      resolve();
    });
    socket.on('message', (bytes: Buffer) => {
      heard.push(JSON.parse(bytes.toString()) as JsonObject);
      const next = rest.shift();
      if (next === undefined) socket.close(1000);
      else socket.send(next);
    });
  });
  return heard;
}

describe('transport, by schema/PROTOCOL.md', () => {
  it('1.1 takes JSON of at most 1 MiB', async () => {
    const body = JSON.stringify({ query: '{ shardCluster { phase } }', variables: {}, operationName: null });
    expect((await post(body.padEnd(1_048_576))).status).toBe(200);
    expect((await post(body.padEnd(1_048_577))).status).toBe(413);
    expect((await post(body, { 'content-type': 'text/plain' })).status).toBe(400);
  });

  it('1.2 greets, answers pings, and ends a subscription by `error`', async () => {
    const subscribe = { id: '1', type: 'subscribe', payload: { query: 'subscription { nope }' } };
    expect(await talk(server.url, { type: 'connection_init' }, { type: 'ping' }, subscribe)).toMatchObject([
      { type: 'connection_ack' },
      { type: 'pong' },
      { id: '1', type: 'error' },
    ]);
    expect(await talk(server.url, subscribe)).toEqual([{ closed: 4401 }]);
  });

  it('1.3 answers a mutation with a success, or with what is wrong', async () => {
    const worker = new PlainWorker(server.url, 'w', 'union', 's1', 'PESSIMISTIC');
    expect(await worker.register()).toMatchObject({ __typename: 'ShardRegisterWorkerSuccess' });
    expect(await worker.reportSource(['nonsense'], '')).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/attempt/u),
      help: expect.stringMatching(/./u),
      retryable: false,
      details: [{ name: 'field', value: 'attempt' }],
    });
  });

  it('1.4 tells at the top what is no request', async () => {
    const { errors, data } = await send(server.url, document('RenewShardWorker'), { input: {} });
    expect([data, errors[0]?.extensions['code']]).toEqual([null, 'BAD_USER_INPUT']);
  });

  it('1.5 and 1.6 carries out once what comes twice at the same time', async () => {
    const worker = new PlainWorker(server.url, 'w', 'twice', 's1', 'PESSIMISTIC');
    const sessions = await Promise.all([worker.register(), worker.register()]);
    expect(sessions[0]).toEqual(sessions[1]);
    const [one, other] = await Promise.all([worker.reportSource([DDL], '1'), worker.reportSource([DDL], '1')]);
    expect(one.revision).toMatch(/^[0-9]+$/u);
    expect(other.revision).toBe(one.revision);
    expect([one.repeated, other.repeated].sort()).toEqual([false, true]);
  });

  it('1.8 asks who it is where the server wants to know', async () => {
    const directory = makeDirectory();
    const sha256 = createHash('sha256').update('the token').digest('hex');
    writeFileSync(join(directory, 'auth.yaml'), 'tokens: tokens.yaml\n');
    writeFileSync(
      join(directory, 'tokens.yaml'),
      `tokens:\n  - {name: w, sha256: ${sha256}, roles: [worker], tasks: [t], sources: [s1]}\n`,
    );
    const guarded = await startServer({
      store: { kind: 'memory' },
      host: '127.0.0.1',
      port: 0,
      logger: server.logger,
      authFile: join(directory, 'auth.yaml'),
    });
    try {
      const authorization = 'Bearer the token';
      const register = (source: string, headers: Record<string, string>): Promise<Response> =>
        fetch(guarded.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({
            query: document('RegisterShardWorker'),
            variables: { input: { worker: 'w', task: 't', mode: 'OPTIMISTIC', source } },
          }),
        });
      expect((await register('s1', {})).status).toBe(401);
      expect(await (await register('s1', { authorization })).text()).toContain('ShardRegisterWorkerSuccess');
      expect(await (await register('s2', { authorization })).text()).toContain('FORBIDDEN');
      expect(await talk(guarded.url, { type: 'connection_init' })).toEqual([{ closed: 4403 }]);
      const greeted = await talk(guarded.url, { type: 'connection_init', payload: { authorization } });
      expect(greeted).toMatchObject([{ type: 'connection_ack' }]);
    } finally {
      await guarded.stop();
    }
  });
});

describe('what a worker is blocked on, by schema/PROTOCOL.md', () => {
  it('7.2 is what a person orders when the lock has gone', async () => {
    const worker = new PlainWorker(server.url, 'w', 'blocked', 's1', 'PESSIMISTIC');
    await worker.register(['s1', 's2']);
    const blocked = { stage: 'running', blockingDdls: [DDL], blockingLockId: lockOf('blocked') };
    expect(await worker.withSession('ReportShardStatus', blocked)).toMatchObject({ sourceId: 's1' });
    const broken = operate(server.url, 'break', { task: 'blocked', source: 's1', action: 'EXEC' });
    const [order] = await until(
      () => worker.pending(),
      (operations) => operations.length > 0,
    );
    expect(order).toMatchObject({ exec: true, ddls: [DDL], lockId: lockOf('blocked'), upstreamTable: null });
    expect(await worker.acknowledge(order!)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    expect(await broken).toMatchObject({ __typename: 'ShardBreakLockSuccess' });
  });
});
