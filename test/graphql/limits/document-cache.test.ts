import { beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../src/graphql/limits/limits';
import { RequestGate } from '../../../src/graphql/limits/request-gate';
import { buildShardSchema } from '../../../src/graphql/schema';
import { DocumentCache } from '../../../src/graphql/transport/document-cache';

const schema = buildShardSchema();
const MOST = 500_000;

/** Valid, and of some ten thousand characters. */
const long = (index: number): string => `query Q${index} { __typename } # ${'x'.repeat(10_000)}`;

let documents: DocumentCache;

beforeEach(() => {
  const gate = new RequestGate(schema, DEFAULT_LIMITS, null);
  documents = new DocumentCache({ schema, gate, introspection: false });
});

describe('documents that were read', () => {
  it('are kept, the ones that were used last, as long as they aren’t too much together', () => {
    const first = documents.read(long(0));
    const second = documents.read(long(1));
    for (let index = 2; index < 500; index += 1) {
      documents.read(long(index));
      expect(documents.read(long(0))).toBe(first);
      expect(documents.characters).toBeLessThanOrEqual(MOST);
    }
    expect(documents.characters).toBeGreaterThan(MOST - 20_000);
    expect(documents.read(long(1))).not.toBe(second);
  });

  it('are not kept if they are longer than programs send', () => {
    const longest = `{ __typename } # ${'x'.repeat(20_000)}`;
    expect(documents.read(longest)).not.toBe(documents.read(longest));
    expect(documents.characters).toBe(0);
  });
});
