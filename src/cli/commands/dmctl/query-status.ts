import { LockstepError } from '../../../core/model/error';
import { writeDmctlStatus, writeDmctlTasks } from '../../../core/wire/dmctl-status';
import type { DmctlTask, DmctlWorkerStatus } from '../../../core/wire/dmctl-status';
import type { JsonValue } from '../../../core/wire/json-reader';
import type { ApiClient } from '../../client/api-client';
import { allNodes } from '../../client/pages';
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
  examples: ['lockstep query-status', 'lockstep query-status --output table orders'],
  arguments: [{ name: 'task', help: 'the task', optional: true }],
  flags: [],
  answer: (client, options) => answer(client, options),
});

async function answer(client: ApiClient, options: Options): Promise<DmctlAnswer> {
  const name = options.argument(0);
  if (name === null) return tasksAnswer((await allNodes(client, 'ShardTaskNames', {})).map(taskOf));
  const task = await client.ask('ShardTaskStatus', { name });
  if (!task.isPresent) throw new LockstepError('TASK_NOT_FOUND', `there is no task ${name}`, { task: name });
  return statusAnswer(statusesOf(task), task);
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

function statusAnswer(workers: readonly DmctlWorkerStatus[], task: JsonValue): DmctlAnswer {
  const full: unknown = JSON.parse(task.json());
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
