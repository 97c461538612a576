import { LockstepError } from '../../core/model/error';
import { refuseError } from '../client/actions';
import type { ApiClient } from '../client/api-client';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import { wrap } from '../show/lines';
import { jsonText } from '../show/report';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

/** `task put`. */
export const taskPut: Command = apiCommand({
  name: 'task put',
  summary: 'declare a task with its mode and all of its sources',
  details: 'A pessimistic lock waits until its task is declared: only then is it known whom it waits for.',
  arguments: [{ name: 'task', help: 'the name of the task' }],
  flags: [
    {
      name: 'mode',
      kind: 'text',
      choices: ['optimistic', 'pessimistic'],
      help: 'must be given; it cannot be changed later',
    },
    { name: 'source', short: 's', kind: 'list', value: 'ID', help: 'a source of the task; all must be named' },
  ],
  answer: putTask,
});

async function putTask(client: ApiClient, options: Options): Promise<ApiAnswer> {
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
  const input = { name: options.argument(0), mode: options.required('mode').toUpperCase(), sources };
  const task = refuseError(await client.ask('PutShardTask', { input })).field('task');
  const data: unknown = JSON.parse(task.json());
  const all = task.field('sourceIds').list((source) => source.text());
  const said = `Task ${task.field('name').text()} is ${task.field('mode').text().toLowerCase()} with ${all.length} sources: ${all.join(', ')}.`;
  return { report: { json: jsonText(data), full: data, table: (paper) => `${wrap(said, paper.columns)}\n` } };
}
