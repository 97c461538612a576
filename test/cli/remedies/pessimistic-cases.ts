import { expect } from '@jest/globals';
import type { RemedyKind } from '../../../src/core/diagnosis/remedy';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../../src/core/model/names';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { writePessimisticOperation } from '../../../src/core/wire/pessimistic-operation';
import { operate, readLock, until } from '../../graphql/operator-requests';
import { PlainWorker, lockOf, registered } from '../../graphql/plain-worker';
import { alter, lockGone, look, operationOf, pessimisticTask } from '../../graphql/situations';
import { carriesOut, isStored, store } from './situation';
import type { Cases, Situation, World } from './situation';

const DDLS = [alter('ADD COLUMN `c2` INT')];
const OTHER = [alter('ADD COLUMN `c3` INT')];

/** The lock ends. */
async function ended({ url, task }: World): Promise<void> {
  await lockGone(url, task);
}

/** `s1` has reported, `s2` will not: its worker never came. */
async function oneMissing({ url, task }: World): Promise<PlainWorker> {
  const [one] = await pessimisticTask(url, task, ['s1', 's2'], ['s1']);
  await one!.reportSource(DDLS, '1');
  return one!;
}

/** All of these sources have reported; the first one is the owner. */
async function allReported({ url, task }: World, sources: readonly string[]): Promise<PlainWorker[]> {
  const workers = await pessimisticTask(url, task, sources, sources);
  for (const worker of workers) await worker.reportSource(DDLS, '1');
  await operationOf(workers[0]!);
  return workers;
}

async function leave(world: World, worker: PlainWorker): Promise<void> {
  await worker.withSession('LeaveShardWorker', { forGood: false });
  await until(
    () => look(world.url, world.task),
    ({ waitingFor, remedies }) =>
      waitingFor.some(({ workerOnline }) => workerOnline === false) || remedies.length !== 0,
  );
}

/** `s2` begins again with what the last lock of its task has executed. */
async function repeated(world: World): Promise<PlainWorker> {
  const { url, task } = world;
  const one = await oneMissing(world);
  const unlocked = operate(url, 'unlock', { lockId: lockOf(task) });
  await carriesOut(one);
  await unlocked;
  await lockGone(url, task);
  const two = await registered(url, 'w-s2', task, 's2', 'PESSIMISTIC');
  await two.reportSource(DDLS, '1');
  return two;
}

/** `s2` has reported other DDLs than `s1`, who owns the lock. */
async function differing({ url, task }: World): Promise<[PlainWorker, PlainWorker]> {
  const [one, two] = await pessimisticTask(url, task, ['s1', 's2'], ['s1', 's2']);
  await one!.reportSource(DDLS, '1');
  await two!.reportSource(OTHER, '1');
  await until(
    () => look(url, task),
    ({ waitingFor }) => waitingFor[0]?.kind === 'DDLS_DIFFER',
  );
  return [one!, two!];
}

/** The other source's DDLs go their way, and the lock goes on when it reports those of the lock. */
function otherDdls(exec: boolean): (world: World) => Promise<Situation> {
  return async (world) => {
    const [one, two] = await differing(world);
    return {
      meanwhile: async () => {
        expect(await carriesOut(two)).toMatchObject({ exec, ddls: OTHER });
      },
      effect: /reads on; the lock goes on waiting for it to report ALTER/u,
      holds: async () => {
        expect(await readLock(world.url, lockOf(world.task))).toMatchObject({ syncedCount: 1, unsyncedCount: 1 });
        await two.reportSource(DDLS, '2');
        expect(await carriesOut(one)).toMatchObject({ exec: true, ddls: DDLS });
        expect(await carriesOut(two)).toMatchObject({ exec: false, ddls: DDLS });
        await lockGone(world.url, world.task);
      },
    };
  };
}

/** Another table of the task; `s2` has an operation of its lock when the lock of `TARGET` needs it. */
const OTHER_TARGET = { schema: 'shard_db', table: 'other_table' };
const otherLock = (task: string): string =>
  formatLockId(parseTaskName(task), parseDownstreamTable(OTHER_TARGET.schema, OTHER_TARGET.table));

const reportOther = (worker: PlainWorker | undefined): Promise<unknown> | undefined =>
  worker?.withSession('ReportShardSourceInfo', {
    target: OTHER_TARGET,
    ddls: ['ALTER TABLE `shard_db`.`other_table` ADD COLUMN `c2` INT'],
    attempt: 'o',
  });

const untilBlocked = ({ url, task }: World): Promise<unknown> =>
  until(
    () => look(url, task),
    ({ waitingFor }) => waitingFor.some(({ kind }) => kind === 'PREVIOUS_OPERATION'),
  );

/** `s2` owns both locks, and does not execute for the other one. */
async function blockedOwner(world: World): Promise<[PlainWorker, PlainWorker]> {
  const { url, task } = world;
  const [one, two] = await pessimisticTask(url, task, ['s1', 's2'], ['s1', 's2']);
  await reportOther(two);
  await two!.reportSource(DDLS, '1');
  await reportOther(one);
  await operationOf(two!, ({ lockId }) => lockId === otherLock(task));
  await one!.reportSource(DDLS, '1');
  await untilBlocked(world);
  return [one!, two!];
}

/** `s1` has executed for the other lock, and was left out; `s2` is alone in this one, and does not skip for the other. */
async function blockedSkipper(world: World): Promise<PlainWorker> {
  const { url, task } = world;
  const [one, two] = await pessimisticTask(url, task, ['s1', 's2'], ['s1', 's2']);
  await reportOther(one);
  await reportOther(two);
  await two!.reportSource(DDLS, '1');
  await carriesOut(one!, ({ lockId }) => lockId === otherLock(task));
  await operationOf(two!, ({ lockId }) => lockId === otherLock(task));
  await operate(url, 'exclude', { task, source: 's1' });
  await untilBlocked(world);
  return two!;
}

/** An operation of a lock that is gone, as a coordinator of DM may have left it. */
async function leftOver(world: World, source: string): Promise<string> {
  const ids = { task: parseTaskName(world.task), source: parseSourceId(source) };
  const key = formatDmKey({ kind: 'pessimistic-operation', ...ids });
  const lockId = formatLockId(ids.task, parseDownstreamTable('shard_db', 'gone_table'));
  await store(world, key, writePessimisticOperation({ ...ids, lockId, ddls: OTHER, exec: false, done: false }));
  return key;
}

/** Scenario C: the lock ended while `s2` could not be reached. */
function blocked(exec: boolean): (world: World) => Promise<Situation> {
  return async ({ url, task }) => {
    const [two] = await pessimisticTask(url, task, ['s1', 's2'], ['s2']);
    await two!.withSession('ReportShardStatus', { stage: 'running', blockingDdls: DDLS, blockingLockId: lockOf(task) });
    return {
      at: 'problems',
      meanwhile: async () => {
        expect(await carriesOut(two!)).toMatchObject({ exec, ddls: DDLS, lockId: lockOf(task) });
      },
      effect: exec ? /executes ALTER .* downstream and reads on/u : /skips ALTER .* and reads on/u,
      holds: async () => {
        expect(await two!.pending()).toEqual([]);
      },
    };
  };
}

export const PESSIMISTIC_CASES = {
  'declare-task': {
    'nobody has said which sources there are': async ({ url, task }) => {
      const one = await registered(url, 'w-s1', task, 's1', 'PESSIMISTIC');
      await one.reportSource(DDLS, '1');
      return {
        effect: /count as complete; when all of them have reported, the owner is told to execute/u,
        holds: async () => {
          expect(await carriesOut(one)).toMatchObject({ exec: true });
          await lockGone(url, task);
        },
      };
    },
    'a source that workers expect never came': async ({ url, task }) => {
      const one = new PlainWorker(url, 'w-s1', task, 's1', 'PESSIMISTIC');
      await one.register(['s1', 's2']);
      await one.reportSource(DDLS, '1');
      const { waitingFor } = await look(url, task);
      expect(waitingFor[0]?.sentence).toMatch(/expect s2 never came, so no source is told to execute alone since/u);
      return {
        words: '--source s1 --source s2',
        effect: /count as complete; when all of them have reported/u,
        holds: async () => {
          expect((await look(url, task)).waitingFor).toMatchObject([{ kind: 'INFO_MISSING', sourceId: 's2' }]);
          expect(await one.pending()).toEqual([]);
        },
      };
    },
  },

  'skip-repeated': {
    'a source was away while its lock was unlocked': async (world) => {
      const two = await repeated(world);
      return {
        meanwhile: async () => {
          expect(await carriesOut(two)).toMatchObject({ exec: false, ddls: DDLS });
        },
        effect: /Source s2 skips ALTER .* and goes on; this lock is removed/u,
        holds: () => ended(world),
      };
    },
  },

  'execute-repeated': {
    'a source was away while its lock was unlocked': async (world) => {
      const two = await repeated(world);
      return {
        meanwhile: async () => {
          expect(await carriesOut(two)).toMatchObject({ exec: true, ddls: DDLS });
        },
        effect: /Source s2 executes ALTER .* again; this lock is removed/u,
        holds: () => ended(world),
      };
    },
  },

  'skip-other-ddls': { 'a source has reported other DDLs': otherDdls(false) },
  'execute-other-ddls': { 'a source has reported other DDLs': otherDdls(true) },

  unlock: {
    'a source will not report': async (world) => {
      const one = await oneMissing(world);
      return {
        meanwhile: async () => {
          expect(await carriesOut(one)).toMatchObject({ exec: true });
        },
        effect: /Owner s1 executes .* and the lock is removed/u,
        holds: () => ended(world),
      };
    },
    'the owner takes its time': async (world) => {
      const [one, two] = await allReported(world, ['s1', 's2']);
      return {
        meanwhile: async () => {
          expect(await carriesOut(one!)).toMatchObject({ exec: true });
          expect(await carriesOut(two!)).toMatchObject({ exec: false });
        },
        effect: /Owner s1 executes .*, the other sources that have reported skip them, and the lock is removed/u,
        holds: () => ended(world),
      };
    },
  },

  'unlock-by-other-owner': {
    'a source will not report, and the owner is gone': async (world) => {
      const [one, two] = await pessimisticTask(world.url, world.task, ['s1', 's2', 's3'], ['s1', 's2']);
      await one!.reportSource(DDLS, '1');
      await two!.reportSource(DDLS, '1');
      await leave(world, one!);
      return {
        meanwhile: async () => {
          expect(await carriesOut(two!)).toMatchObject({ exec: true });
        },
        failure: 'PART_OF_WORKERS_FAILED',
        effect: /Source s2 executes .* instead of s1/u,
        holds: () => ended(world),
      };
    },
    'all have reported, and the owner is gone': async (world) => {
      const [one, two] = await allReported(world, ['s1', 's2']);
      await leave(world, one!);
      return {
        meanwhile: async () => {
          expect(await carriesOut(two!)).toMatchObject({ exec: true });
        },
        failure: 'PART_OF_WORKERS_FAILED',
        effect: /Source s2 executes .* instead of s1/u,
        holds: () => ended(world),
      };
    },
  },

  'force-removal': {
    'a source will not report, and the owner does not execute': async (world) => {
      await oneMissing(world);
      return {
        effect: /whether it does or not, .* and the lock is removed/u,
        holds: () => ended(world),
      };
    },
    'all have reported, and the owner does not execute': async (world) => {
      const [, two] = await allReported(world, ['s1', 's2']);
      return {
        meanwhile: async () => {
          expect(await carriesOut(two!)).toMatchObject({ exec: false });
        },
        effect: /the other sources that have reported skip them, and the lock is removed/u,
        holds: () => ended(world),
      };
    },
  },

  'unlock-executed': {
    'a source does not answer that it skips': async (world) => {
      const [one] = await allReported(world, ['s1', 's2']);
      await carriesOut(one!);
      await until(
        () => look(world.url, world.task),
        ({ waitingFor }) => waitingFor.some(({ kind }) => kind === 'OPERATION_NOT_DONE'),
      );
      return {
        failure: 'PART_OF_WORKERS_FAILED',
        effect: /then the lock is removed and the result names who has not answered/u,
        holds: () => ended(world),
      };
    },
  },

  'remove-other-lock': {
    'the owner does not execute for another lock': async (world) => {
      const [one, two] = await blockedOwner(world);
      return {
        meanwhile: async () => {
          expect(await carriesOut(one)).toMatchObject({ exec: false, lockId: otherLock(world.task) });
        },
        effect: /Lock \S+ is removed, whether s2 executes or not; then s2 gets its operation of this lock/u,
        holds: async () => {
          const isThis = ({ lockId }: { readonly lockId: string }): boolean => lockId === lockOf(world.task);
          expect(await carriesOut(two, isThis)).toMatchObject({ exec: true });
          expect(await carriesOut(one, isThis)).toMatchObject({ exec: false });
          await lockGone(world.url, world.task);
        },
      };
    },
  },

  'remove-other-operation': {
    'the owner does not skip for another lock': async (world) => {
      const two = await blockedSkipper(world);
      await two.withSession('LeaveShardWorker', { forGood: false });
      return {
        words: 's2',
        effect: /Reports and operations of source s2 in task \S+ are removed; its worker puts them again/u,
        holds: async () => {
          await two.register();
          await two.reportSource(DDLS, '2');
          expect(await carriesOut(two)).toMatchObject({ exec: true, lockId: lockOf(world.task) });
          await ended(world);
        },
      };
    },
    'the owner has an operation of a lock that is gone': async (world) => {
      const { url, task } = world;
      const [one, two] = await pessimisticTask(url, task, ['s1', 's2'], ['s1', 's2']);
      await one!.reportSource(DDLS, '1');
      const key = await leftOver(world, 's1');
      await two!.reportSource(DDLS, '1');
      await until(
        () => look(url, task),
        ({ waitingFor }) => waitingFor.some(({ kind }) => kind === 'PREVIOUS_OPERATION'),
      );
      await one!.withSession('LeaveShardWorker', { forGood: false });
      return {
        words: 's1',
        effect: /Reports and operations of source s1 in task \S+ are removed; its worker puts them again/u,
        holds: async () => {
          expect(await isStored(world, key)).toBe(false);
          await one!.register();
          await one!.reportSource(DDLS, '2');
          expect(await carriesOut(one!)).toMatchObject({ lockId: lockOf(task), exec: true });
          expect(await carriesOut(two!)).toMatchObject({ lockId: lockOf(task), exec: false });
          await lockGone(url, task);
        },
      };
    },
  },

  'skip-blocked': { 'its lock ended while it could not be reached': blocked(false) },
  'execute-blocked': { 'its lock ended while it could not be reached': blocked(true) },

  'remove-stale-operation': {
    'neither its lock nor its worker is there': async (world) => {
      await pessimisticTask(world.url, world.task, ['s1'], []);
      const key = await leftOver(world, 's1');
      return {
        at: 'problems',
        effect: /Reports, operations and source tables of source s1 in task \S+ are removed/u,
        holds: async () => {
          expect(await isStored(world, key)).toBe(false);
        },
      };
    },
  },
} as const satisfies Partial<Cases<RemedyKind>>;
