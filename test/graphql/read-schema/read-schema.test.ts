import { beforeAll, describe, expect, it } from '@jest/globals';
import { TypeInfo, isAbstractType, isObjectType, getNamedType, parse, visit, visitWithTypeInfo } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildShardSchema } from '../../../src/graphql/schema';
import { useServer } from '../../support/use-server';
import { ask } from '../plain-client';
import { lockOf } from '../plain-worker';
import { DOCUMENTS } from './documents';
import { makeWorld } from './world';

const server = useServer();
const FILE = join(__dirname, 'expected.json');

beforeAll(() => makeWorld(server.url), 60_000);

/** What differs from one run to the next, by what it is: times, revisions, cursors, IDs. */
function plain(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+Z| UTC)/gu, '<time>')
    .replaceAll(/"[0-9a-f]{8}-[0-9a-f-]{27}"/gu, '"<id>"')
    .replaceAll(/"\d+\.\d+"/gu, '"<cursor>"')
    .replaceAll(/@\d+"/gu, '@<revision>"')
    .replaceAll(/(ifIncarnation\\?":\\?")\d+/gu, '$1<revision>')
    .replaceAll(/("(?:epoch|revision|incarnation)": )"\d+"/gu, '$1"<revision>"')
    .replaceAll(/("cursor": |"(?:start|end)Cursor": )"[\w-]{8,}"/gu, '$1"<cursor>"');
}

describe('what can be read', () => {
  it.each(Object.keys(DOCUMENTS))('%s', async (name) => {
    const expected = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>;
    const found = JSON.parse(plain(JSON.stringify(await ask(server.url, DOCUMENTS[name] ?? ''), null, 1))) as unknown;
    expect(found).toEqual(expected[name]);
  });

  it('is asked for to the last field, but for what single kinds of events have', () => {
    const schema = buildShardSchema();
    const asked = new Set(Object.values(DOCUMENTS).flatMap((text) => fieldsOf(schema, text)));
    expect([...readable(schema)].filter((field) => !asked.has(field))).toEqual([
      // By its ID, which is another one each time: manual-actions.test.ts.
      'Query.shardAction',
    ]);
  });
});

describe('lists are filtered', () => {
  it.each([
    ['shardWorkers', '', ['w1-b', 'w1-c', 'w1-f', 'w1-o', 'w1-p', 'w2-c', 'w2-o', 'w2-p', 'w3-p']],
    ['shardWorkers', '(filter: {online: false})', ['w3-p']],
    ['shardWorkers', '(filter: {sources: ["s2", "s3"]})', ['w2-c', 'w2-o', 'w2-p', 'w3-p']],
    ['shardWorkers', '(filter: {task: "p", online: true})', ['w1-p', 'w2-p']],
    ['shardWorkers', '(filter: {task: "p", sources: ["s1"]})', ['w1-p']],
    ['shardWorkers', '(filter: {task: "f", online: false})', []],
    ['shardLocks', '(orderBy: ID)', ['c', 'f', 'o', 'p'].map(lockOf)],
    ['shardLocks', '(orderBy: ID, filter: {sources: ["s2"]})', ['c', 'o', 'p'].map(lockOf)],
    ['shardLocks', '(orderBy: ID, filter: {sources: ["s9", "s2"], task: "o"})', ['o'].map(lockOf)],
    ['shardLocks', '(filter: {sources: ["s9"]})', []],
    ['shardLocks', '(filter: {conflictStages: [SKIP_WAIT_REDIRECT, ERROR]})', ['c'].map(lockOf)],
    ['shardLocks', '(filter: {conflictStages: [NONE]})', ['o'].map(lockOf)],
    ['shardLocks', '(filter: {conflictStages: [DETECTED]})', []],
    ['shardLocks', '(filter: {states: [FORMING]})', ['f'].map(lockOf)],
  ])('%s%s', async (list, filter, ids) => {
    const { nodes, totalCount } = await ask<{ nodes: { id: string }[]; totalCount: number }>(
      server.url,
      `{ ${list}${filter} { totalCount nodes { id } } }`,
    );
    expect([nodes.map(({ id }) => id), totalCount]).toEqual([ids, ids.length]);
  });

  it.each([
    ['o', '', ['s1', 's2']],
    ['o', '(filter: {source: "s2"})', ['s2']],
    ['o', '(filter: {source: "s2", synced: false})', []],
    ['o', '(filter: {synced: true})', ['s2']],
    ['o', '(filter: {done: true})', ['s1']],
    ['o', '(filter: {conflictStages: [NONE]})', ['s1']],
    ['c', '(filter: {conflictStages: [SKIP_WAIT_REDIRECT]})', ['s1']],
    ['c', '(filter: {conflictStages: [SKIP_WAIT_REDIRECT], source: "s2"})', []],
    ['p', '(filter: {synced: false})', ['s2', 's3']],
    ['p', '(filter: {source: "s9"})', []],
  ])('participants of the lock of %s%s', async (task, filter, sources) => {
    const query = `query ($id: ID!) { shardLock(id: $id) { participants${filter} { totalCount nodes { sourceId } } } }`;
    const { participants } = await ask<{ participants: { nodes: { sourceId: string }[]; totalCount: number } }>(
      server.url,
      query,
      { id: lockOf(task) },
    );
    const found = participants.nodes.map(({ sourceId }) => sourceId);
    expect([found, participants.totalCount]).toEqual([sources, sources.length]);
  });
});

/** The fields that a document asks for, as `Type.field`. */
function fieldsOf(schema: GraphQLSchema, text: string): string[] {
  const fields: string[] = [];
  const info = new TypeInfo(schema);
  const enter = (): void => void fields.push(`${info.getParentType()?.name}.${info.getFieldDef()?.name}`);
  visit(parse(text), visitWithTypeInfo(info, { Field: { enter } }));
  return fields;
}

/** The fields of everything that queries lead to; of an interface its own. */
function readable(schema: GraphQLSchema): Set<string> {
  const found = new Set<string>();
  const open = [schema.getQueryType()!.name];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const type = schema.getType(name);
    if (!isObjectType(type) && !(isAbstractType(type) && 'getFields' in type)) continue;
    for (const field of Object.values(type.getFields())) {
      const key = `${name}.${field.name}`;
      if (found.has(key) || field.name.startsWith('_')) continue;
      found.add(key);
      open.push(getNamedType(field.type).name);
    }
  }
  return found;
}
