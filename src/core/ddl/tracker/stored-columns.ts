import { lowerName } from '../../table/lower-name';

/** The lower-case names of the columns in a stored text: all that stands in backquotes, outside of string literals. */
export function columnsOfStoredText(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, quoted] of text.matchAll(/'(?:[^'\\]|\\.|'')*'|`((?:[^`]|``)+)`/gsu)) {
    if (quoted !== undefined) names.add(lowerName(quoted.replaceAll('``', '`')));
  }
  return names;
}
