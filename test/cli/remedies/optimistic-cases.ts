import { expect } from '@jest/globals';
import type { RemedyKind } from '../../../src/core/diagnosis/remedy';
import { until } from '../../graphql/operator-requests';
import type { PlainWorker } from '../../graphql/plain-worker';
import {
  BEFORE,
  TABLE_1,
  TABLE_2,
  alter,
  answerOf,
  inConflict,
  inError,
  look,
  lockGone,
  operationOf,
  optimisticTask,
  waitingForRedirect,
} from '../../graphql/situations';
import { infoKey } from './keys';
import { carriesOut, hasColumn, isStored, store } from './situation';
import type { Cases, Situation, World } from './situation';

/** A table that waits, with the column that it has only after its DDL. */
interface Waiting {
  readonly worker: PlainWorker;
  readonly ddl: string;
  readonly column: string;
}

const WAITING: Readonly<Record<string, (world: World) => Promise<Waiting>>> = {
  'a conflict': async ({ url, task }) => {
    const [, worker] = await inConflict(url, task);
    return { worker, ddl: alter('ADD COLUMN c DATETIME'), column: 'c' };
  },
  'a redirect': async ({ url, task }) => {
    const [worker] = await waitingForRedirect(url, task);
    return { worker, ddl: alter('RENAME COLUMN a TO b'), column: 'b' };
  },
  'an error': async ({ url, task }) => {
    const [, worker] = await inError(url, task);
    return { worker, ddl: alter('ADD COLUMN c VARCHAR(20)'), column: 'c' };
  },
};

/** The table is released, with its DDLs or without, and its schema in the lock is the one after or before them. */
function released(exec: boolean): Readonly<Record<string, (world: World) => Promise<Situation>>> {
  return Object.fromEntries(
    Object.entries(WAITING).map(([what, make]) => [
      what,
      async (world: World): Promise<Situation> => {
        const { worker, ddl, column } = await make(world);
        return {
          effect: exec ? /executes ALTER .* downstream and goes on/u : /goes on without executing ALTER/u,
          holds: async () => {
            const operation = await answerOf(worker, 'UNLOCKED');
            expect(operation.ddls).toEqual(exec ? [ddl] : []);
            expect(await hasColumn(world, worker.source, column)).toBe(exec);
            expect(await worker.acknowledge(operation)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
          },
        };
      },
    ]),
  );
}

export const OPTIMISTIC_CASES = {
  'execute-table': released(true),
  'skip-table': released(false),

  'retry-info': {
    'an error, after the others have changed': async ({ url, task }) => {
      const [one, two] = await inError(url, task);
      const after = `${BEFORE.slice(0, -1)}, c VARCHAR(10))`;
      await one.report(TABLE_1, after, [alter('MODIFY COLUMN c VARCHAR(20)')], '2');
      await one.acknowledge(await answerOf(one, 'NONE'));
      return {
        effect: /is decided as if it had come now, and s2 `up`.`t2` gets a new operation/u,
        holds: async () => {
          expect((await answerOf(two, 'NONE')).ddls).toEqual([alter('ADD COLUMN c VARCHAR(20)')]);
        },
      };
    },
    'a redirect that still holds': async ({ url, task }) => {
      const [one] = await waitingForRedirect(url, task);
      const { revision } = await answerOf(one, 'SKIP_WAIT_REDIRECT');
      return {
        effect: /is decided as if it had come now/u,
        holds: async () => {
          const again = await operationOf(one, (operation) => operation.revision !== revision);
          expect(again).toMatchObject({ conflictStage: 'SKIP_WAIT_REDIRECT', ddls: [] });
        },
      };
    },
  },

  'remove-unreadable': {
    'a report that somebody has damaged': async (world) => {
      const { url, task } = world;
      const [one, two] = await inConflict(url, task);
      const key = infoKey(task, 's2', TABLE_2);
      await store(world, key, '{');
      await until(
        () => look(url, task),
        ({ waitingFor }) => waitingFor.some(({ kind }) => kind === 'INFO_UNREADABLE'),
      );
      await two.withSession('LeaveShardWorker', { forGood: false });
      await one.withSession('LeaveShardWorker', { forGood: false });
      return {
        effect: /Reports, operations and source tables of source s2 in task \S+ are removed/u,
        holds: async () => {
          expect(await isStored(world, key)).toBe(false);
          await two.register();
          await two.putTables([{ ...TABLE_2, createTable: BEFORE }]);
          await two.report(TABLE_2, BEFORE, [alter('ADD COLUMN c INT')], '2');
          expect(await answerOf(two, 'NONE')).toMatchObject({ ddls: [alter('ADD COLUMN c INT')] });
        },
      };
    },
  },

  'begin-again': {
    'tables repeat what the last lock has executed': async ({ url, task }) => {
      const workers = await optimisticTask(url, task);
      const [one, two] = workers;
      const ddls = [alter('ADD COLUMN c INT')];
      await one.report(TABLE_1, BEFORE, ddls, '1');
      await carriesOut(one);
      await two.report(TABLE_2, BEFORE, ddls, '1');
      await carriesOut(two);
      await lockGone(url, task);
      // A worker that begins with an old picture of its tables and won't meet the DDL again.
      await two.putTables([{ ...TABLE_2, createTable: BEFORE }]);
      await one.report(TABLE_1, BEFORE, ddls, '2');
      await carriesOut(one);
      for (const worker of workers) await worker.withSession('LeaveShardWorker', { forGood: false });
      return {
        effect: /its workers put their tables with their schemas again when they start/u,
        holds: async () => {
          await lockGone(url, task);
          const after = `${BEFORE.slice(0, -1)}, c INT)`;
          await one.register();
          await two.register();
          await one.putTables([{ ...TABLE_1, createTable: after }]);
          await two.putTables([{ ...TABLE_2, createTable: after }]);
          await one.report(TABLE_1, after, [alter('ADD COLUMN d INT')], '3');
          expect(await carriesOut(one)).toMatchObject({ ddls: [alter('ADD COLUMN d INT')] });
        },
      };
    },
  },

  'remove-task': {
    'its workers are down, its tables still there': async ({ url, task }) => {
      const workers = await inConflict(url, task);
      for (const worker of workers) await worker.withSession('LeaveShardWorker', { forGood: false });
      return {
        effect: /Locks, reports, operations and source tables of task \S+ are removed; nothing is executed downstream/u,
        holds: async () => {
          await lockGone(url, task);
          for (const worker of workers) {
            await worker.register();
            expect(await worker.pending()).toEqual([]);
          }
        },
      };
    },
  },
} as const satisfies Partial<Cases<RemedyKind>>;
