import type { JsonValue } from '../../core/wire/json-reader';
import { readAction } from '../client/actions';
import type { ApiClient } from '../client/api-client';
import { readDiagnosis, readProblem } from '../client/diagnosis';
import { findStandStill } from '../client/stand-still';
import type { StandStill } from '../client/stand-still';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { diagnosisText, problemText } from '../show/diagnosis-text';
import type { Paper } from '../show/paper';
import { jsonText } from '../show/report';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

/** How many failed actions are told of a lock. */
const TRIED_SHOWN = 3;

/** `why`: the 3 a.m. command. */
export const why: Command = apiCommand({
  name: 'why',
  summary: 'why tables stand still: who is waited for, since when, and commands that help',
  details:
    'Explains one lock, or the locks of a task, or all: those that have stood still longest first. Every command that it shows can be copied as it is.',
  examples: [
    'lockstep why',
    'lockstep why orders',
    "lockstep why 'orders-`shard_db`.`shard_table`'",
    'lockstep why orders/shard_db.shard_table',
  ],
  arguments: [
    { name: 'task or lock-ID', help: 'a task, a lock ID in single quotes, or task/schema.table', optional: true },
  ],
  flags: [],
  answer: explainWaiting,
});

async function explainWaiting(client: ApiClient, options: Options, io: Io): Promise<ApiAnswer> {
  const name = options.argument(0);
  const found = await findStandStill(client, name);
  const { total, ...shown } = found;
  const parsed = (values: readonly JsonValue[]): unknown => values.map((value): unknown => JSON.parse(value.json()));
  const data = Object.fromEntries(Object.entries(shown).map(([part, values]) => [part, parsed(values)]));
  const table = (paper: Paper): string => whyText(found, total, name, paper, io.nowMs());
  return { report: { json: jsonText(data), full: data, table } };
}

function whyText(found: StandStill, total: number, name: string | null, paper: Paper, nowMs: number): string {
  const actions = found.failedActions.map(readAction);
  const locks = found.locks.map((lock) => {
    const diagnosis = readDiagnosis(lock);
    const own = actions.filter(
      ({ lockId, askedAt }) => lockId === diagnosis.id && askedAt >= (diagnosis.createdAt ?? ''),
    );
    return diagnosisText(diagnosis, own.slice(0, TRIED_SHOWN), paper, nowMs);
  });
  const more = total - locks.length;
  const blocks = [
    ...found.problems.map((problem) => problemText(readProblem(problem), paper)),
    ...locks,
    ...(more > 0 ? [`${more} more locks wait: lockstep locks\n`] : []),
  ];
  return blocks.length === 0 ? nothingText(name) : blocks.join(`\n${'-'.repeat(paper.columns)}\n\n`);
}

function nothingText(task: string | null): string {
  return task === null ? 'Nothing waits: there is no lock.\n' : `Nothing of task ${task} waits: it has no lock.\n`;
}
