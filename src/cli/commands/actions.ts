import type { JsonValue } from '../../core/wire/json-reader';
import { readAction } from '../client/actions';
import type { Action } from '../client/actions';
import type { ApiClient } from '../client/api-client';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import { gridText } from '../show/grid';
import type { Cell } from '../show/grid';
import type { Paper, Style } from '../show/paper';
import { jsonText } from '../show/report';
import { timeText } from '../show/time-text';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

/** How many actions are shown: the newest. */
const SHOWN = 100;

const STATE_STYLES: ReadonlyMap<string, Style> = new Map([
  ['DONE', 'green'],
  ['FAILED', 'red'],
  ['EXPIRED', 'red'],
]);

/** `actions`: who did what by hand, and why. */
export const actions: Command = apiCommand({
  name: 'actions',
  summary: 'what people did by hand, the newest first: who, when, why, and how it ended',
  details: 'The audit trail of the last seven days; the newest hundred of them.',
  examples: ['lockstep actions', 'lockstep actions --output wide orders'],
  arguments: [{ name: 'task', help: 'only what concerns this task', optional: true }],
  flags: [],
  answer: listActions,
});

async function listActions(client: ApiClient, options: Options): Promise<ApiAnswer> {
  const task = options.argument(0);
  const filter = task === null ? {} : { task };
  const page = await client.ask('ShardActions', { filter, first: SHOWN });
  const nodes: readonly JsonValue[] = page.field('nodes').list((action) => action);
  const found = nodes.map(readAction);
  const full: unknown = nodes.map((action): unknown => JSON.parse(action.json()));
  const heads = ['ASKED', 'WHAT', 'ABOUT', 'BY', 'STATE', 'REASON'];
  const text = (paper: Paper, isWide: boolean): string =>
    found.length === 0
      ? 'nobody did anything by hand\n'
      : gridText({ heads: isWide ? [...heads, 'ID'] : heads, rows: found.map((each) => rowOf(each, isWide)) }, paper);
  return {
    report: { json: jsonText(full), full, table: (paper) => text(paper, false), wide: (paper) => text(paper, true) },
  };
}

function rowOf(action: Action, isWide: boolean): Cell[] {
  const { id, kind, state, taskName, lockId, actor, reason, askedAt, failure } = action;
  const style = STATE_STYLES.get(state);
  const text = state.toLowerCase();
  return [
    timeText(askedAt),
    kind.toLowerCase().replaceAll('_', ' '),
    lockId ?? `task ${taskName}`,
    actor,
    style === undefined ? text : { text, style },
    [reason, failure?.message ?? ''].filter((part) => part !== '').join('; '),
    ...(isWide ? [id ?? ''] : []),
  ];
}
