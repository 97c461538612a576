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
const NARROWEST = 16;

/** A table in columns; the last one is broken between words where it would leave the paper, the others never. */
export function gridText({ heads, rows }: Grid, paper: Paper): string {
  const texts = rows.map((row) => row.map((cell) => harmless(typeof cell === 'string' ? cell : cell.text)));
  const widths = heads.map((head, column) =>
    Math.max(widthOf(head), ...texts.map((row) => widthOf(row[column] ?? ''))),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const last = Math.max(NARROWEST, paper.columns - before);
  const lineOf = (cells: readonly string[], styleOf: (column: number) => Style | null): string => {
    const padded = cells
      .slice(0, -1)
      .map((text, column) => styled(paper, pad(text, widths[column] ?? 0), styleOf(column)));
    const [head = '', ...more] = wrap(cells.at(-1) ?? '', last).split('\n');
    const tail = [head, ...more].map((line) => styled(paper, line, styleOf(cells.length - 1)));
    return [[...padded, tail[0]].join(GAP).trimEnd(), ...tail.slice(1).map((line) => ' '.repeat(before) + line)].join(
      '\n',
    );
  };
  const lines = [
    lineOf(heads, () => 'bold'),
    ...texts.map((row, index) => lineOf(row, (column) => styleOf(rows[index]?.[column]))),
  ];
  return `${lines.join('\n')}\n`;
}

function styleOf(cell: Cell | undefined): Style | null {
  return cell === undefined || typeof cell === 'string' ? null : cell.style;
}

function styled(paper: Paper, text: string, style: Style | null): string {
  return style === null || text === '' ? text : paper.styled(style, text);
}
