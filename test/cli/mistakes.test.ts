import { expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operate } from '../graphql/operator-requests';
import { useServer } from '../support/use-server';
import { runCommand } from './run-command';
import type { Ended } from './run-command';

const server = useServer();

const lockstep = (...words: readonly string[]): Promise<Ended> =>
  runCommand(words, { environment: { LOCKSTEP_SERVER: server.url } });

it('locks of a task that there is not are a mistake, not good news', async () => {
  await operate(server.url, 'putTask', { name: 'orders', mode: 'OPTIMISTIC', sources: ['s1'], reason: 'x' });
  expect(await lockstep('locks', 'orders')).toEqual({ status: 0, out: 'no locks\n', err: '' });
  expect(await lockstep('locks', 'ordres')).toEqual({
    status: 3,
    out: '',
    err: 'lockstep: there is no task ordres\nList the tasks.\nDid you mean: lockstep locks orders\n',
  });
});

it.each([
  ['/nowhere', /answered with status 404, and not as GraphQL does: \{"error":"not found; GraphQL is at \/graphql"\}/u],
  ['/readyz', /answered with status 200, and not as GraphQL does: \{"ready":true/u],
])('a server that answers otherwise at %s is no lockstep there', async (path, said) => {
  const url = new URL(path, server.url).href;
  const ended = await lockstep('locks', '--server', url);
  expect(ended).toEqual({ status: 1, out: '', err: expect.stringMatching(said) });
  expect(ended.err).toContain('Check that the address is that of a lockstep server');
});

it('an unknown key of a worker’s file is a mistake in the configuration', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-mistakes-'));
  const file = join(folder, 'worker.yaml');
  writeFileSync(file, 'servr: x\n');
  const ended = await lockstep('worker', '--config', file);
  rmSync(folder, { recursive: true });
  expect(ended).toEqual({ status: 2, out: '', err: expect.stringMatching(/worker\.yaml: servr: unknown; expected/u) });
  expect(ended.err).not.toContain('Inspect the key');
});

it('actions tell who did what, when, why, and how it ended', async () => {
  await operate(server.url, 'putTask', { name: 'trail', mode: 'PESSIMISTIC', sources: ['s1'], reason: 'a new task' });
  await operate(server.url, 'removeMeta', { task: 'trail', sources: ['s1'], reason: 'by mistake', force: true });
  await operate(server.url, 'retry', { task: 'trail', source: 's1', reason: 'in vain' });
  const { status, out } = await lockstep('actions', 'trail', '--output', 'json');
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject([
    { kind: 'RETRY_INFO', state: 'FAILED', reason: 'in vain', actor: 'anonymous', taskName: 'trail' },
    { kind: 'REMOVE_META', state: 'DONE', reason: 'by mistake' },
    { kind: 'PUT_TASK', state: 'DONE', reason: 'a new task' },
  ]);
  const table = (await lockstep('actions', 'trail')).out;
  expect(table).toMatch(/retry info[\s\S]*task trail[\s\S]*anonymous[\s\S]*failed[\s\S]*in vain; .*source s1/u);
});
