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
  const isWorked = task.field('workers').list((worker) => worker).length > 0;
  return { name, status: isWorked ? 'Running' : 'Stopped', sources };
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
  const isBlocked = first.blockingDdls.length > 0;
  return [
    worker,
    { text: first.stage, style: isBlocked ? 'yellow' : 'green' },
    first.unresolvedDdlLockId,
    [...first.blockingDdls, ...groups, ...(msg === '' ? [] : [msg])].join('; '),
  ];
}
