import { writeText } from './go-json';

/** A value on its own lines; the text of each kind is written as Go's encoder writes it. */
export type DmctlValue =
  null | boolean | number | string | readonly DmctlValue[] | { readonly [name: string]: DmctlValue };

/** dmctl indents by four spaces, and breaks empty lists too. */
export function writeDmctl(value: DmctlValue, indent = ''): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return writeText(value);
  const inner = `${indent}    `;
  if (isList(value))
    return block(
      '[',
      value.map((each) => writeDmctl(each, inner)),
      ']',
      indent,
    );
  return block(
    '{',
    Object.entries(value).map(([name, each]) => `${writeText(name)}: ${writeDmctl(each, inner)}`),
    '}',
    indent,
  );
}

function block(open: string, lines: readonly string[], close: string, indent: string): string {
  return [
    open,
    ...lines.map((line, index) => `${indent}    ${line}${index < lines.length - 1 ? ',' : ''}`),
    `${indent}${close}`,
  ].join('\n');
}

function isList(value: DmctlValue): value is readonly DmctlValue[] {
  return Array.isArray(value);
}
