import type { ConflictSide, Diagnosis, Remedy } from '../client/diagnosis';
import { harmless, wrap } from './lines';
import type { Paper } from './paper';
import { agoText, timeText } from './time-text';

/** Why a lock waits: for people who have just been woken up. What to copy is never broken. */
export function diagnosisText(diagnosis: Diagnosis, paper: Paper, nowMs: number): string {
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
