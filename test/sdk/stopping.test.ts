import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientInterceptor } from '../../sdk';
import { InProcessServer } from '../../sdk/testing';
import { CREATE, RunningWorker } from './running-worker';
import { AnsweringDownstream, ListUpstream } from './test-plugins';

let server: InProcessServer;

beforeEach(async () => {
  server = await InProcessServer.start();
});

afterEach(() => server.stop());

/** Whatever a plugin or a server does, a stop takes no longer. Far below the time that plugins have, which is a minute. */
const BOUND_MS = 20_000;

interface Unanswered {
  readonly interceptor: ClientInterceptor;
  /** Resolves when such a message was sent for the n-th time. */
  readonly sent: Promise<void>;
}

/** From the n-th message of a name on there are no answers to it. */
function unanswered(name: string, count = 1): Unanswered {
  let seen = 0;
  let tell = (): void => undefined;
  const sent = new Promise<void>((resolve) => (tell = resolve));
  const interceptor: ClientInterceptor = async (request, next, signal) => {
    if (request.operationName === name && (seen += 1) >= count) {
      tell();
      throw new Error('no answer');
    }
    return await next(request, signal);
  };
  return { interceptor, sent };
}

/** A server that has forgotten a session whenever it is renewed. */
const forgetting: ClientInterceptor = async (request, next, signal) => {
  if (request.operationName !== 'RenewShardWorker') return await next(request, signal);
  const details = [{ name: 'takenOver', value: 'false' }];
  const stale = { code: 'STALE_SESSION', message: 'gone', help: 'register again', retryable: false, details };
  return { status: 200, body: { data: { renewShardWorker: { __typename: 'ShardStaleSession', ...stale } } } };
};

const limits = { drainMs: 300, ttlMs: 1_000 };

describe('a stop', () => {
  it.each([
    ['RegisterShardWorker', 1, []],
    ['PutShardSourceTables', 1, []],
    ['PutShardSourceTables', 2, [forgetting]],
    ['ReportShardInfo', 1, []],
    ['AcknowledgeShardOperation', 1, []],
  ] as const)(
    'ends a worker whose message %s (%i) isn’t answered',
    async (name, count, interceptors) => {
      const { interceptor, sent } = unanswered(name, count);
      const upstream = new ListUpstream({ t1: CREATE });
      upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
      const clientInterceptors = [interceptor, ...interceptors];
      const options = { transport: server.connect(), task: 't', limits, clientInterceptors };
      const worker = await RunningWorker.start(options, { upstream });
      await sent;
      await worker.stop();
      expect(worker.told.at(-1)).toEqual({ kind: 'stopped' });
      // Nothing was lost by its own stop.
      expect(worker.told.map(({ kind }) => kind)).not.toContain('disconnected');
    },
    BOUND_MS,
  );

  it(
    'ends a worker whose plugins hang, and don’t look at their signals',
    async () => {
      const upstream = new ListUpstream({ t1: CREATE });
      const answers = new AnsweringDownstream();
      let executing = (): void => undefined;
      const begun = new Promise<void>((resolve) => (executing = resolve));
      answers.answer = () => {
        executing();
        return new Promise(() => undefined);
      };
      upstream.read = async function* () {
        yield { kind: 'ddl', position: 1, schema: 'db', sql: 'ALTER TABLE t1 ADD COLUMN c INT' };
        await new Promise(() => undefined);
      };
      const worker = await RunningWorker.start(
        { transport: server.connect(), task: 't', limits },
        { upstream, answers },
      );
      await begun;
      await worker.stop();
    },
    BOUND_MS,
  );

  it('waits for a read that takes a moment to end, and closes the plugin after it', async () => {
    const upstream = new ListUpstream({ t1: CREATE });
    const log: string[] = [];
    upstream.read = async function* (_from, signal) {
      yield { kind: 'idle', position: 0 };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await new Promise((resolve) => setTimeout(resolve, 50));
      log.push('read ended');
    };
    upstream.close = () => Promise.resolve(void log.push('closed'));
    const worker = await RunningWorker.start({ transport: server.connect(), task: 't' }, { upstream });
    await worker.caughtUp();
    await worker.stop();
    expect(log).toEqual(['read ended', 'closed']);
  });
});

describe('a session that the server takes for lost, though it lives', () => {
  it('is gone on with, with all tables as they are by now', async () => {
    let isForgotten = false;
    const forgotten: ClientInterceptor = async (request, next, signal) => {
      if (request.operationName !== 'ReportShardInfo' || isForgotten) return await next(request, signal);
      isForgotten = true;
      const { status, body } = await forgetting({ ...request, operationName: 'RenewShardWorker' }, next, signal);
      return { status, body };
    };
    const upstream = new ListUpstream({ t1: CREATE });
    // The tables have changed since the session began, and it begins no second time.
    upstream.ddl('CREATE TABLE t2 (id INT NOT NULL PRIMARY KEY)');
    const options = { transport: server.connect(), task: 't', clientInterceptors: [forgotten] };
    const worker = await RunningWorker.start(options, { upstream });
    await worker.until('table-created');
    upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    await worker.until('acknowledged');
    expect(worker.toldOf('registered')).toHaveLength(2);
    await worker.stop();
  });
});
