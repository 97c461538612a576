import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { useDirectories } from '../adapters/embedded/use-directories';
import { checkAnswered, checkLedger } from './check-stream';
import { KilledLoad } from './killed-load';
import { ordersOf } from './orders';
import { ServerProcess } from './server-process';
import { dumpState } from './state-dump';
import { foldedState, readStoredStream, recoveredState } from './stored-stream';

const KILLS = process.env['LOCKSTEP_TEST_FULL'] === '1' ? 100 : 25;
/** A busy machine needs 15 s for each. */
jest.setTimeout(300_000 + KILLS * 30_000);

const SEED = 1;
const END_MS = 60_000;

const makeDirectory = useDirectories();
const servers = new Set<ServerProcess>();

afterEach(async () => {
  for (const server of servers) await server.kill();
  servers.clear();
});

describe(`a server that is killed ${KILLS} times while it works`, () => {
  it('has lost nothing that it answered, orders no DDL twice, and goes on with running actions', async () => {
    const directory = makeDirectory();
    const server = new ServerProcess(directory);
    servers.add(server);
    await server.start();
    const load = new KilledLoad(server, SEED);
    try {
      await load.run(KILLS, END_MS);
    } catch (error) {
      throw new Error(`the load of seed ${SEED} failed`, { cause: error });
    } finally {
      load.end();
    }
    expect((await server.stop()).status).toBe(0);
    const stream = await readStoredStream(directory);
    expect(dumpState(recoveredState(stream))).toEqual(dumpState(foldedState(stream)));
    checkAnswered(stream);
    checkLedger(stream, load.ledger);
    for (const { task, ddls } of [load.pessimistic, load.held]) {
      const orders = ordersOf(stream, task).map(({ ddl }) => ddl);
      expect(orders.sort()).toEqual(ddls.sort());
    }
    // Each shard adds a column, as in DM, and its database says that it is there; but no shard does so twice.
    const orders = ordersOf(stream, load.optimistic.task);
    expect([...new Set(orders.map(({ ddl }) => ddl))].sort()).toEqual(load.optimistic.ddls.sort());
    const each = orders.map(({ who, ddl }) => `${who}: ${ddl}`).sort();
    expect(each).toEqual([...new Set(each)]);
    const { reports, acknowledgements, actions } = load.ledger;
    // On a busy machine an unlock is given up, and tried again, before its server is back.
    expect(actions.size).toBeGreaterThan(KILLS / 10);
    console.log(
      `${KILLS} kills: ${stream.revision} revisions, ${reports.length} reports, ${acknowledgements.length} ` +
        `acknowledgements, ${actions.size} actions, none lost`,
    );
  });
});
