import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { inspect } from 'node:util';
import { useDirectories } from '../adapters/embedded/use-directories';
import { checkAnswered, checkLedger } from './check-stream';
import { ServerInProcess } from './server-in-process';
import { dumpState } from './state-dump';
import { Storm } from './storm';
import { foldedState, readStoredStream, recoveredState } from './stored-stream';

jest.setTimeout(600_000);

const FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
const SEEDS = FULL ? Array.from({ length: 20 }, (_, index) => index + 1) : [1, 2, 3];
const LENGTH = { stormMs: FULL ? 12_000 : 6_000, restarts: FULL ? 5 : 3, calmMs: 30_000 };

const makeDirectory = useDirectories();
const servers = new Set<ServerInProcess>();

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers.clear();
});

describe('a server in a storm of reports, repetitions, manual actions and restarts', () => {
  it.each(SEEDS)('has the state that its stream gives, and has answered everything: seed %i', async (seed) => {
    const directory = makeDirectory();
    const server = new ServerInProcess(directory);
    servers.add(server);
    await server.start();
    const storm = new Storm(server, seed, LENGTH);
    try {
      await storm.run();
      await untilQuiet(server);
    } catch (error) {
      const logged = server.logger.lines.filter(({ level }) => level === 'error');
      throw new Error(`the storm of seed ${seed} failed; logged: ${inspect(logged, { depth: 4 })}`, { cause: error });
    } finally {
      storm.end();
    }
    const lived = dumpState(server.state);
    const { revision } = server.state;
    await server.stop();
    const stream = await readStoredStream(directory, revision);
    expect(dumpState(foldedState(stream))).toEqual(lived);
    expect(dumpState(recoveredState(stream))).toEqual(lived);
    checkAnswered(stream);
    checkLedger(stream, storm.ledger);
    expect(server.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    const { reports, acknowledgements, actions, repetitions } = storm.ledger;
    console.log(
      `seed ${seed}: ${revision} revisions, ${reports.length} reports, ${acknowledgements.length} acknowledgements, ` +
        `${actions.size} actions, ${repetitions} repetitions, ${storm.downstream.executions.length} executions`,
    );
  });
});

/** Wait until nothing is to be written any more, and nothing has been for a while. */
async function untilQuiet(server: ServerInProcess): Promise<void> {
  const end = Date.now() + 15_000;
  let before = -1;
  while (server.state.outbox.size > 0 || server.state.revision !== before) {
    if (Date.now() > end) throw new Error(`still to be written: ${JSON.stringify([...server.state.outbox])}`);
    before = server.state.revision;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
