import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentsFolder } from '../../../src/cli/client/documents';
import { startServer } from '../../../src/server';
import type { RunningServer } from '../../../src/server';
import { SilentLogger } from '../../support/silent-logger';
import { RawSocket } from '../hostile/raw-socket';
import { document, send } from '../plain-client';
import { registered } from '../plain-worker';

jest.setTimeout(60_000);

let folder: string;
let server: RunningServer;

const start = (safelist: readonly string[]): Promise<RunningServer> =>
  startServer({ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger: new SilentLogger(), safelist });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-safelist-'));
  writeFileSync(join(folder, 'phase.graphql'), 'query Phase { shardCluster { phase } }');
  server = await start([documentsFolder(), folder]);
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const codeOf = async (query: string, variables = {}): Promise<unknown> =>
  (await send(server.url, query, variables)).errors[0]?.extensions['code'];

describe('a server with a list of documents', () => {
  it.each([
    ['one of the list', 'query Phase { shardCluster { phase } }', undefined],
    ['one of the list, laid out differently', '# ours\nquery Phase{shardCluster{phase}}', undefined],
    ['one that routers ask', '{ _service { sdl } }', undefined],
    ['one that commands send', document('ShardTaskNames'), undefined],
    ['another one', '{ shardCluster { phase } }', 'DOCUMENT_NOT_LISTED'],
    ['one of the list with more in it', 'query Phase { shardCluster { phase id } }', 'DOCUMENT_NOT_LISTED'],
  ])('and %s', async (_name, query, code) => {
    expect(await codeOf(query)).toBe(code);
  });

  it('lets workers work', async () => {
    const worker = await registered(server.url, 'w', 'task', 's1', 'OPTIMISTIC');
    expect(worker.session).toMatchObject({ source: 's1' });
  });

  it('also over WebSockets', async () => {
    const socket = await RawSocket.connect(server.url);
    await socket.greet();
    socket.sendJson({ id: '1', type: 'subscribe', payload: { query: '{ shardCluster { phase } }' } });
    const payload = [{ extensions: { code: 'DOCUMENT_NOT_LISTED' } }];
    expect(await socket.nextJson()).toMatchObject({ id: '1', type: 'error', payload });
    socket.cut();
  });

  it.each([
    ['a folder that is not there', () => join(folder, 'none'), /cannot be read/u],
    ['a file', () => join(folder, 'phase.graphql'), /not a folder/u],
    ['a folder without documents', () => mkdtempSync(join(folder, 'empty-')), /no \.graphql files/u],
  ])('does not start with %s', async (_name, place, message) => {
    await expect(start([place()])).rejects.toThrow(message);
  });

  it('does not start with a document that does not parse, and says which', async () => {
    writeFileSync(join(folder, 'broken.graphql'), 'query {');
    await expect(start([folder])).rejects.toThrow(/broken\.graphql.*Syntax Error/u);
  });
});
