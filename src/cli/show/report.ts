import { stringify } from 'yaml';
import type { Flag } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { COLOR_FLAG, paperOf } from './paper';
import type { Paper } from './paper';

/** The forms in which a command can answer. */
export const FORMATS = ['table', 'json', 'yaml', 'wide', 'full-json'] as const;

/** One of them. */
export type Format = (typeof FORMATS)[number];

/** An answer in all forms. */
export interface Report {
  /** JSON text without the last line break; for dmctl's commands byte for byte that of dmctl. */
  readonly json: string;
  /** JSON with everything that is known. */
  readonly full: unknown;
  /** For people; ends with a line break. */
  readonly table: (paper: Paper) => string;
  /** For people who want to see more. */
  readonly wide?: (paper: Paper) => string;
}

/**
 * The flags that choose the form.
 * @param short whether `-o` is free for it: dmctl uses it otherwise in some commands
 */
export function outputFlags(initial: Format, short = true): readonly Flag[] {
  const flag: Flag = {
    name: 'output',
    kind: 'text',
    value: 'FORM',
    choices: FORMATS,
    help: 'the form of the answer',
    initial,
  };
  return [short ? { ...flag, short: 'o' } : flag, COLOR_FLAG];
}

/** Write an answer in the form that was asked for. */
export function present(report: Report, options: Options, io: Io): void {
  io.out.write(textOf(report, options, paperOf(io.out, options, io.environment)));
}

function textOf(report: Report, options: Options, paper: Paper): string {
  switch (options.text('output')) {
    case 'json':
      return `${report.json}\n`;
    case 'full-json':
      return `${jsonText(report.full)}\n`;
    case 'yaml': {
      const value: unknown = JSON.parse(report.json);
      return stringify(value);
    }
    case 'wide':
      return (report.wide ?? report.table)(paper);
    default:
      return report.table(paper);
  }
}

/** JSON as dmctl sets it: four spaces. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 4);
}

/** A line on the error output that tells a person, not a program. */
export function hint(text: string, options: Options, io: Io): void {
  io.err.write(`${paperOf(io.err, options, io.environment).styled('dim', text)}\n`);
}
