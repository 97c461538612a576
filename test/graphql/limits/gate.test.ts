import { describe, expect, it } from '@jest/globals';
import { GraphQLError, getOperationAST, parse } from 'graphql';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { costOf } from '../../../src/graphql/limits/document-cost';
import { shapeOf } from '../../../src/graphql/limits/document-shape';
import { DEFAULT_LIMITS } from '../../../src/graphql/limits/limits';
import { RequestGate } from '../../../src/graphql/limits/request-gate';
import { buildShardSchema } from '../../../src/graphql/schema';

const schema = buildShardSchema();
const PUBLISHED = join(__dirname, '..', '..', '..', 'schema', 'documents');

const costIn = (text: string, variables: Record<string, unknown> = {}): number => {
  const document = parse(text);
  return costOf(schema, document, getOperationAST(document)!, variables).cost;
};

describe('the shape of a document', () => {
  it.each<[string, string, Partial<ReturnType<typeof shapeOf>>]>([
    ['counts selections within each other', '{ a { b { c } } }', { depth: 3, rootFields: 1 }],
    ['follows fragments', '{ ...F } fragment F on Q { a { ...G } } fragment G on A { b { c } }', { depth: 5 }],
    ['counts inline fragments as selections', '{ ... { ... { a } } }', { depth: 3, rootFields: 1 }],
    ['ends with fragments that spread themselves', '{ ...F } fragment F on Q { a { ...F } ...F }', { rootFields: 1 }],
    ['counts the fields at the top through fragments', '{ a ...F ...F } fragment F on Q { b c }', { rootFields: 5 }],
    ['counts aliases, also in fragments', '{ x: a } fragment F on Q { y: b { z: c } }', { aliases: 3 }],
    [
      'counts directives wherever they stand',
      'query ($v: Int @a) @b { c @d ...F @e ... @f { g } } fragment F on Q @h { i }',
      { directives: 6 },
    ],
    ['looks into values', '{ a(b: [[{ c: [1] }]]) }', { depth: 4 }],
    ['looks into defaults of variables', 'query ($v: [I] = [{ c: [[1]] }]) { a }', { depth: 4 }],
    ['counts operations', 'query A { a } mutation B { b c }', { operations: 2, rootFields: 2 }],
  ])('%s', (_name, text, expected) => {
    expect(shapeOf(parse(text))).toMatchObject(expected);
  });
});

describe('the cost of a request', () => {
  it.each<[string, string, Record<string, unknown>, number]>([
    ['counts fields', '{ shardTask(name: "t") { name mode } }', {}, 3],
    ['counts the items of a page', '{ shardWorkers(first: 7) { nodes { id } totalCount } }', {}, 1 + 1 + 7 + 1],
    ['knows how long a page is by default', '{ shardWorkers { nodes { id } } }', {}, 1 + 1 + 50],
    ['takes lengths from variables', 'query ($n: Int!) { shardWorkers(first: $n) { nodes { id } } }', { n: 9 }, 11],
    ['takes defaults of variables', 'query ($n: Int = 4) { shardWorkers(first: $n) { nodes { id } } }', {}, 6],
    ['multiplies lists within lists', '{ shardWorkers(first: 3) { nodes { assignments { taskName } } } }', {}, 35],
    ['counts lists that have no length', '{ shardTask(name: "t") { sources { id } } }', {}, 12],
    [
      'counts a fragment wherever it is',
      '{ a: shardTask(name: "a") { ...F } b: shardTask(name: "b") { ...F } } fragment F on ShardTask { name }',
      {},
      4,
    ],
    [
      'counts objects asked for by keys',
      'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
      { r: [1, 2, 3] },
      4,
    ],
    ['takes no negative lengths', '{ shardWorkers(first: -5) { nodes { id } } }', {}, 2],
  ])('%s', (_name, text, variables, expected) => {
    expect(costIn(text, variables)).toBe(expected);
  });

  it('takes time by the length of the document, however often fragments are spread', () => {
    const levels = Array.from({ length: 18 }, (_, level) => {
      const inside = level === 17 ? 'name' : `a: locks { nodes { task { ...F${level + 1} ...F${level + 1} } } }`;
      return `fragment F${level} on ShardTask { ${inside} }`;
    });
    const before = performance.now();
    expect(costIn(`{ shardTask(name: "t") { ...F0 } } ${levels.join(' ')}`)).toBeGreaterThan(1e30);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('the gate', () => {
  const gate = new RequestGate(schema, DEFAULT_LIMITS, null);
  const readDocument = (text: string): Exclude<ReturnType<typeof gate.parse>, GraphQLError> => {
    const document = gate.parse(text);
    if (document instanceof GraphQLError) throw document;
    return document;
  };

  it.each(readdirSync(PUBLISHED))('lets %s pass with the longest lists that our programs ask for', (file) => {
    const document = readDocument(readFileSync(join(PUBLISHED, file), 'utf8'));
    expect(gate.refuse(document, null, { first: file === 'ShardLockDiagnoses.graphql' ? 100 : 1_000 })).toBeNull();
  });

  it('says which limit it is, and what was found', () => {
    const document = readDocument(
      'query ($n: Int!) { shardLocks(first: $n) { nodes { task { locks { totalCount } } } } }',
    );
    expect(gate.refuse(document, null, { n: 1 })).toBeNull();
    const error = gate.refuse(document, null, { n: 1_000 });
    expect(error?.message).toMatch(/^more than 200000 fields that a request may ask for/u);
    expect(error?.extensions).toMatchObject({
      code: 'REQUEST_TOO_LARGE',
      fields: { limit: 'cost', most: 200_000, found: expect.any(Number) },
    });
    expect(gate.refuse(document, null, { n: 2 })).toBeNull();
  });

  it('costs next to nothing for a document that comes again', () => {
    const document = readDocument(readFileSync(join(PUBLISHED, 'ReportShardInfo.graphql'), 'utf8'));
    gate.refuse(document, null, {});
    const before = performance.now();
    for (let i = 0; i < 100_000; i += 1) gate.refuse(document, null, {});
    // Less than 10 microseconds each, on the slowest of machines; it is a tenth of one.
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
