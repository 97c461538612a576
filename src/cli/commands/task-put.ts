import { LockstepError } from '../../core/model/error';
import { exitStatusOf } from '../client/actions';
import type { ApiClient } from '../client/api-client';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { jsonText } from '../show/report';
import { ACTION_FLAGS, act, outcomeJson, outcomeText } from './action-report';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

/** `task put`. */
export const taskPut: Command = apiCommand({
  name: 'task put',
  summary: 'declare a task with its mode and all of its sources',
  details: 'A pessimistic lock waits until its task is declared: only then is it known whom it waits for.',
  examples: ['lockstep task put --mode pessimistic --source mysql-01 --source mysql-02 orders-2'],
  arguments: [{ name: 'task', help: 'the name of the task' }],
  flags: [
    {
      name: 'mode',
      kind: 'text',
      choices: ['optimistic', 'pessimistic'],
      help: 'must be given; it cannot be changed later',
    },
    { name: 'source', short: 's', kind: 'list', value: 'ID', help: 'a source of the task; all must be named' },
    ...ACTION_FLAGS,
  ],
  answer: putTask,
});

async function putTask(client: ApiClient, options: Options, io: Io): Promise<ApiAnswer> {
  const sources = options.list('source');
  if (sources.length === 0) {
    throw new LockstepError(
      'INVALID_INPUT',
      'name all sources of the task with --source (see: lockstep task put --help)',
      {
        field: 'source',
      },
    );
  }
  const task = options.argument(0) ?? '';
  const mode = options.required('mode');
  const input = { name: task, mode: mode.toUpperCase(), sources };
  const outcome = await act(client, 'PutShardTask', input, options, io);
  const data = outcomeJson(outcome);
  const done = `Task ${task} is ${mode} with ${sources.length} sources: ${sources.join(', ')}.`;
  return {
    report: { json: jsonText(data), full: data, table: (paper) => outcomeText(outcome, done, paper) },
    status: exitStatusOf(outcome),
    failure: outcome.failure?.code ?? null,
  };
}
