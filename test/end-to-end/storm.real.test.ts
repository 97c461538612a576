import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { inspect } from 'node:util';
import { EmbeddedStore } from '../../src/adapters/embedded/embedded-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { STARTS_FROM } from '../../src/coordinator/starts-from';
import type { Revision } from '../../src/core/model/revision';
import { useDirectories } from '../adapters/embedded/use-directories';
import { checkAnswered, checkLedger } from './check-stream';
import { ServerInProcess } from './server-in-process';
import type { SharedStore } from './server-in-process';
import { dumpState } from './state-dump';
import { Storm } from './storm';
import { foldedState, readStoredStream, recoveredState } from './stored-stream';

jest.setTimeout(600_000);

const FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
const SEEDS = FULL ? Array.from({ length: 20 }, (_, index) => index + 1) : [1, 2, 3];
const PAIR_SEEDS = FULL ? [101, 102, 103, 104, 105] : [101];
const LENGTH = { stormMs: FULL ? 12_000 : 6_000, restarts: FULL ? 5 : 3, calmMs: 30_000 };

const makeDirectory = useDirectories();
const servers = new Set<ServerInProcess>();

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers.clear();
});

async function started(where: string | SharedStore): Promise<ServerInProcess> {
  const server = new ServerInProcess(where);
  servers.add(server);
  await server.start();
  return server;
}

/** Let a storm blow over servers on one store, and come to rest. What they know then; all know the same. */
async function blow(played: readonly ServerInProcess[], seed: number): Promise<{ storm: Storm; lived: object }> {
  const errors = (): object[] => played.flatMap(({ logger }) => logger.lines.filter(({ level }) => level === 'error'));
  const storm = new Storm(played, seed, LENGTH);
  try {
    await storm.run();
    await untilQuiet(played);
  } catch (error) {
    throw new Error(`the storm of seed ${seed} failed; logged: ${inspect(errors(), { depth: 4 })}`, { cause: error });
  } finally {
    storm.end();
  }
  expect(errors()).toEqual([]);
  const [lived = {}, ...others] = played.map(({ state }) => dumpState(state));
  for (const other of others) expect(other).toEqual(lived);
  return { storm, lived };
}

/** What the storm has left in the store is what the core makes of the same changes, and nothing is unanswered or lost. */
async function check(
  directory: string,
  { storm, lived }: { readonly storm: Storm; readonly lived: object },
): Promise<void> {
  const { revision } = lived as { readonly revision: Revision };
  const stream = await readStoredStream(directory, revision);
  expect(dumpState(foldedState(stream))).toEqual(lived);
  expect(dumpState(recoveredState(stream))).toEqual(lived);
  checkAnswered(stream);
  checkLedger(stream, storm.ledger);
  const { reports, acknowledgements, actions, repetitions } = storm.ledger;
  const done = [...actions.values()].filter(({ result }) => result.includes('"state":"DONE"')).length;
  const said = {
    revision,
    reports: reports.length,
    acknowledgements: acknowledgements.length,
    repetitions,
    actions: actions.size,
    done,
    executions: storm.downstream.executions.length,
    restarts: storm.restarts,
    overthrows: storm.overthrows,
  };
  console.log(inspect(said, { breakLength: Infinity }));
  // Otherwise it was none.
  expect(Math.min(said.reports, said.repetitions, said.executions)).toBeGreaterThan(50);
  expect(Math.min(said.actions - done, done)).toBeGreaterThan(1);
  expect(storm.restarts).toBeGreaterThan(0);
}

describe('a server in a storm of reports, repetitions, manual actions and restarts', () => {
  it.each(SEEDS)('has the state that its stream gives, and has answered everything: seed %i', async (seed) => {
    const directory = makeDirectory();
    const server = await started(directory);
    const blown = await blow([server], seed);
    await server.stop();
    await check(directory, blown);
  });
});

describe('two servers on one store in such a storm, of which now and then the one that leads loses that', () => {
  it.each(PAIR_SEEDS)('have one state, and have answered everything: seed %i', async (seed) => {
    const directory = makeDirectory();
    const store = await EmbeddedStore.open(directory, new SystemClock(), { keepFrom: STARTS_FROM });
    const shared = { store, leaseMs: 10_000 };
    try {
      const pair = [await started(shared), await started(shared)];
      const blown = await blow(pair, seed);
      expect(blown.storm.overthrows).toBeGreaterThan(0);
      for (const server of pair) await server.stop();
      await store.close();
      await check(directory, blown);
    } finally {
      await store.close();
    }
  });
});

/** Wait until nothing is to be written any more, nothing has been for a while, and all have seen it. */
async function untilQuiet(played: readonly ServerInProcess[]): Promise<void> {
  const end = Date.now() + 15_000;
  let before = '';
  const now = (): string => played.map(({ state }) => state.revision).join();
  while (played.some(({ state }) => state.outbox.size > 0) || now() !== before) {
    if (Date.now() > end) {
      const owed = played.map(({ state }) => [...state.outbox]);
      throw new Error(`still to be written: ${JSON.stringify(owed)}`);
    }
    before = now();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
