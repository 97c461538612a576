import { lowerName } from '../table/lower-name';
import { compareUtf8 } from './utf8';

/** String literals, which are skipped, and quoted names. */
const TOKENS = /'(?:[^'\\]|''|\\.)*'|`((?:[^`]|``)+)`/gsu;

/**
 * The columns that a generated expression reads, in lower case, sorted as Go sorts the keys of a map. TiDB's text quotes
 * every column with backquotes and nothing else.
 */
export function dependenciesOf(expression: string): readonly string[] {
  const names = new Set<string>();
  for (const [, name] of expression.matchAll(TOKENS)) {
    if (name !== undefined) names.add(lowerName(name.replaceAll('``', '`')));
  }
  return [...names].sort(compareUtf8);
}
