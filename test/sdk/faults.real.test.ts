import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientInterceptor } from '../../sdk';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { SeededRandom } from '../support/seeded-random';
import { useServer } from '../support/use-server';
import { RunningWorker } from './running-worker';
import type { JsonCheckpoints, ListUpstream } from './test-plugins';

const server = useServer();

/** Loses requests, loses answers, and sends some twice. */
function faulty(random: SeededRandom): ClientInterceptor {
  return async (request, next, signal) => {
    const fault = random.below(10);
    if (fault === 0) throw new Error('the request was lost');
    if (fault === 1) await next(request, signal);
    const answer = await next(request, signal);
    if (fault === 2) throw new Error('the answer was lost');
    return answer;
  };
}

const DDLS = ['ADD COLUMN c INT', 'ADD COLUMN d VARCHAR(10)', 'DROP COLUMN c'];

describe.each(['optimistic', 'pessimistic'] as const)('an unreliable network, %s', (mode) => {
  it.each([1, 2, 3])(
    'loses nothing and executes nothing that wasn’t asked for (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const start = (source: string): Promise<RunningWorker> =>
        RunningWorker.start({
          url: server.url,
          task: `faults-${mode}-${seed}`,
          mode,
          source,
          expectedSources: ['s1', 's2'],
          clientInterceptors: [faulty(random.fork())],
        });
      const workers = [await start('s1'), await start('s2')];
      for (const { upstream } of workers) {
        for (const [index, ddl] of DDLS.entries()) {
          upstream.insert('t1', { id: index });
          upstream.ddl(`ALTER TABLE t1 ${ddl}`);
          upstream.ddl(`ALTER TABLE t2 ${ddl}`);
          upstream.insert('t2', { id: 10 + index });
        }
      }
      await Promise.all(workers.map((worker) => worker.caughtUp()));
      for (const { log } of workers) {
        expect(log.filter((line) => line.startsWith('t1:'))).toEqual(['t1:0', 't1:1', 't1:2']);
        expect(log.filter((line) => line.startsWith('t2:'))).toEqual(['t2:10', 't2:11', 't2:12']);
      }
      const executed = workers.flatMap(({ downstream }) => downstream.ddls);
      expect(new Set(executed).size).toBe(DDLS.length);
      if (mode === 'pessimistic') expect(executed).toHaveLength(DDLS.length);
      for (const worker of workers) await worker.stop();
    },
    30_000,
  );
});

describe('a worker that is cut off', () => {
  it('registers again when its lease has run out, and goes on', async () => {
    let isCut = false;
    const cut: ClientInterceptor = (request, next, signal) =>
      isCut ? Promise.reject(new Error('cut off')) : next(request, signal);
    const limits = { ttlMs: 1_000, requestTimeoutMs: 500 };
    const worker = await RunningWorker.start({ url: server.url, task: 'cut', clientInterceptors: [cut], limits });
    await worker.caughtUp();
    isCut = true;
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    await worker.until('stalled');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    isCut = false;
    expect(await worker.until('registered', 2)).toMatchObject({ again: true });
    await worker.until('acknowledged');
    await worker.stop();
  }, 30_000);

  it('goes on over restarts of its own, each from the last checkpoint', async () => {
    const first = await RunningWorker.start({ url: server.url, task: 'restarted' });
    first.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    await first.until('acknowledged');
    await first.stop();
    const upstream: ListUpstream = first.upstream;
    const checkpoints: JsonCheckpoints = first.checkpoints;
    for (let round = 0; round < 3; round += 1) {
      upstream.insert('t2', { id: round });
      const worker = await RunningWorker.start({ url: server.url, task: 'restarted' }, { upstream, checkpoints });
      await worker.caughtUp();
      expect(worker.log).toEqual([`t2:${round}`]);
      await worker.stop();
    }
  });
});

describe('a server that restarts on what it has stored', () => {
  it('is gone on with by workers that never stopped', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lockstep-sdk-'));
    const startEmbedded = (port: number): Promise<RunningServer> =>
      startServer({ store: { kind: 'embedded', directory }, host: '127.0.0.1', port, logger: server.logger });
    let own = await startEmbedded(0);
    const { port, url } = own;
    const worker = await RunningWorker.start({ url, task: 'outlived' });
    for (let round = 0; round < 3; round += 1) {
      worker.upstream.ddl(`ALTER TABLE t1 ADD COLUMN c${round} INT`);
      await worker.until('acknowledged', 2 * round + 1);
      await own.stop();
      worker.upstream.ddl(`ALTER TABLE t2 ADD COLUMN c${round} INT`);
      own = await startEmbedded(port);
      await worker.until('acknowledged', 2 * round + 2);
    }
    expect(worker.told.filter(({ kind }) => kind === 'registered')).toHaveLength(1);
    await worker.stop();
    await own.stop();
    rmSync(directory, { recursive: true });
  }, 60_000);
});
