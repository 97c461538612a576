/**
 * Break a text between words so that no line is wider than `columns`; a word that is wider has a line of its own.
 * @param first what the first line begins with
 * @param next what the others begin with
 */
export function wrap(text: string, columns: number, first = '', next = first): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const indent = lines.length === 0 ? first : next;
      if (line !== '' && widthOf(`${indent}${line} ${word}`) > columns) {
        lines.push(indent + line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(`${lines.length === 0 ? first : next}${line}`.trimEnd());
  }
  return lines.join('\n');
}

/** How many columns of a terminal a text takes: letters of East Asian scripts take two, the marks of colours none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(COLOUR, '')) width += WIDE.test(character) ? 2 : ZERO.test(character) ? 0 : 1;
  return width;
}

/** What `paper.ts` puts around a text that stands out. */
const COLOUR = /\u001b\[\d+m/gu;

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const ZERO = /\p{Mark}|\p{Control}|\p{Format}/u;

/** A text filled up with spaces. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** What a terminal shows of a text that others wrote: control characters could write over other lines. */
export function harmless(text: string): string {
  return text.replace(/[\p{Control}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
