import { lowerName } from '../../table/lower-name';
import type { Index } from '../../table/table-schema';
import type { KeyConstraint } from './key-constraint';
import type { Lookup } from './named-list';
import { notApplicable } from './refusal';

/** What an index on expressions is called if it has no column to be called after. */
const EXPRESSION_NAME = 'expression_index';

/** First number behind a name that is taken. */
const FIRST_SUFFIX = 2;

/**
 * The names of a new table's keys, in their order: a written name, or that of the first column (`expression_index` if
 * any part is an expression), with `_2`, `_3`, … if taken. Keys that become no index take their names too.
 * @throws LockstepError DDL_NOT_APPLICABLE if a name is written twice, or another key is called as the primary key
 */
export function nameNewKeys(keys: readonly KeyConstraint[]): readonly string[] {
  const taken = new Set<string>();
  for (const { name, keyKind } of keys) {
    if (name === null || name === '') continue;
    if (keyKind !== 'primary') refusePrimaryName(name);
    if (taken.has(lowerName(name))) throw notApplicable(`the table would have two indexes ${name}`, { index: name });
    taken.add(lowerName(name));
  }
  const suffixes = new Map<string, number>();
  return keys.map((key) => {
    if (key.name !== null && key.name !== '') return key.name;
    const hasExpression = key.parts.some((part) => part.key.kind === 'expression');
    const wanted = hasExpression ? EXPRESSION_NAME : firstColumnName(key);
    const first = suffixes.get(lowerName(wanted)) ?? FIRST_SUFFIX;
    const { name, suffix } = freeName(wanted, (other) => taken.has(lowerName(other)), first);
    // Names are only taken here, so the next search goes on where this one ended.
    suffixes.set(lowerName(wanted), suffix);
    taken.add(lowerName(name));
    return name;
  });
}

/** Only the primary key is called so. @throws LockstepError DDL_NOT_APPLICABLE */
export function refusePrimaryName(name: string): void {
  if (lowerName(name) !== 'primary') return;
  throw notApplicable(`an index cannot be called ${name}: that is the primary key's name`, { index: name });
}

/**
 * The name of a key that is added to a table: as written, or that of its first part, with a number if it is taken. With
 * `IF NOT EXISTS` it has none: MariaDB adds no second index on a column that has one of its own name.
 */
export function nameAddedKey(key: KeyConstraint, indexes: Lookup<Index>): string {
  if (key.name !== null && key.name !== '') return key.name;
  if (key.ifNotExists) return firstColumnName(key);
  return freeName(firstColumnName(key), (name) => indexes.find(name) !== undefined).name;
}

function firstColumnName(key: KeyConstraint): string {
  const first = key.parts[0]?.key;
  return first?.kind === 'column' ? first.name : EXPRESSION_NAME;
}

/** No index but the primary key may be called `primary`. */
function freeName(
  wanted: string,
  isTaken: (name: string) => boolean,
  firstSuffix = FIRST_SUFFIX,
): { readonly name: string; readonly suffix: number } {
  let name = wanted;
  let suffix = firstSuffix;
  while (isTaken(name) || lowerName(name) === 'primary') {
    name = `${wanted}_${suffix}`;
    suffix += 1;
  }
  return { name, suffix };
}
