import { LockstepError } from '../../core/model/error';
import { ExitStatus } from '../../core/model/error-catalogue';
import type { JsonValue } from '../../core/wire/json-reader';
import type { ApiClient } from '../client/api-client';
import { readRemedy } from '../client/diagnosis';
import type { Command } from '../grammar/command';
import { remedyText } from '../show/diagnosis-text';
import { harmless, wrap } from '../show/lines';
import type { Paper } from '../show/paper';
import { jsonText } from '../show/report';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}

/** `doctor`: whether the server and its store are well. */
export const doctor: Command = apiCommand({
  name: 'doctor',
  summary: 'whether a server and its store are well, and what to do if not',
  details:
    'Looks at the server, its readiness, its store, and what in the store nobody will go on with. Ends with 1 if anything is wrong.',
  arguments: [],
  flags: [],
  answer: examine,
});

async function examine(client: ApiClient): Promise<ApiAnswer> {
  const ready = await readiness(client);
  const cluster = await client.ask('ShardCluster');
  const checks = [ready, ...clusterChecks(cluster)];
  const problems = cluster.field('problems').list((problem) => problem);
  const isWell = problems.length === 0 && checks.every(({ ok }) => ok);
  const parsed: unknown = JSON.parse(cluster.json());
  const data = { well: isWell, checks, cluster: parsed };
  return {
    report: {
      json: jsonText(data),
      full: data,
      table: (paper) =>
        `${[...checks.map((check) => checkText(check, paper)), ...problems.map((problem) => problemText(problem, paper)), isWell ? 'All is well.' : paper.styled('red', summaryOf(checks, problems.length))].join('\n')}\n`,
    },
    status: isWell ? 0 : ExitStatus.FAILED,
  };
}

async function readiness(client: ApiClient): Promise<Check> {
  const { status, text } = await client.look('/readyz');
  const url = client.connection.url.origin;
  if (status === 200) return { name: 'server', ok: true, text: `${url} is ready` };
  if (status === 503) return { name: 'server', ok: false, text: `${url} is not ready: ${text.trim()}` };
  throw new LockstepError('PROTOCOL_BROKEN', `${url}/readyz answers ${status}, so it is no lockstep server`, { url });
}

function clusterChecks(cluster: JsonValue): Check[] {
  const leader = cluster.field('leader');
  const reasons = cluster.field('notReadyBecause').list((reason) => reason.text());
  const store = cluster.field('store');
  return [
    { name: 'version', ok: true, text: cluster.field('version').text() },
    {
      name: 'leader',
      ok: leader.isPresent,
      text: leader.or('nobody leads: nothing is decided', (server) => server.field('id').text()),
    },
    {
      name: 'store',
      ok: reasons.length === 0,
      text:
        reasons.length > 0
          ? reasons.join('; ')
          : `${store.field('kind').text().toLowerCase()}, revision ${store.field('revision').text()}`,
    },
  ];
}

function checkText({ name, ok, text }: Check, paper: Paper): string {
  const mark = ok ? paper.styled('green', 'ok  ') : paper.styled('red', 'BAD ');
  return `${mark} ${name.padEnd(8)} ${harmless(text)}`;
}

function problemText(problem: JsonValue, paper: Paper): string {
  const remedies = problem.field('remedies').list(readRemedy);
  return [
    `${paper.styled('red', 'BAD ')} ${problem.field('kind').text().toLowerCase().replaceAll('_', ' ')}`,
    wrap(harmless(problem.field('sentence').text()), paper.columns, '     '),
    wrap(harmless(problem.field('help').text()), paper.columns, '     '),
    ...remedies.map((remedy) => remedyText(remedy, paper)),
  ].join('\n');
}

function summaryOf(checks: readonly Check[], problems: number): string {
  const bad = checks.filter(({ ok }) => !ok).length + problems;
  return `${bad} thing${bad === 1 ? '' : 's'} to look at.`;
}
