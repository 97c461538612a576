import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../../src/server';
import type { RunningServer } from '../../../src/server';
import { SilentLogger } from '../../support/silent-logger';
import { RawSocket } from '../hostile/raw-socket';
import { document } from '../plain-client';
import type { Answer, JsonObject } from '../plain-client';

jest.setTimeout(60_000);

const logger = new SilentLogger();
let folder: string;
let server: RunningServer;

const TOKENS: Readonly<Record<string, string>> = {
  operator: 'roles: [operator]',
  viewer: 'roles: [viewer]',
  router: 'roles: [operator], actAs: true',
  w1: 'roles: [worker], tasks: [t1], sources: [s1]',
  any: "roles: [worker], tasks: ['*'], sources: ['*']",
  flood: "roles: [worker], tasks: ['*'], sources: ['*']",
};

const secretOf = (name: string): string => `the secret of ${name}`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-refusals-'));
  const lines = Object.entries(TOKENS).map(([name, rights]) => {
    const sha256 = createHash('sha256').update(secretOf(name)).digest('hex');
    return `  - {name: ${name}, sha256: ${sha256}, ${rights}}\n`;
  });
  writeFileSync(join(folder, 'tokens.yaml'), `tokens:\n${lines.join('')}`);
  writeFileSync(join(folder, 'auth.yaml'), 'tokens: tokens.yaml\n');
  server = await startServer({
    store: { kind: 'memory' },
    host: '127.0.0.1',
    port: 0,
    logger,
    authFile: join(folder, 'auth.yaml'),
    limits: { 'worker-mutations': 10, 'operator-mutations': 10 },
  });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
  expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(JSON.stringify(logger.lines)).not.toContain('the secret of');
});

async function send(name: string, query: string, variables: object = {}, headers: object = {}): Promise<Answer> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secretOf(name)}`, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: JsonObject; errors?: Answer['errors'] };
  return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
}

const register = (source: string, task = 't1', worker = 'w'): object => ({
  input: { worker, task, mode: 'OPTIMISTIC', source },
});
const audits = (): object[] => logger.lines.filter(({ fields }) => 'audit' in fields).map(({ fields }) => fields);

/** The code of the one root field of an answer, in its union or at the top. */
function codeOf({ data, errors }: Answer): unknown {
  const [value] = Object.values(data ?? {}) as (JsonObject | null)[];
  return value?.['code'] ?? errors[0]?.extensions['code'] ?? value?.['__typename'];
}

describe('a worker’s token', () => {
  it.each<[string, string, object]>([
    ['speaks for another source', 'RegisterShardWorker', register('s2')],
    ['speaks in another task', 'RegisterShardWorker', register('s1', 't2')],
    [
      'reports with another source’s session',
      'ReportShardStatus',
      { input: { session: { task: 't1', source: 's2', id: 'x', epoch: '1' }, stage: 'running' } },
    ],
    ['acts by hand', 'RemoveShardMeta', { input: { task: 't1' } }],
  ])('is refused and audited when it %s', async (_name, name, variables) => {
    const before = audits().length;
    expect(codeOf(await send('w1', document(name), variables))).toBe('FORBIDDEN');
    expect(audits().slice(before)).toEqual([expect.objectContaining({ actor: 'w1', code: 'FORBIDDEN' })]);
  });

  it.each<[string, string]>([
    ['locks of another task', '{ shardLocks(filter: {task: "t2"}) { totalCount } }'],
    ['locks of all tasks', '{ shardLocks { totalCount } }'],
    ['events of another task', '{ shardEvents(filter: {task: "t2"}) { complete } }'],
    ['another task', '{ shardTask(name: "t2") { name } }'],
    [
      'another task by its key',
      '{ _entities(representations: [{__typename: "ShardTask", name: "t2"}]) { __typename } }',
    ],
    [
      'a lock of another task by its parts',
      '{ _entities(representations: [{__typename: "ShardLock", taskName: "t2", downSchema: "a", downTable: "b"}]) { __typename } }',
    ],
    ['operations of another source', '{ pendingShardOperations(task: "t1", source: "s2") { id } }'],
    ['the cluster', '{ shardCluster { phase } }'],
  ])('is refused %s', async (_name, query) => {
    expect(codeOf(await send('w1', query))).toBe('FORBIDDEN');
  });

  it('learns of no source or worker of other tasks', async () => {
    await send('flood', document('RegisterShardWorker'), register('s7', 't7', 'elsewhere'));
    const query = `{ shardSource(id: "s7") { id } shardWorker(id: "elsewhere") { id }
      _entities(representations: [{__typename: "ShardWorker", id: "elsewhere"}]) { __typename } }`;
    const nothing = { shardSource: null, shardWorker: null, _entities: [null] };
    expect((await send('w1', query)).data).toEqual(nothing);
    expect((await send('viewer', query)).data).not.toEqual(nothing);
  });

  it('learns nothing of what its source and its worker do in other tasks', async () => {
    const sessions = new Map<string, unknown>();
    for (const [task, source] of [
      ['t1', 's1'],
      ['t8', 's8'],
    ] as const) {
      const { data } = await send('any', document('RegisterShardWorker'), register(source, task));
      const { id, epoch } = (data?.['registerShardWorker'] as JsonObject)['session'] as JsonObject;
      sessions.set(task, { task, source, id, epoch });
    }
    const input = { session: sessions.get('t8'), stage: 'of-t8' };
    expect(codeOf(await send('any', document('ReportShardStatus'), { input }))).toBe('ShardReportStatusSuccess');
    const ofWorker = '{ shardWorker(id: "w") { sources { id } status { stage } assignments { taskName } } }';
    expect((await send('w1', ofWorker)).data).toEqual({
      shardWorker: { sources: [{ id: 's1' }], status: null, assignments: [{ taskName: 't1' }] },
    });
    expect((await send('viewer', ofWorker)).data).toMatchObject({
      shardWorker: { sources: [{ id: 's1' }, { id: 's8' }], status: { stage: 'of-t8' } },
    });
    const ofSource = '{ shardSource(id: "s1") { status(task: "t8") { stage } } }';
    expect(codeOf(await send('w1', ofSource))).toBe('FORBIDDEN');
  });

  it('is refused operations of another source over a WebSocket, and gets its own', async () => {
    const socket = await RawSocket.connect(server.url);
    await socket.greet({ authorization: `Bearer ${secretOf('w1')}` });
    const ask = (id: string, task: string, source: string): void => {
      const query = `subscription { shardOperations(task: "${task}", source: "${source}") { id } }`;
      socket.sendJson({ id, type: 'subscribe', payload: { query } });
    };
    const refused = (id: string): object => ({ id, payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } });
    ask('own', 't1', 's1');
    ask('other source', 't1', 's2');
    expect(await socket.nextJson()).toMatchObject(refused('other source'));
    expect(await socket.nextJson()).toMatchObject({ id: 'other source', type: 'complete' });
    ask('other task', 't2', 's1');
    expect(await socket.nextJson()).toMatchObject(refused('other task'));
    socket.cut();
  });

  it('may do its work', async () => {
    expect(codeOf(await send('w1', document('RegisterShardWorker'), register('s1')))).toBe(
      'ShardRegisterWorkerSuccess',
    );
  });
});

describe('a viewer’s token', () => {
  it.each([
    'PutShardTask',
    'UnlockShardLock',
    'BreakShardLock',
    'RemoveShardMeta',
    'ExcludeShardSource',
    'RetryShardInfo',
    'RegisterShardWorker',
  ])('changes nothing by %s', async (name) => {
    const inputs: Readonly<Record<string, object>> = {
      PutShardTask: { name: 't1', mode: 'OPTIMISTIC', sources: ['s1'] },
      UnlockShardLock: { lockId: 't1/a.b', action: 'EXEC' },
      RegisterShardWorker: register('s1'),
    };
    const input = inputs[name] ?? {
      task: 't1',
      source: 's1',
      ...(name === 'BreakShardLock' ? { action: 'SKIP' } : {}),
    };
    if (name === 'RemoveShardMeta') delete (input as { source?: string }).source;
    const before = audits().length;
    const answer = await send('viewer', document(name), 'input' in input ? input : { input });
    expect(codeOf(answer)).toBe('FORBIDDEN');
    expect(audits()).toHaveLength(before + 1);
  });
});

describe('a router', () => {
  it('is audited as whoever it speaks for, via itself', async () => {
    const answer = await send(
      'router',
      document('PutShardTask'),
      { input: { name: 't9', mode: 'OPTIMISTIC', sources: ['s1'] } },
      { 'x-lockstep-actor': 'bob' },
    );
    expect(codeOf(answer)).toBe('ShardPutTaskSuccess');
    const actions = await send('viewer', '{ shardActions(filter: {task: "t9"}) { nodes { actor } } }');
    expect(actions.data).toEqual({ shardActions: { nodes: [{ actor: 'bob via router' }] } });
    expect(audits().at(-1)).toMatchObject({ actor: 'bob via router' });
  });

  it.each(['w1', 'operator'])('is nobody with the token of %s', async (name) => {
    expect((await send(name, '{ __typename }', {}, { 'x-lockstep-actor': 'bob' })).status).toBe(401);
  });
});

describe('an identity that sends too many mutations', () => {
  const renew = 'renewShardWorker(input: {session: {task: "t1", source: "s1", id: "x", epoch: "1"}}) { __typename }';

  it('is told to come again, also for those under aliases; others aren’t', async () => {
    const query = `mutation { ${Array.from({ length: 30 }, (_, i) => `a${i}: ${renew}`).join(' ')} }`;
    const { data } = await send('flood', query);
    const types = Object.values(data ?? {}).map((value) => (value as JsonObject)['__typename']);
    expect(types.filter((type) => type === 'ShardStaleSession').length).toBeGreaterThanOrEqual(20);
    expect(types.at(-1)).toBe('ShardTooManyRequests');
    expect(codeOf(await send('w1', `mutation { ${renew} }`))).not.toBe('ShardTooManyRequests');
    expect(audits().at(-1)).toMatchObject({ actor: 'flood', code: 'TOO_MANY_REQUESTS' });
  });

  it('may go on after a while', async () => {
    const end = performance.now() + 20_000;
    let last: unknown = null;
    while (last !== 'ShardStaleSession' && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      last = codeOf(await send('flood', `mutation { ${renew} }`));
    }
    expect(last).toBe('ShardStaleSession');
  }, 30_000);
});
