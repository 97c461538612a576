import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpTransport, ShardWorker } from '../../sdk';
import type { ShardWorkerOptions } from '../../sdk';
import { InProcessServer } from '../../sdk/testing';
import { CREATE, TARGET } from './running-worker';
import { AnsweringDownstream, JsonCheckpoints, ListUpstream } from './test-plugins';

let server: InProcessServer;

beforeAll(async () => {
  server = await InProcessServer.start();
});

afterAll(() => server.stop());

/** Options that are right, but for what a test changes. */
function options(change: object): ShardWorkerOptions {
  const right: ShardWorkerOptions = {
    ...{ name: 'w', task: 't', mode: 'optimistic', source: 's1' },
    ...{ upstream: new ListUpstream({ t1: CREATE }), downstream: new AnsweringDownstream() },
    transport: server.connect(),
    checkpoints: new JsonCheckpoints(),
    routes: [{ schemaPattern: 'db', ...TARGET }],
  };
  return { ...right, ...change };
}

const route = { schemaPattern: 'db', targetSchema: 'd' };

describe('a worker', () => {
  it.each<readonly [string, object]>([
    ['name', { name: undefined }],
    ['name', { name: 5 }],
    ['task', { task: '' }],
    ['source', { source: null }],
    ['mode', { mode: 'Optimistic' }],
    ['upstream', { upstream: {} }],
    ['downstream', { downstream: { execute: () => undefined } }],
    ['downstream', { downstream: Object.assign(new AnsweringDownstream(), { storesPositions: true }) }],
    ['checkpoints', { checkpoints: undefined }],
    ['checkpoints', { checkpoints: {} }],
    ['checkpoint', { checkpoint: new JsonCheckpoints() }],
    ['routes', { routes: undefined }],
    ['routes', { routes: [] }],
    ['routes[0]', { routes: [null] }],
    ['routes[1].schemaPattern', { routes: [route, { targetSchema: 'd' }] }],
    ['routes[0].schemaPattern', { routes: [{ ...route, schemaPattern: '' }] }],
    ['routes[0].targetSchema', { routes: [{ schemaPattern: 'db' }] }],
    ['routes[0].table-pattern', { routes: [{ ...route, 'table-pattern': 't' }] }],
    ['blockAllowList.doSchemas', { blockAllowList: { doSchemas: 'db' } }],
    ['blockAllowList.doDbs', { blockAllowList: { doDbs: ['db'] } }],
    ['blockAllowList.ignoreTables[0]', { blockAllowList: { ignoreTables: ['db.t1'] } }],
    ['expectedSources', { expectedSources: 's1' }],
    ['expectedSources', { expectedSources: ['s2'] }],
    ['ignoreSql[0]', { ignoreSql: ['ALTER'] }],
    ['strict', { strict: 'yes' }],
    ['token', { token: 7 }],
    ['url', { transport: undefined }],
    ['transport', { transport: {} }],
    ['clientInterceptors[0]', { clientInterceptors: [{}] }],
    ['interceptors', { interceptors: {} }],
    ['logger', { logger: {} }],
    ['timing', { timing: {} }],
    ['limits.ttl', { limits: { ttl: 5 } }],
    ['limits.ttlMs', { limits: { ttlMs: '5' } }],
    ['limits.pendingRows', { limits: { pendingRows: 0 } }],
    // Node's timers fire at once when they are longer: a statement of any length would be silent.
    ['limits.executeTimeoutMs', { limits: { executeTimeoutMs: 30 * 24 * 3_600_000 } }],
  ])('is refused for its option %s: %j', async (field, change) => {
    const upstream = new ListUpstream({ t1: CREATE });
    let closed = 0;
    upstream.close = () => Promise.resolve(void (closed += 1));
    const creating = ShardWorker.create(options({ upstream, ...change }));
    await expect(creating).rejects.toMatchObject({ code: 'INVALID_INPUT', fields: { field } });
    await expect(creating).rejects.toThrow(field.replace(/.*\./u, ''));
    // Its connection would keep the process from ending.
    expect(closed).toBe('upstream' in change ? 0 : 1);
  });

  it('is refused without options', async () => {
    await expect(ShardWorker.create(JSON.parse('null') as ShardWorkerOptions)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('says where no server is, and why', async () => {
    const { transport, ...rest } = options({});
    await transport?.close();
    const url = 'http://127.0.0.1:1023/graphql';
    const creating = ShardWorker.create({ ...rest, url, limits: { connectTimeoutMs: 300 } });
    await expect(creating).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    await expect(creating).rejects.toThrow(`no server answered at ${url} within 300 ms: fetch failed (ECONNREFUSED)`);
  });
});

describe('a token that is made anew each time, and never taken', () => {
  it('is tried twice', async () => {
    let asked = 0;
    const refusing = createServer((_request, response) => {
      asked += 1;
      response.writeHead(401).end();
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    let made = 0;
    const transport = new HttpTransport(`http://127.0.0.1:${port}`, () => `token ${(made += 1)}`);
    const request = { query: 'query Q { __typename }', variables: {}, operationName: 'Q' };
    expect(await transport.request(request, AbortSignal.timeout(20_000))).toMatchObject({ status: 401 });
    expect(asked).toBe(2);
    await transport.close();
    await new Promise((resolve) => refusing.close(resolve));
  });
});
