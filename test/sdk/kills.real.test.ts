import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryDownstreamServer, compareMerged } from '../../sdk/plugins/memory';
import { ScriptUpstream } from '../../sdk/plugins/script';
import { useDirectories } from '../adapters/embedded/use-directories';
import { orderedAgain, ordersOf } from '../end-to-end/orders';
import { ServerProcess } from '../end-to-end/server-process';
import { dumpState } from '../end-to-end/state-dump';
import { foldedState, readStoredStream, recoveredState } from '../end-to-end/stored-stream';
import { CountingDownstream } from './kills/counting-downstream';
import { KilledRollout } from './kills/killed-rollout';
import { changeOf, createdColumns, scriptOf } from './kills/rollout-script';
import type { SourcePlan } from './kills/rollout-script';

jest.setTimeout(1_800_000);

const IS_FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
const KILLS = IS_FULL ? 100 : 25;
const ROUNDS = IS_FULL ? 12 : 6;
const LIMIT_MS = IS_FULL ? 1_500_000 : 500_000;
const SEED = 1;
const PROCESSES = 4;
const MODES = ['optimistic', 'pessimistic'] as const;
const SOURCES = 10;
const SHARDS = 50;

const makeDirectory = useDirectories();
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function plansOf(mode: SourcePlan['mode']): readonly SourcePlan[] {
  const expectedSources = Array.from({ length: SOURCES }, (_, index) => `${mode}-${index}`);
  return expectedSources.map((source, index) => {
    const shards = Array.from({ length: SHARDS }, (_, shard) => index * SHARDS + shard);
    return { task: mode, mode, source, expectedSources, shards };
  });
}

const PLANS = MODES.flatMap(plansOf);

async function startDownstream(): Promise<{ readonly downstream: CountingDownstream; readonly port: number }> {
  const downstream = new CountingDownstream();
  for (const task of MODES)
    expect(downstream.execute(`CREATE TABLE ${task} ${createdColumns(ROUNDS)}`, 'shop').kind).toBe('done');
  downstream.counts.clear();
  const server = await MemoryDownstreamServer.start(downstream);
  closing.push(() => server.close());
  return { downstream, port: server.port };
}

function ddlsOf(task: string): readonly string[] {
  return Array.from({ length: ROUNDS }, (_, round) => `ALTER TABLE \`shop\`.\`${task}\` ${changeOf(round)}`).sort();
}

describe(`a rollout of ${PLANS.length * SHARDS} shards whose workers and server are killed ${KILLS} times`, () => {
  it('loses no row and no DDL, executes none twice, and needs nobody', async () => {
    const directory = makeDirectory();
    const server = new ServerProcess(directory);
    closing.push(() => server.kill());
    await server.start();
    const { downstream, port } = await startDownstream();
    const shares = Array.from({ length: PROCESSES }, (_, share) => PLANS.filter((__, at) => at % PROCESSES === share));
    const rollout = new KilledRollout({ server, port, folder: makeDirectory(), rounds: ROUNDS, shares }, SEED);
    closing.push(() => rollout.end());
    await rollout.run(KILLS, LIMIT_MS);
    await rollout.end();
    expect((await server.stop()).status).toBe(0);
    expect(rollout.troubles).toEqual([]);

    const { database, counts } = downstream;
    for (const mode of MODES) {
      const plans = PLANS.filter((plan) => plan.mode === mode);
      const shards = plans.flatMap((plan) =>
        new ScriptUpstream({ text: scriptOf(plan, ROUNDS), schema: 'db' }).shards(),
      );
      expect(compareMerged(shards, database.table('shop', mode), database.now)).toEqual([]);
    }
    expect([...counts.keys()].sort()).toEqual(MODES.flatMap(ddlsOf).sort());
    for (const [ddl, { failed }] of counts) expect({ ddl, failed }).toEqual({ ddl, failed: 0 });

    const stream = await readStoredStream(directory);
    const state = recoveredState(stream);
    expect(dumpState(state)).toEqual(dumpState(foldedState(stream)));
    expect([...state.targets.values()].filter(({ lock }) => lock !== null)).toEqual([]);
    expect(state.pessimistic.locks.size).toBe(0);
    // Killed before it acknowledged, a worker asks again; what it has acknowledged it is never ordered again.
    for (const mode of MODES) expect(orderedAgain(stream, mode)).toEqual([]);
    // A barrier's DDL has one owner; nobody else is ever ordered to execute it.
    const barriers = new Set(ordersOf(stream, 'pessimistic').map(({ who, ddl }) => `${ddl} by ${who}`));
    expect(barriers.size).toBe(ROUNDS);
    const already = [...counts.values()].reduce((sum, each) => sum + each['already-done'], 0);
    console.log(
      `${KILLS} kills: ${stream.revision} revisions, ${counts.size} DDLs, ${already} that were there already`,
    );
  });
});
