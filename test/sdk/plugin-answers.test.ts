import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ShardWorkerOptions } from '../../sdk';
import { InProcessServer } from '../../sdk/testing';
import { CREATE, RunningWorker } from './running-worker';
import { AnsweringDownstream, JsonCheckpoints, ListUpstream } from './test-plugins';

let server: InProcessServer;
let tasks = 0;

beforeAll(async () => {
  server = await InProcessServer.start();
});

afterAll(() => server.stop());

function start(
  options: Partial<ShardWorkerOptions>,
  parts: Parameters<typeof RunningWorker.start>[1] = {},
): Promise<RunningWorker> {
  tasks += 1;
  return RunningWorker.start({ transport: server.connect(), task: `task-${tasks}`, ...options }, parts);
}

/** What authors of JavaScript may give: nothing looks at types there. */
function untyped(value: unknown): never {
  return JSON.parse(JSON.stringify(value)) as never;
}

const rows = { kind: 'rows', table: { schema: 'db', table: 't1' }, change: 'insert', rows: [{ after: { id: 2 } }] };

describe('an upstream', () => {
  const first = { ...rows, position: 1 };

  it.each<readonly [string, object, RegExp]>([
    ['of no known kind', { ...rows, kind: 'row', position: 2 }, /an event of no known kind .*"kind":"row"/u],
    ['without a position', rows, /an event without a position/u],
    ['of rows without a table', { ...rows, table: 't1', position: 2 }, /without a table/u],
    ['of rows without a change', { ...rows, change: 'upsert', position: 2 }, /without a change/u],
    ['of rows without rows', { ...rows, rows: {}, position: 2 }, /without rows/u],
    ['of a DDL without its text', { kind: 'ddl', schema: 'db', position: 2 }, /ddl without the texts/u],
    ['of a mark without a name', { kind: 'mark', position: 2 }, /mark without a name/u],
    ['before the one before it', { ...rows, position: 0 }, /out of order.*position 0 after 1/u],
    ['a second time', { ...rows, position: 1 }, /one twice: position 1 after 1/u],
    ['at no place', { ...rows, position: 'x' }, /position "x" after 1 \(compare says NaN\)/u],
  ])('that gives an event %s ends the worker, its position before it', async (_name, event, message) => {
    const upstream = new ListUpstream({ t1: CREATE });
    upstream.read = async function* () {
      yield untyped(first);
      yield untyped(event);
      await Promise.resolve();
    };
    const checkpoints = new JsonCheckpoints();
    const worker = await start({}, { upstream, checkpoints });
    await expect(worker.ended).rejects.toMatchObject({ code: 'PLUGIN_FAILED', fields: { call: 'read' } });
    await expect(worker.ended).rejects.toThrow(message);
    const stored = checkpoints.history.map((text) => (JSON.parse(text) as { readonly position: unknown }).position);
    expect(stored.filter((position) => position !== 1)).toEqual([]);
  });

  it.each([
    ['throws', () => untyped(JSON.parse('{')), /upstream: read failed: /u],
    ['gives no stream', () => untyped({}), /upstream: read failed: /u],
  ])('whose read %s at once ends the worker', async (_name, read, message) => {
    const upstream = new ListUpstream({ t1: CREATE });
    upstream.read = read;
    const worker = await start({}, { upstream });
    await expect(worker.ended).rejects.toMatchObject({ code: 'PLUGIN_FAILED' });
    await expect(worker.ended).rejects.toThrow(message);
  });

  it.each<readonly [string, Partial<ListUpstream>, RegExp]>([
    ['no list of tables', { tables: () => Promise.resolve(untyped({})) }, /tables gave no list/u],
    ['tables without schemas', { tables: () => Promise.resolve(untyped(['db.t1'])) }, /\["db.t1"\]/u],
    ['no CREATE TABLE', { createTable: () => Promise.resolve(untyped(null)) }, /no text for db.t1: null/u],
  ])('that gives %s keeps a worker from being created', async (_name, change, message) => {
    const upstream = Object.assign(new ListUpstream({ t1: CREATE }), change);
    // What fails then is told all the same.
    upstream.close = () => {
      throw new Error('cannot close either');
    };
    const starting = start({}, { upstream });
    await expect(starting).rejects.toMatchObject({ code: 'PLUGIN_FAILED' });
    await expect(starting).rejects.toThrow(message);
  });
});

describe('a downstream', () => {
  it.each([[null], [{ kind: 'ok' }]])('that answers a DDL with %j pauses its shard: it isn’t done', async (answer) => {
    const answers = new AnsweringDownstream();
    answers.answer = () => Promise.resolve(untyped(answer));
    const worker = await start({}, { answers });
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    const { error } = await worker.until('paused');
    expect(error).toMatchObject({ code: 'PLUGIN_FAILED' });
    expect(error.message).toContain(`neither done, already-done nor failed: ${JSON.stringify(answer)}`);
    expect(worker.toldOf('executed')).toEqual([]);
    await worker.stop();
  });
});
