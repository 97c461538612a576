import type { Action } from '../client/actions';
import type { ConflictSide, Diagnosis, Problem, Remedy } from '../client/diagnosis';
import { harmless, wrap } from './lines';
import type { Paper } from './paper';
import { agoText, timeText } from './time-text';

/**
 * Why a lock waits: for people who have just been woken up. What to copy is never broken.
 * @param failedActions what was tried already
 */
export function diagnosisText(
  diagnosis: Diagnosis,
  failedActions: readonly Action[],
  paper: Paper,
  nowMs: number,
): string {
  const { ddls, conflict, waits, remedies, events } = diagnosis;
  const blocks = [
    headText(diagnosis, paper, nowMs),
    section(
      'DDLs',
      ddls.map((ddl) => wrap(harmless(ddl), paper.columns, '  ', '    ')),
      paper,
    ),
    section(
      'Waiting for',
      waits.map(({ sentence }) => item(sentence, paper)),
      paper,
    ),
    conflict === null
      ? ''
      : section(
          `They contradict each other at ${conflict.path}`,
          conflict.sides.map((side) => sideText(side, paper)),
          paper,
        ),
    section(
      'What you can do',
      remedies.map((remedy) => remedyText(remedy, paper)),
      paper,
      '\n\n',
    ),
    section(
      'What was tried',
      failedActions.map((action) => triedText(action, paper)),
      paper,
    ),
    section(
      'Last events',
      events.map(({ at, sentence }) =>
        wrap(harmless(`${clockText(at)}  ${sentence}`), paper.columns, '  ', ' '.repeat(12)),
      ),
      paper,
    ),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function headText(diagnosis: Diagnosis, paper: Paper, nowMs: number): string {
  const { id, mode, state, ownerId, syncedCount, unsyncedCount, createdAt, lastProgressAt } = diagnosis;
  const style = state === 'CONFLICT' ? 'red' : 'yellow';
  const all = syncedCount + unsyncedCount;
  const counts = `${syncedCount} of ${all} ${mode === 'OPTIMISTIC' ? 'tables' : 'sources'} synced`;
  const owner = ownerId === null ? '' : `, owner ${ownerId}`;
  const since = lastProgressAt ?? createdAt;
  const still = since === null ? '' : `, no progress for ${agoText(since, nowMs)} (since ${timeText(since)})`;
  return [
    paper.styled('bold', harmless(id)),
    wrap(
      harmless(`${mode.toLowerCase()}, ${counts}${owner}${still}`),
      paper.columns,
      `${paper.styled(style, state)}  `,
      '  ',
    ),
  ].join('\n');
}

function section(title: string, lines: readonly string[], paper: Paper, between = '\n'): string {
  return lines.length === 0 ? '' : `${paper.styled('bold', `${title}:`)}\n${lines.join(between)}`;
}

function item(text: string, paper: Paper): string {
  return wrap(harmless(text), paper.columns, '  - ', '    ');
}

function sideText({ definition, tables, tableCount }: ConflictSide, paper: Paper): string {
  const more = tableCount > tables.length ? ` and ${tableCount - tables.length} more` : '';
  return [
    wrap(harmless(definition ?? '(missing)'), paper.columns, '  - ', '    '),
    wrap(harmless(`in ${tables.join(', ')}${more}`), paper.columns, '    '),
  ].join('\n');
}

/** What is wrong beside the waiting of a lock, and what can be done about it. */
export function problemText({ kind, sentence, help, remedies }: Problem, paper: Paper): string {
  const blocks = [
    [
      paper.styled('red', kind.replaceAll('_', ' ')),
      wrap(harmless(sentence), paper.columns, '  '),
      wrap(harmless(help), paper.columns, '  '),
    ].join('\n'),
    section(
      'What you can do',
      remedies.map((remedy) => remedyText(remedy, paper)),
      paper,
      '\n\n',
    ),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** A manual action that failed, with the sources that didn't do their part. */
function triedText({ kind, actor, reason, askedAt, failure, workers }: Action, paper: Paper): string {
  const why = reason === '' ? '' : ` (${reason})`;
  const what = kind.toLowerCase().replaceAll('_', ' ');
  const failed = workers.filter(({ result }) => !result);
  const lines = [
    `${clockText(askedAt)}  ${what} by ${actor}${why} failed: ${failure?.message ?? 'it ran out of time'}`,
    ...failed.map((worker) => `${' '.repeat(10)}${worker.sourceId}: ${worker.failure?.message ?? 'failed'}`),
  ];
  return lines
    .map((line) =>
      wrap(harmless(line.trim()), paper.columns, line.startsWith(' ') ? ' '.repeat(12) : '  ', ' '.repeat(12)),
    )
    .join('\n');
}

/** When, the command, and what it does. */
export function remedyText({ sentence, effect, command }: Remedy, paper: Paper): string {
  return [
    item(sentence, paper),
    `    ${paper.styled('cyan', harmless(command))}`,
    wrap(harmless(effect), paper.columns, '    '),
  ].join('\n');
}

function clockText(time: string): string {
  return new Date(time).toISOString().slice(11, 19);
}
