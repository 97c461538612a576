import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LockstepClient, ShardWorker, systemTiming } from '../../../sdk';
import type { Timing, Transport } from '../../../sdk';
import {
  FaultyTransport,
  InProcessServer,
  MemoryDownstream,
  NO_FAULTS,
  ScriptUpstream,
  SeededRandom,
  VirtualTime,
  compareMerged,
} from '../../../sdk/testing';

let time: VirtualTime;
let server: InProcessServer;

beforeEach(async () => {
  time = new VirtualTime(new SeededRandom(1).next);
  server = await InProcessServer.start({ timing: time });
});

afterEach(() => server.stop());

const { signal } = new AbortController();
const register = (client: LockstepClient): Promise<{ readonly id: string; readonly epoch: string }> =>
  client.registerShardWorker({ worker: 'w', task: 't', source: 's', mode: 'OPTIMISTIC', ttlMs: 60_000 }, signal);

/** Resolves with virtual time passing. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => void (isOver = true);
  work.then(over, over);
  await time.passUntil(() => isOver, 3_600_000);
  return await work;
}

function clientOver(transport: Transport): LockstepClient {
  return new LockstepClient({ transport, timing: time });
}

describe('a server in the process', () => {
  it('answers by the published schema, and goes on with what was stored when it was killed', async () => {
    const client = clientOver(server.connect());
    const { id, epoch } = await inTime(register(client));
    const session = { task: 't', source: 's', id, epoch };
    server.kill();
    const renewing = client.renewShardWorker({ session }, signal);
    await time.pass(2_000);
    await server.restart();
    expect(await inTime(renewing)).toMatchObject({ id });
  });

  it('leaves no timer behind when it was killed, which would keep the process of a test', async () => {
    const pending = new Set<object>();
    const timing: Timing = {
      ...systemTiming,
      after: (delayMs, action) => {
        const timer = {};
        pending.add(timer);
        const stop = systemTiming.after(delayMs, () => {
          pending.delete(timer);
          action();
        });
        return () => {
          pending.delete(timer);
          stop();
        };
      },
    };
    const killed = await InProcessServer.start({ timing });
    killed.kill();
    await killed.restart();
    killed.kill();
    await killed.stop();
    expect(pending.size).toBe(0);
  });

  it('tells subscribers that their connection is lost', async () => {
    const operations = server.connect().subscribe(
      {
        query: 'subscription O { shardOperations(task: "t", source: "s") { id } }',
        variables: {},
        operationName: 'O',
      },
      signal,
    );
    const next = operations[Symbol.asyncIterator]().next();
    const lost = expect(next).rejects.toMatchObject({ code: 1006 });
    await time.pass(10);
    server.kill();
    await lost;
  });

  it('can be reached over a way on which things go wrong', async () => {
    const random = new SeededRandom(7);
    const faults = { ...NO_FAULTS, loseRequest: 0.5, loseAnswer: 0.3, repeat: 0.3, delay: 0.5, longestDelayMs: 50 };
    const transport = new FaultyTransport(server.connect(), time, random.next, faults);
    const { id } = await inTime(register(clientOver(transport)));
    expect(server.state?.sessions.size).toBe(1);
    expect([...(server.state?.sessions.values() ?? [])].map(({ record }) => record.id)).toEqual([id]);
  });

  it('is all that a worker needs for a rollout', async () => {
    const upstream = new ScriptUpstream({
      text: `CREATE TABLE o_1 (id INT PRIMARY KEY); CREATE TABLE o_2 (id INT PRIMARY KEY);
        INSERT INTO o_1 VALUES (1); ALTER TABLE o_1 ADD COLUMN a INT; INSERT INTO o_1 VALUES (2, 2);
        ALTER TABLE o_2 ADD COLUMN a INT; INSERT INTO o_2 VALUES (3, 3);`,
      timing: time,
    });
    const downstream = new MemoryDownstream();
    const worker = await ShardWorker.create({
      ...{ transport: server.connect(), name: 'w', task: 't', mode: 'optimistic', source: 's', timing: time },
      ...{ upstream, downstream: downstream.connect('s') },
      routes: [{ schemaPattern: 'test', tablePattern: 'o_*', targetSchema: 'm', targetTable: 'o' }],
    });
    const stop = new AbortController();
    let isCaughtUp = false;
    worker.events.on('caught-up', () => (isCaughtUp = true));
    const running = worker.run({ signal: stop.signal });
    expect(await time.passUntil(() => isCaughtUp, 60_000)).toBe(true);
    stop.abort();
    await inTime(running);
    expect(compareMerged(upstream.shards(), downstream.database.table('m', 'o'), '')).toEqual([]);
  });
});
