import { harmless, pad, widthOf, wrap } from './lines';
import type { Paper, Style } from './paper';

/** A cell: text, standing out or not. */
export type Cell = string | { readonly text: string; readonly style: Style };

/** A table for people. */
export interface Grid {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const GAP = '  ';

/** The narrowest that the last column is broken to. */
const NARROWEST = 20;

/**
 * A table in columns; the last one is broken between words where it would leave the paper, the others never. A table that
 * has no room for it is set as a block of lines for each row.
 */
export function gridText(grid: Grid, paper: Paper): string {
  const { heads, rows } = grid;
  const widths = heads.map((head, column) =>
    Math.max(widthOf(head), ...rows.map((row) => widthOf(textOf(row[column] ?? '')))),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = paper.columns - before;
  const words = rows.flatMap((row) => textOf(row.at(-1) ?? '').split(/\s/u));
  const needed = Math.min(widths.at(-1) ?? 0, Math.max(NARROWEST, ...words.map(widthOf)));
  const lines =
    room < needed
      ? rows.flatMap((row) => blockOf(row, heads, paper))
      : [heads.map((text) => ({ text, style: 'bold' as const })), ...rows].flatMap((row) => lineOf(row, widths, paper));
  return `${lines.join('\n')}\n`;
}

/** One row of a table in columns: a line, or more if its last cell is long. */
function lineOf(row: readonly Cell[], widths: readonly number[], paper: Paper): string[] {
  const before = row.slice(0, -1).map((cell, column) => styled(paper, pad(textOf(cell), widths[column] ?? 0), cell));
  const indent = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const last = row.at(-1) ?? '';
  const [head = '', ...more] = wrap(textOf(last), paper.columns - indent).split('\n');
  return [
    [...before, styled(paper, head, last)].join(GAP).trimEnd(),
    ...more.map((line) => ' '.repeat(indent) + styled(paper, line, last)),
  ];
}

/** One row as a block: its first cell, and below it the others by their heads; what is empty is left out. */
function blockOf([first = '', ...others]: readonly Cell[], heads: readonly string[], paper: Paper): string[] {
  const indent = Math.max(...heads.slice(1).map(widthOf)) + 2 * GAP.length;
  const lines = others.flatMap((cell, index) => {
    if (textOf(cell) === '') return [];
    const head = pad(`${GAP}${heads[index + 1] ?? ''}`, indent);
    const texts = wrap(textOf(cell), paper.columns - indent).split('\n');
    return texts.map((text, line) => (line === 0 ? head : ' '.repeat(indent)) + styled(paper, text, cell));
  });
  return [paper.styled('bold', textOf(first)), ...lines];
}

function textOf(cell: Cell): string {
  return harmless(typeof cell === 'string' ? cell : cell.text);
}

function styled(paper: Paper, text: string, cell: Cell): string {
  return typeof cell === 'string' || text === '' ? text : paper.styled(cell.style, text);
}
