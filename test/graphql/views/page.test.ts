import { describe, expect, it } from '@jest/globals';
import { LockstepError } from '../../../src/core/model/error';
import { pageOf } from '../../../src/graphql/views/page';

const page = (
  items: readonly string[],
  first: number,
  after: string | null = null,
): ReturnType<typeof pageOf<string, string>> =>
  pageOf(
    items,
    { list: 'letters', first, after },
    (item) => item,
    (item) => item.toUpperCase(),
  );

describe('a page of a list', () => {
  it('goes through the whole list once, in the order of the keys', () => {
    const items = ['d', 'a', 'c', 'b', 'e'];
    const seen: string[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const { nodes, edges, pageInfo, totalCount } = page(items, 2, after);
      expect(edges.map(({ node }) => node)).toEqual(nodes);
      expect(totalCount).toBe(5);
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...nodes);
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
    }
    expect(seen).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('shows nothing twice and leaves nothing out when items come and go between two pages', () => {
    const { pageInfo } = page(['a', 'b', 'c', 'd'], 2);
    expect(page(['c', 'd'], 2, pageInfo.endCursor).nodes).toEqual(['C', 'D']);
    expect(page(['a', 'aa', 'b', 'bb', 'c', 'd'], 9, pageInfo.endCursor).nodes).toEqual(['BB', 'C', 'D']);
  });

  it('may be empty', () => {
    const empty = { edges: [], nodes: [], totalCount: 2, pageInfo: { startCursor: null, endCursor: null } };
    expect(page(['a', 'b'], 0)).toMatchObject({ ...empty, pageInfo: { ...empty.pageInfo, hasNextPage: true } });
    const last = page(['a', 'b'], 2).pageInfo.endCursor;
    expect(page(['a', 'b'], 2, last)).toMatchObject({ ...empty, pageInfo: { ...empty.pageInfo, hasNextPage: false } });
  });

  it.each<[string, number, string | null]>([
    ['a negative length', -1, null],
    ['a length beyond the largest', 1_001, null],
    ['a cursor that is none', 1, '%'],
    ['a cursor with something behind it', 1, 'YQ=='],
    ['an empty cursor', 1, ''],
    ['a cursor that names no list', 1, 'YQ'],
    ['a cursor of another list', 1, Buffer.from('lettres\na').toString('base64url')],
    ['a cursor of a list with a longer name', 1, Buffer.from('letters newest\na').toString('base64url')],
  ])('refuses %s', (_name, first, after) => {
    expect(() => page(['a'], first, after)).toThrow(LockstepError);
  });

  it('makes only what it shows', () => {
    const made: string[] = [];
    pageOf(
      ['a', 'b', 'c'],
      { list: 'letters', first: 1, after: null },
      (item) => item,
      (item) => made.push(item),
    );
    expect(made).toEqual(['a']);
  });
});
