import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ShardWorker } from '../../sdk';
import type { ClientInterceptor } from '../../sdk';
import { InProcessServer, RecordingDownstream } from '../../sdk/testing';
import { CREATE, TARGET } from './running-worker';
import { AnsweringDownstream, JsonCheckpoints, ListUpstream } from './test-plugins';

let server: InProcessServer;

beforeEach(async () => {
  server = await InProcessServer.start();
});

afterEach(() => server.stop());

/** Renewals of a session are never answered. */
const unanswered: ClientInterceptor = async (request, next, signal) => {
  if (request.operationName !== 'RenewShardWorker') return await next(request, signal);
  return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
};

it('a listener that throws ends its worker, and nothing else, also if a timer told it', async () => {
  const worker = await ShardWorker.create({
    ...{ name: 'w', mode: 'optimistic', task: 't', source: 's1', transport: server.connect() },
    upstream: new ListUpstream({ t1: CREATE }),
    downstream: new RecordingDownstream(new AnsweringDownstream()),
    checkpoints: new JsonCheckpoints(),
    routes: [{ schemaPattern: 'db', tablePattern: 't*', ...TARGET }],
    limits: { ttlMs: 1_000, drainMs: 100 },
    clientInterceptors: [unanswered],
  });
  worker.events.on('stalled', ({ sinceMs }) => {
    throw new Error(`boom after ${sinceMs > 0}`);
  });
  await expect(worker.run({ signal: new AbortController().signal })).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('boom after true') as unknown,
  });
});
