import type { Options } from '../grammar/options';
import type { Flag } from '../grammar/command';
import type { Output } from '../io';

/** The switch that turns colours off, beside the variable NO_COLOR. */
export const COLOR_FLAG: Flag = { name: 'no-color', kind: 'switch', help: 'no colours, also on a terminal (NO_COLOR)' };

/** How text stands out, by the number that terminals know it by. */
const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** A way of standing out. */
export type Style = keyof typeof STYLES;

/** What text for people is written on. */
export interface Paper {
  /** How many characters a line has. */
  readonly columns: number;
  /** The text, standing out if there are colours. */
  readonly styled: (style: Style, text: string) => string;
}

/** Colours go to terminals only, and not if anybody asked for none. */
export function paperOf(
  output: Output,
  options: Options,
  environment: Readonly<Record<string, string | undefined>>,
): Paper {
  const noColor = environment['NO_COLOR'] ?? '';
  const isColoured = output.isTerminal && noColor === '' && !options.isOn('no-color') && environment['TERM'] !== 'dumb';
  return {
    columns: output.columns,
    styled: isColoured ? (style, text) => `\u001b[${STYLES[style]}m${text}\u001b[0m` : (_style, text) => text,
  };
}

/** Paper without colours, 80 characters wide. */
export const PLAIN_PAPER: Paper = { columns: 80, styled: (_style, text) => text };
