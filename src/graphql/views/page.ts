import { LockstepError } from '../../core/model/error';

/** Which page of a list is asked for. */
export interface PageArguments {
  /** Which list, in which order: a cursor of another one is refused, since what it names lies nowhere in this one. */
  readonly list: string;
  /** At most this many items. */
  readonly first: number;
  /** The cursor after which the page begins; null: at the beginning. */
  readonly after: string | null;
}

/** One page of a list, in the form of Relay's connections. */
export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

/** The most items of one page. */
export const LARGEST_PAGE = 1_000;

/**
 * One page of `items`, ordered by key. Items that come or go between two pages make none of the others appear twice or
 * be left out, since a cursor names a key, not a number.
 * @param keyOf unique within the list
 * @param view what is shown of an item; called for the items of the page only
 * @throws LockstepError INVALID_INPUT if `first` is out of range or `after` is no cursor of this list
 */
export function pageOf<T, V>(
  items: Iterable<T>,
  { list, first, after }: PageArguments,
  keyOf: (item: T) => string,
  view: (item: T) => V,
): Page<V> {
  if (first < 0 || first > LARGEST_PAGE) {
    throw new LockstepError('INVALID_INPUT', `first must be from 0 to ${LARGEST_PAGE}, not ${first}`, {
      field: 'first',
    });
  }
  const { chosen, before, total } = firstAfter(items, after === null ? null : readCursor(list, after), first, keyOf);
  const edges = chosen.map(({ key, item }) => ({ cursor: writeCursor(list, key), node: view(item) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: before + chosen.length < total,
      hasPreviousPage: before > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: total,
  };
}

/** The first items behind a key, in order; how many lie before them, and how many there are in all. */
interface Selection<T> {
  readonly chosen: readonly { readonly key: string; readonly item: T }[];
  readonly before: number;
  readonly total: number;
}

/** Of a hundred thousand items only those of the page are put in order. */
function firstAfter<T>(
  items: Iterable<T>,
  after: string | null,
  first: number,
  keyOf: (item: T) => string,
): Selection<T> {
  const chosen: { readonly key: string; readonly item: T }[] = [];
  let before = 0;
  let total = 0;
  for (const item of items) {
    const key = keyOf(item);
    total += 1;
    if (after !== null && key <= after) before += 1;
    else insert(chosen, { key, item }, first);
  }
  return { chosen, before, total };
}

/** Put an entry at its place among the smallest `most`; nothing if all of them are smaller. */
function insert<T extends { readonly key: string }>(sorted: T[], entry: T, most: number): void {
  const last = sorted.at(-1);
  if (sorted.length >= most && (last === undefined || last.key < entry.key)) return;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.key ?? '') < entry.key) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, entry);
  if (sorted.length > most) sorted.pop();
}

function writeCursor(list: string, key: string): string {
  return Buffer.from(`${list}\n${key}`).toString('base64url');
}

function readCursor(list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const key = text.slice(list.length + 1);
  if (writeCursor(list, key) === cursor) return key;
  throw new LockstepError('INVALID_INPUT', `not a cursor of this list: ${JSON.stringify(cursor)}`, { field: 'after' });
}
