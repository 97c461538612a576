import { ExitStatus } from '../../core/model/error-catalogue';
import type { Remedy } from '../client/diagnosis';
import { remedyText } from '../show/diagnosis-text';
import { harmless, wrap } from '../show/lines';
import type { Paper } from '../show/paper';
import { jsonText } from '../show/report';
import type { ApiAnswer } from './api-command';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}

/** Something that somebody should look at. */
export interface Finding {
  readonly kind: string;
  readonly sentence: string;
  readonly help: string;
  readonly remedies: readonly Remedy[];
}

/** What `doctor` found, as its answer: nothing is wrong, or exit status 1. @param more sections behind the checks */
export function answerOf(
  checks: readonly Check[],
  problems: readonly Finding[],
  more: object,
  sections: (paper: Paper) => readonly string[] = () => [],
): ApiAnswer {
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
          ...sections(paper),
          ...problems.map((found) => findingText(found, paper)),
        ];
        return `${[...lines, end].join('\n')}\n`;
      },
    },
    status: well ? 0 : ExitStatus.FAILED,
  };
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
