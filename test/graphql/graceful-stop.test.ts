import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { useDirectories } from '../adapters/embedded/use-directories';
import { SilentLogger } from '../support/silent-logger';
import { operate, until } from './operator-requests';
import { PlainWorker, lockOf } from './plain-worker';
import type { Reported } from './plain-worker';

jest.setTimeout(60_000);

const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c1` INT';
const TABLES = Array.from({ length: 60 }, (_, index) => ({ schema: 'db', table: `t${index}` }));

const makeDirectory = useDirectories();
const logger = new SilentLogger();
let server: RunningServer;

const start = async (directory: string): Promise<RunningServer> => {
  const store = { kind: 'embedded', directory } as const;
  server = await startServer({ store, host: '127.0.0.1', port: 0, logger });
  return server;
};

afterEach(async () => {
  await server.stop();
  expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

/** The same worker, as it goes on with another server: the session lives on. */
function movedTo(url: string, worker: PlainWorker): PlainWorker {
  const moved = new PlainWorker(url, worker.worker, worker.task, worker.source, worker.mode);
  moved.session = worker.session;
  return moved;
}

describe('a server that is told to stop', () => {
  it('loses nothing that it has answered, and tells its subscribers', async () => {
    const directory = makeDirectory();
    const before = await start(directory);
    const worker = new PlainWorker(before.url, 'w', 'busy', 's1', 'OPTIMISTIC');
    await worker.register();
    await worker.putTables(TABLES.map((table) => ({ ...table, createTable: CREATE })));
    const feed = await worker.subscribe();
    let answered = 0;
    const reports = TABLES.map(async (table): Promise<Reported | null> => {
      try {
        const reported = await worker.report(table, CREATE, [ADD], '1');
        answered += 1;
        return reported;
      } catch {
        // No answer: the server has gone.
        return null;
      }
    });
    await until(
      () => Promise.resolve(answered),
      (count) => count > 0,
    );
    await before.stop();
    expect(await feed.untilClosed()).toBe(1001);
    const told = await Promise.all(reports);

    const after = movedTo((await start(directory)).url, worker);
    for (const [index, reported] of told.entries()) {
      const again = await after.report(TABLES[index]!, CREATE, [ADD], '1');
      expect(again).toMatchObject({ __typename: 'ShardReportInfoSuccess' });
      if (reported !== null) expect(again).toMatchObject({ repeated: true, revision: reported.revision });
    }
    await until(
      () => after.pending(),
      (operations) => operations.length === TABLES.length,
    );
  });

  it('leaves an action that waits for a worker to the next one', async () => {
    const directory = makeDirectory();
    const before = await start(directory);
    const worker = new PlainWorker(before.url, 'w', 'waiting', 's1', 'PESSIMISTIC');
    await worker.register(['s1', 's2']);
    await worker.reportSource([ADD], '1');
    const input = { lockId: lockOf('waiting'), waitMs: 20_000, idempotencyKey: 'once' };
    const pending = operate(before.url, 'unlock', input);
    const [exec] = await until(
      () => worker.pending(),
      (operations) => operations.length > 0,
    );
    await before.stop();
    expect(await pending).toMatchObject({ code: 'ACTION_PENDING', retryable: expect.any(Boolean) });

    const { url } = await start(directory);
    const after = movedTo(url, worker);
    expect(await after.pending()).toEqual([exec]);
    const answer = operate(url, 'unlock', input);
    expect(await after.acknowledge(exec!)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    expect(await answer).toMatchObject({ __typename: 'ShardUnlockLockSuccess', action: { state: 'DONE' } });
    expect(await operate(url, 'unlock', input)).toMatchObject({ repeated: true });
  });
});
