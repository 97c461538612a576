import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { FEED_LIMITS } from '../../../src/graphql/feed/feed-sink';
import { NO_METRICS } from '../../../src/ports/metrics';
import { useStoreServer } from '../../support/use-server';
import { requestBytes } from '../hostile/raw-http';
import { RawSocket } from '../hostile/raw-socket';
import { until } from '../operator-requests';
import { LARGE_FEED, makeLargeLock } from './large-lock';
import { LockTraffic } from './lock-traffic';

/** How many subscribers were cut off because they took nothing. */
let cut = 0;

const server = useStoreServer({
  feedLimits: { ...FEED_LIMITS, stalledMs: 1_500 },
  metrics: { ...NO_METRICS, cutSubscriber: () => (cut += 1) },
});

beforeAll(() => makeLargeLock(server.url), 60_000);

const REQUEST = { query: LARGE_FEED, variables: { filter: null, after: null } };

/** A connection that has subscribed and reads nothing. */
async function byEvents(): Promise<Socket> {
  const { hostname, port, pathname } = new URL(server.url);
  const body = JSON.stringify(REQUEST);
  const headers = ['host: localhost', 'content-type: application/json', 'accept: text/event-stream'];
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.write(requestBytes(`POST ${pathname}/stream HTTP/1.1`, [...headers, `content-length: ${body.length}`], body));
  return Promise.resolve(socket);
}

async function byWebSocket(): Promise<Socket> {
  const socket = await RawSocket.connect(server.url);
  await socket.greet();
  socket.stream.removeAllListeners('data');
  socket.stream.pause();
  socket.sendJson({ id: 'feed', type: 'subscribe', payload: REQUEST });
  return socket.stream;
}

/** Everything that the server had sent when it cut the connection. */
async function readToTheEnd(socket: Socket): Promise<string> {
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await closed;
  return text;
}

describe('a connection that never reads', () => {
  it('is stopped at 256 KiB, and cut after a minute, unless somebody says otherwise', () => {
    expect(FEED_LIMITS).toEqual({ bufferedBytes: 262_144, stalledMs: 60_000 });
  });

  it.each([
    { by: 'server-sent events', open: byEvents },
    { by: 'WebSocket', open: byWebSocket },
  ])(
    'gets nothing more once it is full, and is cut when it makes no room, by $by',
    async ({ by, open }) => {
      const traffic = await LockTraffic.start(server.url, `traffic by ${by}`);
      const before = cut;
      const socket = await open();
      // Events happen all the time: each would be an item more.
      await until(
        async () => {
          await traffic.live();
          return cut;
        },
        (now) => now > before,
      );
      const text = await readToTheEnd(socket);
      expect(text).toContain('ShardLocksSnapshot');
      expect(text).not.toContain('ShardLockEvents');
      expect(text).not.toContain('complete');
      expect(cut).toBe(before + 1);
    },
    90_000,
  );
});
