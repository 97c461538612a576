import { expect, it } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, startCommand } from './run-command';

const PUBLISHED = readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8');

it('schema print writes the published schema to a pipe, to the last byte, without a server', async () => {
  const { output, status } = startCommand(['schema', 'print']);
  expect(await status).toBe(0);
  expect(output()).toBe(PUBLISHED);
}, 60_000);

it('schema print is what a composer takes as a subgraph', async () => {
  const { status, out, err } = await runCommand(['schema', 'print']);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const { supergraphSdl, errors } = composeServices([{ name: 'lockstep', typeDefs: parse(out) }]);
  expect(errors ?? []).toEqual([]);
  expect(supergraphSdl).toContain('type ShardLock');
});

it.each([
  [['schema'], 'schema needs one more word: schema print'],
  [['schema', 'prnt'], 'schema needs one more word: schema print'],
  [['schema', 'print', 'all'], '"all" is one argument too many'],
])('%j is refused', async (words, said) => {
  expect(await runCommand(words)).toEqual({ status: 2, out: '', err: expect.stringContaining(said) });
});
