import { describe, expect, it, jest } from '@jest/globals';
import { printShardSchema, buildShardSchema } from '../../src/graphql/schema';
import { breakingChanges } from './schema-changes';

// A busy machine may take that long.
jest.setTimeout(60_000);

const schema = printShardSchema(buildShardSchema());

/** The schema with one place changed, which must be there. */
function changed(from: string | RegExp, to: string): string {
  const after = schema.replace(from, to);
  expect(after).not.toBe(schema);
  return after;
}

describe('what breaks for those who rely on the schema', () => {
  it.each([
    ['a field that goes', /  unsyncedCount: Int!\n/u, '  unsyncedTotal: Int!\n', /Field 'unsyncedCount' was removed/u],
    ['a field that may be null', '  unsyncedCount: Int!', '  unsyncedCount: Int', /changed type from 'Int!' to 'Int'/u],
    ['a value that goes', /\n  EXECUTING\n/u, '\n  RUNNING\n', /Enum value 'EXECUTING' was removed/u],
    [
      'an argument that must be given',
      'shardLock(\n',
      'shardLock(\n    because: String!\n',
      /Argument 'because: String!' added to field 'Query.shardLock'/u,
    ],
    [
      'an input that must be given',
      /input ShardUnlockLockInput \{\n/u,
      'input ShardUnlockLockInput {\n  because: String!\n',
      /Input field 'because' of type 'String!'/u,
    ],
    [
      'a union member that goes',
      /(union ShardUnlockLockResult =.*?) \| ShardLockNotFound/su,
      '$1',
      /Member 'ShardLockNotFound' was removed/u,
    ],
    [
      'a key that goes',
      /(type ShardTask\s+)@key\(fields: "name"\)/u,
      '$1',
      /Directive 'key' was removed from object 'ShardTask'/u,
    ],
  ])('is %s', async (_what, from, to, message) => {
    expect(await breakingChanges(schema, changed(from, to))).toContainEqual(expect.stringMatching(message));
  });

  it.each([
    ['a new field', '  unsyncedCount: Int!', '  unsyncedCount: Int!\n  total: Int!'],
    ['a new value', /\n  EXECUTING\n/u, '\n  EXECUTING\n  PAUSED\n'],
    ['a new member of a union', /(union ShardUnlockLockResult =)/u, '$1 ShardSourceTaken |'],
    ['an argument that may be given', 'shardLock(\n', 'shardLock(\n    because: String\n'],
    ['another description', 'How far it is.', 'How far the lock is.'],
    ['nothing at all', /^/u, '\n'],
  ])('is not %s', async (_what, from, to) => {
    expect(await breakingChanges(schema, changed(from, to))).toEqual([]);
  });
});
