import { diagnose } from './diagnosis';
import type { Diagnosis } from './diagnosis';
import { operate, until } from './operator-requests';
import { TARGET, lockOf, registered } from './plain-worker';
import type { Operation, PlainWorker } from './plain-worker';

/** The schema of every table before the rollouts of the tests. */
export const BEFORE = 'CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10))';
export const TABLE_1 = { schema: 'up', table: 't1' };
export const TABLE_2 = { schema: 'up', table: 't2' };

/** A statement on `TARGET`. */
export const alter = (change: string): string => `ALTER TABLE \`${TARGET.schema}\`.\`${TARGET.table}\` ${change}`;

/** A declared pessimistic task with a worker for each source that is alive. */
export async function pessimisticTask(
  url: string,
  task: string,
  sources: readonly string[],
  alive: readonly string[],
): Promise<PlainWorker[]> {
  const answer = await operate(url, 'putTask', { name: task, mode: 'PESSIMISTIC', sources });
  if (answer['__typename'] !== 'ShardPutTaskSuccess') throw new Error(JSON.stringify(answer));
  return Promise.all(alive.map((source) => registered(url, `w-${source}`, task, source, 'PESSIMISTIC')));
}

/** A declared optimistic task of two sources with a table each, and their workers. */
export async function optimisticTask(url: string, task: string): Promise<[PlainWorker, PlainWorker]> {
  await operate(url, 'putTask', { name: task, mode: 'OPTIMISTIC', sources: ['s1', 's2'] });
  const one = await registered(url, 'w1', task, 's1', 'OPTIMISTIC');
  const two = await registered(url, 'w2', task, 's2', 'OPTIMISTIC');
  await one.putTables([{ ...TABLE_1, createTable: BEFORE }]);
  await two.putTables([{ ...TABLE_2, createTable: BEFORE }]);
  return [one, two];
}

/** The first operation of a worker that fits; waits for it. */
export async function operationOf(
  worker: PlainWorker,
  fits: (operation: Operation) => boolean = () => true,
): Promise<Operation> {
  const pending = await until(
    () => worker.pending(),
    (operations) => operations.some(fits),
  );
  const found = pending.find(fits);
  if (found === undefined) throw new Error('unreachable');
  return found;
}

/** The operation that answers a report, in the stage that is expected. */
export const answerOf = (worker: PlainWorker, stage: string): Promise<Operation> =>
  operationOf(worker, ({ conflictStage }) => conflictStage === stage);

/** What the lock of a task waits for now; it is there. */
export async function look(url: string, task: string): Promise<Diagnosis> {
  const found = await diagnose(url, lockOf(task));
  if (found === null) throw new Error(`there is no lock of ${task}`);
  return found;
}

/** Wait until a task has no lock. */
export const lockGone = (url: string, task: string): Promise<unknown> =>
  until(
    () => diagnose(url, lockOf(task)),
    (lock) => lock === null,
  );

/** Two tables add the same column with types that contradict each other. */
export async function inConflict(url: string, task: string): Promise<[PlainWorker, PlainWorker]> {
  const [one, two] = await optimisticTask(url, task);
  await one.report(TABLE_1, BEFORE, [alter('ADD COLUMN c INT')], '1');
  await one.acknowledge(await answerOf(one, 'NONE'));
  await two.report(TABLE_2, BEFORE, [alter('ADD COLUMN c DATETIME')], '1');
  await answerOf(two, 'DETECTED');
  return [one, two];
}

/** One table renames a column and waits for the other. */
export async function waitingForRedirect(url: string, task: string): Promise<[PlainWorker, PlainWorker]> {
  const [one, two] = await optimisticTask(url, task);
  await one.report(TABLE_1, BEFORE, [alter('RENAME COLUMN a TO b')], '1');
  await answerOf(one, 'SKIP_WAIT_REDIRECT');
  return [one, two];
}

/** Two tables add the same column with different lengths, which stops the second one. */
export async function inError(url: string, task: string): Promise<[PlainWorker, PlainWorker]> {
  const [one, two] = await optimisticTask(url, task);
  await one.report(TABLE_1, BEFORE, [alter('ADD COLUMN c VARCHAR(10)')], '1');
  await one.acknowledge(await answerOf(one, 'NONE'));
  await two.report(TABLE_2, BEFORE, [alter('ADD COLUMN c VARCHAR(20)')], '1');
  await answerOf(two, 'ERROR');
  return [one, two];
}
