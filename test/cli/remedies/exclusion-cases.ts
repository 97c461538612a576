import { expect } from '@jest/globals';
import type { RemedyKind } from '../../../src/core/diagnosis/remedy';
import { operate, readLock, until } from '../../graphql/operator-requests';
import { TARGET, lockOf } from '../../graphql/plain-worker';
import type { PlainWorker } from '../../graphql/plain-worker';
import {
  BEFORE,
  TABLE_1,
  TABLE_2,
  alter,
  answerOf,
  lockGone,
  look,
  operationOf,
  optimisticTask,
  pessimisticTask,
} from '../../graphql/situations';
import { infoKey } from './keys';
import { carriesOut, store } from './situation';
import type { Cases, Situation, World } from './situation';

const DDLS = [alter('ADD COLUMN `c` INT')];

/** The worker goes away, and its lock has heard of it. */
async function leave({ url, task }: World, worker: PlainWorker): Promise<void> {
  await worker.withSession('LeaveShardWorker', { forGood: false });
  await until(
    () => look(url, task),
    ({ waitingFor }) => waitingFor.some(({ sentence }) => sentence.includes('its worker is offline')),
  );
}

/** The lock ends without the source, whose reports are refused from now on. */
function endsWithout(world: World, left: PlainWorker | null): Situation['holds'] {
  return async () => {
    await lockGone(world.url, world.task);
    if (left === null) return;
    await left.register();
    const answer =
      left.mode === 'PESSIMISTIC'
        ? await left.reportSource(DDLS, 'late')
        : await left.report(TABLE_2, BEFORE, DDLS, 'late');
    expect(answer).toMatchObject({ code: 'SOURCE_EXCLUDED' });
  };
}

/** A source that was left out by hand, of which a worker of DM reports all the same what the other one has reported. */
async function leftOut(world: World): Promise<PlainWorker> {
  const { url, task } = world;
  const [one, two] = await optimisticTask(url, task);
  await one.report(TABLE_1, BEFORE, DDLS, '1');
  await answerOf(one, 'NONE');
  await operate(url, 'exclude', { task, source: 's2' });
  const { values } = await world.store.range(infoKey(task, 's1', TABLE_1));
  const info = JSON.parse(values[0]?.value ?? '') as object;
  const own = { ...info, source: 's2', 'up-table': TABLE_2.table };
  await store(world, infoKey(task, 's2', TABLE_2), JSON.stringify(own));
  await until(
    () => look(url, task),
    ({ waitingFor }) => waitingFor.some(({ kind }) => kind === 'INFO_NOT_ANSWERED'),
  );
  return two;
}

export const EXCLUSION_CASES = {
  'exclude-source': {
    'optimistic, a source has not followed and is gone': async (world) => {
      const [one, two] = await optimisticTask(world.url, world.task);
      await one.report(TABLE_1, BEFORE, DDLS, '1');
      await carriesOut(one);
      await leave(world, two);
      return {
        effect: /Source s2 no longer holds up the locks .* its reports are refused until that is undone/u,
        holds: endsWithout(world, two),
      };
    },
    'pessimistic, a source has not reported and is gone': async (world) => {
      const [one, two] = await pessimisticTask(world.url, world.task, ['s1', 's2'], ['s1', 's2']);
      await one!.reportSource(DDLS, '1');
      await leave(world, two!);
      return {
        meanwhile: async () => {
          expect(await carriesOut(one!)).toMatchObject({ exec: true });
        },
        effect: /Source s2 counts as ready and done .* its reports are refused until that is undone/u,
        holds: endsWithout(world, two!),
      };
    },
    'pessimistic, the owner was told to execute and is gone': async (world) => {
      const [one, two] = await pessimisticTask(world.url, world.task, ['s1', 's2'], ['s1', 's2']);
      for (const worker of [one!, two!]) await worker.reportSource(DDLS, '1');
      await operationOf(one!);
      await leave(world, one!);
      return {
        meanwhile: async () => {
          expect(await carriesOut(two!)).toMatchObject({ exec: true });
        },
        effect: /Source s1 counts as ready and done/u,
        holds: endsWithout(world, one!),
      };
    },
    'pessimistic, a source was told to skip and is gone': async (world) => {
      const [one, two] = await pessimisticTask(world.url, world.task, ['s1', 's2'], ['s1', 's2']);
      for (const worker of [one!, two!]) await worker.reportSource(DDLS, '1');
      await carriesOut(one!);
      await operationOf(two!);
      await leave(world, two!);
      return { effect: /Source s2 counts as ready and done/u, holds: endsWithout(world, two!) };
    },
    'a group inside a source is forming': async (world) => {
      const [one, two] = await pessimisticTask(world.url, world.task, ['s1', 's2'], ['s1', 's2']);
      const group = { target: TARGET, ddls: DDLS, firstPosition: 'x', synced: [TABLE_1], unsynced: [TABLE_2] };
      await one!.withSession('ReportShardStatus', { stage: 'running', formingGroups: [group] });
      return {
        effect: /Source s1 counts as ready and done in all locks/u,
        holds: async () => {
          await two!.reportSource(DDLS, '1');
          expect(await carriesOut(two!)).toMatchObject({ exec: true });
          await until(
            () => readLock(world.url, lockOf(world.task)),
            (lock) => lock?.['incarnation'] == null,
          );
        },
      };
    },
  },

  'include-source': {
    'a source that was left out reports through DM': async (world) => {
      const { url, task } = world;
      const two = await leftOut(world);
      return {
        effect: /takes part in task \S+ again, and its report is answered/u,
        holds: async () => {
          expect(await operationOf(two)).toMatchObject({ lockId: lockOf(task), conflictStage: 'NONE' });
          expect(await readLock(url, lockOf(task))).toMatchObject({ participants: { totalCount: 2 } });
        },
      };
    },
  },
} as const satisfies Partial<Cases<RemedyKind>>;
