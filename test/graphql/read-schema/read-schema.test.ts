import { beforeAll, describe, expect, it } from '@jest/globals';
import { TypeInfo, isAbstractType, isObjectType, getNamedType, parse, visit, visitWithTypeInfo } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildShardSchema } from '../../../src/graphql/schema';
import { useServer } from '../../support/use-server';
import { ask } from '../plain-client';
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
    .replaceAll(/("cursor": |"(?:start|end)Cursor": )"[\w-]{12,}"/gu, '$1"<cursor>"');
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
