import { LockstepError } from '../../../core/model/error';
import { writeDmctlStatus, writeDmctlTasks } from '../../../core/wire/dmctl-status';
import type { DmctlTask, DmctlWorkerStatus } from '../../../core/wire/dmctl-status';
import type { JsonValue } from '../../../core/wire/json-reader';
import type { ApiClient } from '../../client/api-client';
import { allNodes } from '../../client/pages';
import { resolveWorkers } from '../../client/source-names';
import type { Command } from '../../grammar/command';
import type { Options } from '../../grammar/options';
import { gridText } from '../../show/grid';
import type { Cell } from '../../show/grid';
import { dmctlCommand } from './dmctl-command';
import type { DmctlAnswer } from './dmctl-command';
import { statusesOf } from './task-status';

/** `query-status`. */
export const queryStatus: Command = dmctlCommand({
  name: 'query-status',
  summary: 'what the workers of a task do and are blocked on; without a task: the tasks',
  examples: [
    'lockstep query-status',
    'lockstep query-status --output table orders',
    'lockstep query-status -s mysql-01 orders',
  ],
  arguments: [{ name: 'task', help: 'the task', optional: true }],
  flags: [
    {
      name: 'worker',
      short: 'w',
      kind: 'list',
      value: 'NAME',
      help: 'only this source, or the sources of this worker',
    },
    { name: 'source', short: 's', kind: 'list', value: 'NAME', help: 'the same' },
  ],
  answer: (client, options) => answer(client, options),
});

async function answer(client: ApiClient, options: Options): Promise<DmctlAnswer> {
  const name = options.argument(0);
  const names = [...options.list('worker'), ...options.list('source')];
  if (name === null) {
    const sources = await resolveWorkers(client, names, null);
    const tasks = (await allNodes(client, 'ShardTaskNames', {})).map(taskOf);
    return tasksAnswer(
      tasks.filter((task) => sources.length === 0 || task.sources.some((each) => sources.includes(each))),
    );
  }
  const task = await client.ask('ShardTaskStatus', { name });
  if (!task.isPresent) throw new LockstepError('TASK_NOT_FOUND', `there is no task ${name}`, { task: name });
  if (names.length === 0) return statusAnswer(statusesOf(task), JSON.parse(task.json()));
  const sources = await resolveWorkers(client, names, name);
  const workers = statusesOf(task).filter(({ worker }) => sources.includes(worker));
  return statusAnswer(workers, { result: true, msg: '', workers });
}

function taskOf(task: JsonValue): DmctlTask {
  const name = task.field('name').text();
  const sources = task.field('sourceIds').list((source) => source.text());
  return { name, status: taskStatusOf(name, task), sources };
}

/** A task of which one worker can't go on is in error, as dmctl has it. */
function taskStatusOf(name: string, task: JsonValue): string {
  const workers = task.field('workers').list((worker) => worker.field('assignments').list((each) => each));
  if (workers.length === 0) return 'Stopped';
  const isStuck = (assignment: JsonValue): boolean => {
    const status = assignment.field('status');
    return assignment.field('taskName').is(name) && status.isPresent && status.field('error').isPresent;
  };
  return workers.flat().some(isStuck) ? `Error - a worker cannot go on; see query-status ${name}` : 'Running';
}

function tasksAnswer(tasks: readonly DmctlTask[]): DmctlAnswer {
  const rows = tasks.map(({ name, status, sources }): Cell[] => [name, status, sources.join(', ')]);
  return {
    report: {
      json: writeDmctlTasks(tasks),
      full: { result: true, msg: '', tasks },
      table: (paper) =>
        tasks.length === 0 ? 'no task\n' : gridText({ heads: ['TASK', 'STATUS', 'SOURCES'], rows }, paper),
    },
    status: 0,
    failure: null,
  };
}

function statusAnswer(workers: readonly DmctlWorkerStatus[], full: unknown): DmctlAnswer {
  return {
    report: {
      json: writeDmctlStatus(workers),
      full,
      table: (paper) =>
        gridText({ heads: ['SOURCE', 'STAGE', 'BLOCKED ON', 'DDLS OR REASON'], rows: workers.map(rowOf) }, paper),
    },
    status: 0,
    failure: null,
  };
}

function rowOf({ worker, msg, subTasks: [first] }: DmctlWorkerStatus): Cell[] {
  if (first === undefined) return [worker, { text: 'no worker', style: 'red' }, '', msg];
  const groups = first.unresolvedGroups.map(
    ({ target, synced, unsynced }) =>
      `${target} forming: ${synced.length} of ${synced.length + unsynced.length} tables`,
  );
  const { stage, error, unresolvedDdlLockId, blockingDdls } = first;
  const style = blockingDdls.length > 0 ? 'yellow' : 'green';
  return [
    worker,
    { text: stage, style: error === null ? style : 'red' },
    unresolvedDdlLockId,
    [...(error === null ? [] : [error]), ...blockingDdls, ...groups, ...(msg === '' ? [] : [msg])].join('; '),
  ];
}
