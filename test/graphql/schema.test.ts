import { describe, expect, it } from '@jest/globals';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { GraphQLArgument, GraphQLNamedType } from 'graphql';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ErrorCatalogue } from '../../src/core/model/error-catalogue';
import { userErrorTypeName } from '../../src/graphql/errors/user-error';
import { isErrorCode } from '../../src/graphql/enums';
import { buildShardSchema, printShardSchema } from '../../src/graphql/schema';

const SCHEMA = join(__dirname, '..', '..', 'schema');
const schema = buildShardSchema();

/** What federation adds; its own text describes it. */
const FEDERATION = /^_|^link__|^federation__/u;
const own = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !FEDERATION.test(type.name),
);
const codes = Object.keys(ErrorCatalogue).filter(isErrorCode);

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** Everything of a type that can have a description, by its path. */
function partsOf(type: GraphQLNamedType): (Described & { readonly path: string })[] {
  const root = ['Query', 'Mutation', 'Subscription'].includes(type.name)
    ? []
    : [{ name: type.name, description: type.description, path: type.name }];
  const named = (parts: readonly Described[], under: string): (Described & { readonly path: string })[] =>
    parts.map(({ name, description }) => ({ name, description, path: `${under}.${name}` }));
  if (isEnumType(type)) return [...root, ...named(type.getValues(), type.name)];
  if (isInputObjectType(type)) return [...root, ...named(Object.values(type.getFields()), type.name)];
  if (!isObjectType(type) && !isInterfaceType(type)) return root;
  const fields = Object.values(type.getFields()).filter(({ name }) => !name.startsWith('_'));
  const args = fields.flatMap((field) =>
    named(field.args satisfies readonly GraphQLArgument[], `${type.name}.${field.name}`),
  );
  return [...root, ...named(fields, type.name), ...args];
}

describe('the GraphQL schema', () => {
  it('is committed as it is', () => {
    expect(readFileSync(join(SCHEMA, 'schema.graphql'), 'utf8')).toBe(printShardSchema(schema));
  });

  it('describes every type, field, argument, input field and enum value with a sentence', () => {
    const parts = own.flatMap(partsOf);
    expect(parts.length).toBeGreaterThan(300);
    expect(
      parts.filter(({ description }) => !/\S.*[.!:`)]$/su.test(description ?? '')).map(({ path }) => path),
    ).toEqual([]);
  });

  it('prefixes every root field and type, since plain words collide in supergraphs', () => {
    const shared = new Set(['Query', 'Mutation', 'Subscription', 'PageInfo', 'DateTime']);
    expect(own.map(({ name }) => name).filter((name) => !name.startsWith('Shard') && !shared.has(name))).toEqual([]);
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots
      .flatMap((type) => Object.keys(type?.getFields() ?? {}))
      .filter((name) => !name.startsWith('_'));
    expect(fields.length).toBeGreaterThan(25);
    expect(fields.filter((name) => !/shard/iu.test(name))).toEqual([]);
  });

  it('is a subgraph of federation 2.5 with its entities', () => {
    const text = printShardSchema(schema);
    expect(text).toContain('https://specs.apollo.dev/federation/v2.5');
    expect(text).toContain('type ShardLock\n  @key(fields: "id")\n');
    expect(text.match(/@tag\(name: "lockstep-worker"\)/gu)?.length).toBe(13);
    expect(text.match(/@tag\(name: "lockstep-operator"\)/gu)?.length).toBe(6);
    expect(text).toMatch(/type PageInfo\s+@shareable/u);
    const entities = schema.getType('_Entity');
    const names = isUnionType(entities) ? entities.getTypes().map(({ name }) => name) : [];
    expect(names.sort()).toEqual(['ShardLock', 'ShardSource', 'ShardTask', 'ShardWorker']);
  });

  it('gives every mutation a union of one success, errors that can be expected, and nothing else', () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const errorNames = new Set(codes.map(userErrorTypeName));
    expect(mutations.length).toBe(18);
    for (const { name, type } of mutations) {
      const union = schema.getType(String(type).replace('!', ''));
      const members = isUnionType(union) ? union.getTypes().map((member) => member.name) : [];
      const [success, ...errors] = members;
      expect([name, success]).toEqual([name, expect.stringMatching(/^Shard\w+Success$/u)]);
      expect(errors.filter((error) => !errorNames.has(error))).toEqual([]);
      expect(errors).toEqual(expect.arrayContaining(['ShardInvalidInput', 'ShardForbidden', 'ShardReadOnly']));
    }
  });

  it('names every scalar that clients must know', () => {
    expect(
      own
        .filter(isScalarType)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['DateTime', 'ShardCursor', 'ShardRevision']);
  });
});

describe('the error catalogue in the schema', () => {
  it.each(codes)('%s has a help text, which the enum shows', (code) => {
    const values = schema.getType('ShardErrorCode');
    const { help } = ErrorCatalogue[code];
    expect(help).toMatch(/^[A-Z].*\.$/su);
    expect(isEnumType(values) && values.getValue(code)?.description).toBe(help);
  });

  it('describes the type of each error by its code and help', () => {
    const types = codes.flatMap((code) => {
      const type = schema.getType(userErrorTypeName(code));
      return type === undefined ? [] : [{ code, description: type.description }];
    });
    expect(types.length).toBeGreaterThan(25);
    for (const { code, description } of types)
      expect(description).toBe(`The error \`${code}\`. ${ErrorCatalogue[code].help}`);
  });
});

describe('the documents', () => {
  const files = readdirSync(join(SCHEMA, 'documents'));

  it.each(files)('%s is valid and named like its file', (file) => {
    const text = readFileSync(join(SCHEMA, 'documents', file), 'utf8');
    expect(validate(schema, parse(text))).toEqual([]);
    expect(text).toMatch(new RegExp(`^\\w+ ${file.replace('.graphql', '')}\\b`, 'u'));
  });

  it('cover every message of workers', () => {
    const protocol = readFileSync(join(SCHEMA, 'PROTOCOL.md'), 'utf8');
    const worker = printShardSchema(schema).match(/(\w+)\([^)]*\): \S+ @tag\(name: "lockstep-worker"\)/gu) ?? [];
    const names = worker.map((field) => field.slice(0, field.indexOf('(')));
    expect(names.length).toBe(13);
    const texts = files.map((file) => readFileSync(join(SCHEMA, 'documents', file), 'utf8'));
    for (const name of names) {
      expect(protocol).toContain(name);
      expect(texts.filter((text) => text.includes(`${name}(`)).length).toBe(1);
    }
  });
});
