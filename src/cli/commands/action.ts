import { ErrorCatalogue } from '../../core/model/error-catalogue';
import { findAction } from '../client/actions';
import type { Action } from '../client/actions';
import type { ApiClient } from '../client/api-client';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import { harmless, wrap } from '../show/lines';
import type { Paper } from '../show/paper';
import { jsonText } from '../show/report';
import { timeText } from '../show/time-text';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

/** `action`: one manual action, while it runs and afterwards. */
export const action: Command = apiCommand({
  name: 'action',
  summary: 'one manual action: who asked for it and why, how far it is, what it did',
  arguments: [{ name: 'id', help: 'the ID of the action, as the command that asked for it told' }],
  flags: [],
  answer: showAction,
});

async function showAction(client: ApiClient, options: Options): Promise<ApiAnswer> {
  const found = await findAction(client, options.argument(0) ?? '');
  const { failure } = found;
  return {
    report: { json: jsonText(found), full: found, table: (paper) => actionText(found, paper) },
    status: failure === null ? 0 : ErrorCatalogue[failure.code].exitStatus,
  };
}

function actionText(found: Action, paper: Paper): string {
  const { id, kind, state, taskName, lockId, actor, reason, askedAt, endedAt, failure, workers, changes } = found;
  const line = (head: string, text: string): string =>
    wrap(harmless(text), paper.columns, head.padEnd(9), ' '.repeat(9));
  return `${[
    paper.styled('bold', `${kind.toLowerCase().replaceAll('_', ' ')} ${id ?? ''}`),
    line('state', state.toLowerCase()),
    line('about', lockId ?? `task ${taskName}`),
    line('actor', actor),
    ...(reason === '' ? [] : [line('reason', reason)]),
    line('asked', timeText(askedAt)),
    ...(endedAt === null ? [] : [line('ended', timeText(endedAt))]),
    ...(failure === null ? [] : [line('failure', `${failure.message}\n${failure.help}`)]),
    ...changes.map((change) => line('change', change)),
    ...workers.map(({ sourceId, result, failure: why }) =>
      line('source', `${sourceId}: ${result ? 'ok' : `failed: ${why?.message ?? ''}`}`),
    ),
  ].join('\n')}\n`;
}
