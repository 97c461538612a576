import { LockstepError } from '../../core/model/error';
import { ExitStatus } from '../../core/model/error-catalogue';
import type { JsonValue } from '../../core/wire/json-reader';
import { examineDirectory } from '../../examine-directory';
import type { ApiClient } from '../client/api-client';
import { readRemedy } from '../client/diagnosis';
import type { Remedy } from '../client/diagnosis';
import type { Command, Flag } from '../grammar/command';
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

/** Something that somebody should look at. */
interface Finding {
  readonly kind: string;
  readonly sentence: string;
  readonly help: string;
  readonly remedies: readonly Remedy[];
}

const DATA_DIR: Flag = {
  name: 'data-dir',
  kind: 'text',
  value: 'DIRECTORY',
  help: 'look at this store instead of asking a server; nothing is changed, and a server may have it open',
};

/** `doctor`: whether the server and its store are well. */
export const doctor: Command = apiCommand({
  name: 'doctor',
  summary: 'whether a server and its store are well, and what to do if not',
  details:
    'Looks at the server, its readiness, its store, and what in the store nobody will go on with. Ends with 1 if anything is wrong.',
  arguments: [],
  flags: [DATA_DIR],
  answer: (client, options) => {
    const directory = options.text('data-dir');
    return directory === null ? examineServer(client) : examineStore(directory);
  },
});

async function examineServer(client: ApiClient): Promise<ApiAnswer> {
  const ready = await readiness(client);
  const cluster = await client.ask('ShardCluster');
  const findings = cluster.field('problems').list((problem) => ({
    kind: problem.field('kind').text(),
    sentence: problem.field('sentence').text(),
    help: problem.field('help').text(),
    remedies: problem.field('remedies').list(readRemedy),
  }));
  const parsed: unknown = JSON.parse(cluster.json());
  return answerOf([ready, ...clusterChecks(cluster)], findings, { cluster: parsed });
}

async function examineStore(directory: string): Promise<ApiAnswer> {
  const { revision, valueCount, lockCount, problems } = await examineDirectory(directory);
  const text = `${directory} can be read: revision ${revision}, ${valueCount} values, ${lockCount} locks`;
  return answerOf([{ name: 'store', ok: true, text }], problems, { revision: String(revision), valueCount, lockCount });
}

function answerOf(checks: readonly Check[], problems: readonly Finding[], more: object): ApiAnswer {
  const well = problems.length === 0 && checks.every(({ ok }) => ok);
  const data = { well, checks, problems, ...more };
  return {
    report: {
      json: jsonText(data),
      full: data,
      table: (paper) => {
        const end = well ? 'All is well.' : paper.styled('red', summaryOf(checks, problems.length));
        const lines = [
          ...checks.map((check) => checkText(check, paper)),
          ...problems.map((found) => findingText(found, paper)),
        ];
        return `${[...lines, end].join('\n')}\n`;
      },
    },
    status: well ? 0 : ExitStatus.FAILED,
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
  const reasons = cluster.field('notReadyBecause').list((reason) => reason.text());
  const store = cluster.field('store');
  return [
    { name: 'version', ok: true, text: cluster.field('version').text() },
    leaderCheck(cluster),
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

function leaderCheck(cluster: JsonValue): Check {
  const leader = cluster.field('leader');
  if (cluster.field('phase').is('OBSERVING')) {
    const often = cluster.field('divergences').or(0, (count) => count.count());
    return { name: 'leader', ok: true, text: `a dm-master decides; ${often} of its answers differed from ours` };
  }
  const text = leader.or('nobody leads: nothing is decided', (server) => server.field('id').text());
  return { name: 'leader', ok: leader.isPresent, text };
}

function checkText({ name, ok, text }: Check, paper: Paper): string {
  const mark = ok ? paper.styled('green', 'ok  ') : paper.styled('red', 'BAD ');
  return `${mark} ${name.padEnd(8)} ${harmless(text)}`;
}

function findingText({ kind, sentence, help, remedies }: Finding, paper: Paper): string {
  return [
    `${paper.styled('red', 'BAD ')} ${kind.toLowerCase().replaceAll(/[_-]/gu, ' ')}`,
    wrap(harmless(sentence), paper.columns, '     '),
    wrap(harmless(help), paper.columns, '     '),
    ...remedies.map((remedy) => remedyText(remedy, paper)),
  ].join('\n');
}

function summaryOf(checks: readonly Check[], problems: number): string {
  const bad = checks.filter(({ ok }) => !ok).length + problems;
  return `${bad} thing${bad === 1 ? '' : 's'} to look at.`;
}
