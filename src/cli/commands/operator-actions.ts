import { exitStatusOf } from '../client/actions';
import type { ApiClient, Variables } from '../client/api-client';
import type { DocumentName } from '../client/documents';
import { resolveOneWorker, resolveWorkers } from '../client/source-names';
import type { Command, Flag } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { jsonText } from '../show/report';
import { ACTION_FLAGS, act, outcomeJson, outcomeText } from './action-report';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

const TASK = { name: 'task', help: 'the task' };
const FORCE: Flag = { name: 'force', kind: 'switch', help: 'also while workers of the task are alive' };

/** `remove-meta`. */
export const removeMeta: Command = apiCommand({
  name: 'remove-meta',
  summary: 'remove what is stored of a task, or of some of its sources',
  examples: ['lockstep remove-meta --dry-run --force --source mysql-02 orders'],
  arguments: [TASK],
  flags: [
    { name: 'source', short: 's', kind: 'list', value: 'NAME', help: 'only of this source; else of the whole task' },
    FORCE,
    ...ACTION_FLAGS,
  ],
  answer: async (client, options, io) => {
    const task = options.argument(0);
    const sources = await resolveWorkers(client, options.list('source'), task);
    const input = { task, sources, force: options.isOn('force') };
    return ask(client, 'RemoveShardMeta', input, 'What was stored is removed.', options, io);
  },
});

/** `exclude-source`. */
export const excludeSource: Command = apiCommand({
  name: 'exclude-source',
  summary: 'leave a source that has gone out of its task, or take it in again',
  examples: ["lockstep exclude-source --dry-run --source mysql-02 --reason 'it is gone' invoices"],
  arguments: [TASK],
  flags: [sourceFlag(), { name: 'undo', kind: 'switch', help: 'take the source in again' }, ...ACTION_FLAGS],
  answer: async (client, options, io) => {
    const task = options.argument(0);
    const undo = options.isOn('undo');
    const input = { task, source: await oneSource(client, options, task), undo };
    const done = undo ? 'The source takes part again.' : 'The source is left out.';
    return ask(client, 'ExcludeShardSource', input, done, options, io);
  },
});

/** `retry-info`. */
export const retryInfo: Command = apiCommand({
  name: 'retry-info',
  summary: 'decide a stored report again, as if it were sent again',
  examples: ['lockstep retry-info --dry-run --source mysql-02 --database shop --table orders_2 orders'],
  arguments: [TASK],
  flags: [
    sourceFlag(),
    { name: 'database', short: 'd', kind: 'text', value: 'NAME', help: 'optimistic: the schema of the upstream table' },
    { name: 'table', short: 't', kind: 'text', value: 'NAME', help: 'optimistic: the upstream table' },
    ...ACTION_FLAGS,
  ],
  answer: async (client, options, io) => {
    const task = options.argument(0);
    const schema = options.text('database');
    const table = options.text('table');
    const named = schema === null && table === null ? {} : { schema, table };
    const input = { task, source: await oneSource(client, options, task), ...named };
    return ask(client, 'RetryShardInfo', input, 'The report is decided again.', options, io);
  },
});

function sourceFlag(): Flag {
  return { name: 'source', short: 's', kind: 'text', value: 'NAME', help: 'the source, or its worker; must be given' };
}

function oneSource(client: ApiClient, options: Options, task: string | null): Promise<string> {
  return resolveOneWorker(client, options.required('source'), task);
}

async function ask(
  client: ApiClient,
  name: DocumentName,
  input: Variables,
  done: string,
  options: Options,
  io: Io,
): Promise<ApiAnswer> {
  const outcome = await act(client, name, input, options, io);
  const data = outcomeJson(outcome);
  return {
    report: { json: jsonText(data), full: data, table: (paper) => outcomeText(outcome, done, paper) },
    status: exitStatusOf(outcome),
    failure: outcome.failure?.code ?? null,
  };
}
