import { LockstepError } from '../../core/model/error';

/** Which page of a list is asked for. */
export interface PageArguments {
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
 * @throws LockstepError INVALID_INPUT if `first` is out of range or `after` is no cursor
 */
export function pageOf<T, V>(
  items: Iterable<T>,
  { first, after }: PageArguments,
  keyOf: (item: T) => string,
  view: (item: T) => V,
): Page<V> {
  if (first < 0 || first > LARGEST_PAGE) {
    throw new LockstepError('INVALID_INPUT', `first must be from 0 to ${LARGEST_PAGE}, not ${first}`, {
      field: 'first',
    });
  }
  const keyed = [...items].map((item) => ({ key: keyOf(item), item })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const afterKey = after === null ? null : readCursor(after);
  const found = afterKey === null ? 0 : keyed.findIndex(({ key }) => key > afterKey);
  const start = found < 0 ? keyed.length : found;
  const chosen = keyed.slice(start, start + first);
  const edges = chosen.map(({ key, item }) => ({ cursor: writeCursor(key), node: view(item) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: start + chosen.length < keyed.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: keyed.length,
  };
}

function writeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function readCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (writeCursor(key) === cursor) return key;
  throw new LockstepError('INVALID_INPUT', `not a cursor of this list: ${cursor}`, { field: 'after' });
}
