import { describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { useServer } from '../../support/use-server';
import { requestBytes, sendRaw } from './raw-http';

jest.setTimeout(60_000);

const server = useServer();
const JSON_TYPE = 'content-type: application/json';
const QUERY = JSON.stringify({ query: '{ __typename }' });
const MUTATION = JSON.stringify({ query: 'mutation { removeShardMeta(input: {task: "t"}) { __typename } }' });
const host = (): string => `host: ${new URL(server.url).host}`;

const post = (body: string, ...headers: readonly string[]): string =>
  requestBytes('POST /graphql HTTP/1.1', [host(), `content-length: ${Buffer.byteLength(body)}`, ...headers], body);
const json = (body: unknown): string => post(JSON.stringify(body), JSON_TYPE);
const get = (path: string, ...headers: readonly string[]): string =>
  requestBytes(`GET ${path} HTTP/1.1`, [host(), ...headers]);
const upgrade = (path: string, ...headers: readonly string[]): string =>
  get(
    path,
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol: graphql-transport-ws',
    ...headers,
  );
const persisted = (hash: string, version = 1): object => ({ persistedQuery: { version, sha256Hash: hash } });
const evil = 'origin: https://evil.example';

/** Name; what stops it; the bytes; the status; what the answer says. */
type Row = readonly [string, string, () => string, number, RegExp];

const ROWS: readonly Row[] = [
  ['a batch', 'no batching', () => json([{ query: '{ __typename }' }]), 400, /batching disabled/u],
  ['a body beyond a mebibyte', 'body-bytes', () => post(' '.repeat(1_048_577), JSON_TYPE), 413, /REQUEST_TOO_LARGE/u],
  [
    'a body that announces to be endless',
    'body-bytes',
    () => requestBytes('POST /graphql HTTP/1.1', [host(), JSON_TYPE, 'content-length: 99999999999']),
    413,
    /REQUEST_TOO_LARGE/u,
  ],
  [
    'chunks beyond a mebibyte',
    'body-bytes',
    () =>
      requestBytes(
        'POST /graphql HTTP/1.1',
        [host(), JSON_TYPE, 'transfer-encoding: chunked'],
        `100001\r\n${' '.repeat(1_048_577)}\r\n0\r\n\r\n`,
      ),
    413,
    /REQUEST_TOO_LARGE/u,
  ],
  ['a form of another page', 'CSRF', () => post(QUERY, 'content-type: text/plain', evil), 400, /CSRF/u],
  [
    'an encoded form of another page',
    'CSRF',
    () => post('query=%7B__typename%7D', 'content-type: application/x-www-form-urlencoded', evil),
    400,
    /CSRF/u,
  ],
  [
    'a form with files of another page',
    'CSRF',
    () => post('--x\r\n\r\n--x--', 'content-type: multipart/form-data; boundary=x', evil),
    400,
    /CSRF/u,
  ],
  ['a body without a type', 'CSRF', () => post(QUERY), 400, /CSRF/u],
  ['a picture of another page', 'CSRF', () => get('/graphql?query={__typename}', evil), 400, /CSRF/u],
  [
    'a mutation in a path',
    'GET is for queries',
    () =>
      get(
        `/graphql?query=${encodeURIComponent('mutation { removeShardMeta(input: {task: "t"}) { __typename } }')}`,
        'apollo-require-preflight: 1',
      ),
    405,
    /only support query/u,
  ],
  [
    'a subscription over plain HTTP',
    'transport',
    () => json({ query: 'subscription { shardLockEvents { __typename } }' }),
    400,
    /[Ss]ubscription/u,
  ],
  [
    'a question what another page may do',
    'closed CORS',
    () => requestBytes('OPTIONS /graphql HTTP/1.1', [host(), evil, 'access-control-request-method: POST']),
    400,
    /./u,
  ],
  ['another method', 'methods', () => requestBytes('DELETE /graphql HTTP/1.1', [host(), JSON_TYPE]), 405, /GET\/POST/u],
  ['a method that nobody knows', 'HTTP', () => requestBytes('FROB /graphql HTTP/1.1', [host()]), 400, /^/u],
  [
    'a zipped body',
    'encodings',
    () =>
      requestBytes(
        'POST /graphql HTTP/1.1',
        [host(), JSON_TYPE, 'content-encoding: gzip', `content-length: ${gzipSync(QUERY).length}`],
        '',
      ).concat(gzipSync(QUERY).toString('latin1')),
    400,
    /not JSON/u,
  ],
  ['what is not JSON', 'JSON', () => post('{"query": ', JSON_TYPE), 400, /INVALID_INPUT/u],
  ['null', 'JSON', () => json(null), 400, /BAD_REQUEST/u],
  ['a text', 'JSON', () => json('{ __typename }'), 400, /BAD_REQUEST/u],
  ['JSON nested without end', 'JSON', () => post(`${'['.repeat(200_000)}${']'.repeat(200_000)}`, JSON_TYPE), 400, /./u],
  ['a number as document', 'types', () => json({ query: 7 }), 400, /BAD_REQUEST/u],
  ['a list as document', 'types', () => json({ query: ['{ __typename }'] }), 400, /BAD_REQUEST/u],
  ['a text as variables', 'types', () => json({ query: '{ __typename }', variables: 'x' }), 400, /BAD_REQUEST/u],
  ['a list as operation', 'types', () => json({ query: '{ __typename }', operationName: [] }), 400, /BAD_REQUEST/u],
  ['no document', 'types', () => json({}), 400, /BAD_REQUEST/u],
  [
    'an operation that is not there',
    'documents',
    () => json({ query: 'query A { __typename }', operationName: 'B' }),
    400,
    /OPERATION_RESOLUTION/u,
  ],
  [
    'a hash of another document',
    'persisted queries',
    () => json({ query: '{ __typename }', extensions: persisted('0'.repeat(64)) }),
    400,
    /sha does not match/u,
  ],
  [
    'a hash that nobody sent a document for',
    'persisted queries',
    () => json({ extensions: persisted('0'.repeat(64)) }),
    200,
    /PERSISTED_QUERY_NOT_FOUND/u,
  ],
  [
    'a hash of another version',
    'persisted queries',
    () => json({ query: '{ __typename }', extensions: persisted('x', 9) }),
    400,
    /version/u,
  ],
  [
    'a hash that is no text',
    'persisted queries',
    () => json({ extensions: { persistedQuery: { version: 1, sha256Hash: { a: 1 } } } }),
    200,
    /PERSISTED_QUERY_NOT_FOUND/u,
  ],
  [
    'a persisted document that is too much',
    'tokens',
    () => {
      const query = `{ ${'__typename '.repeat(3_000)} }`;
      return json({ query, extensions: persisted(createHash('sha256').update(query).digest('hex')) });
    },
    400,
    /"limit":"tokens"/u,
  ],
  [
    'variables nested without end',
    'types',
    () =>
      post(
        `{"query":"query ($a: ID!) { shardTask(name: $a) { name } }","variables":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
        JSON_TYPE,
      ),
    400,
    /BAD_USER_INPUT/u,
  ],
  [
    'objects by keys nested without end',
    'types',
    () =>
      post(
        `{"query":"query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }","variables":{"r":[{"__typename":"ShardSource","id":${'['.repeat(50_000)}${']'.repeat(50_000)}}]}}`,
        JSON_TYPE,
      ),
    200,
    /representations\[0\]\.id: expected a string.*INVALID_INPUT/u,
  ],
  [
    'a representation of a type that is none',
    'types',
    () =>
      json({
        query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
        variables: { r: [{ __typename: '__proto__' }] },
      }),
    200,
    /errors/u,
  ],
  [
    'names of prototypes',
    'types',
    () => post('{"query":"{ __typename }","variables":{"__proto__":{"x":1},"constructor":1}}', JSON_TYPE),
    200,
    /"__typename"/u,
  ],
  ['a head of 20 KB', 'head', () => get('/graphql', `x: ${'x'.repeat(20_000)}`), 431, /^/u],
  ['a path of 20 KB', 'head', () => get(`/graphql?query=${'x'.repeat(20_000)}`), 431, /^/u],
  [
    'two lengths of a body',
    'HTTP',
    () => requestBytes('POST /graphql HTTP/1.1', [host(), JSON_TYPE, 'content-length: 5', 'content-length: 6'], QUERY),
    400,
    /^/u,
  ],
  [
    'a length and chunks',
    'HTTP',
    () =>
      requestBytes(
        'POST /graphql HTTP/1.1',
        [host(), JSON_TYPE, 'content-length: 5', 'transfer-encoding: chunked'],
        '0\r\n\r\n',
      ),
    400,
    /^/u,
  ],
  [
    'chunks that are none',
    'HTTP',
    () => requestBytes('POST /graphql HTTP/1.1', [host(), JSON_TYPE, 'transfer-encoding: chunked'], 'zz\r\n{}\r\n'),
    400,
    /^/u,
  ],
  ['no host', 'HTTP', () => requestBytes('GET /livez HTTP/1.1', []), 400, /^/u],
  ['bytes that are no HTTP', 'HTTP', () => '\u0016\u0003\u0001\u0002\u0000\u0001', 400, /^/u],
  [
    'a name that was made to lead here',
    'names',
    () =>
      requestBytes(
        'POST /graphql HTTP/1.1',
        [
          'host: evil.example:4000',
          'origin: http://evil.example:4000',
          JSON_TYPE,
          `content-length: ${MUTATION.length}`,
        ],
        MUTATION,
      ),
    403,
    /FORBIDDEN/u,
  ],
  [
    'a WebSocket under a name that was made to lead here',
    'names',
    () => upgrade('/graphql').replace(host(), 'host: evil.example:4000'),
    403,
    /^/u,
  ],
  ['a WebSocket of another page', 'WebSocket origin', () => upgrade('/graphql', evil), 403, /^/u],
  ['a WebSocket of a page without origin', 'WebSocket origin', () => upgrade('/graphql', 'origin: null'), 403, /^/u],
  ['a WebSocket at another path', 'paths', () => upgrade('/graphql/stream'), 404, /^/u],
  [
    'a WebSocket with a broken key',
    'HTTP',
    () => upgrade('/graphql').replace('dGhlIHNhbXBsZSBub25jZQ==', 'x'),
    400,
    /^/u,
  ],
  ['an upgrade to something else', 'HTTP', () => get('/graphql', 'connection: upgrade', 'upgrade: h2c'), 400, /^/u],
  ['a path above the root', 'paths', () => get('/graphql/../../etc/passwd'), 404, /not found/u],
  ['a path that is no path', 'paths', () => get('*'), 404, /not found/u],
  ['a stream asked for by GET', 'CSRF', () => get('/graphql/stream?query={__typename}'), 405, /POST/u],
  [
    'a stream of a form',
    'CSRF',
    () =>
      requestBytes(
        'POST /graphql/stream HTTP/1.1',
        [host(), 'content-type: text/plain', `content-length: ${QUERY.length}`],
        QUERY,
      ),
    415,
    /application\/json/u,
  ],
  [
    'a stream beyond a mebibyte',
    'body-bytes',
    () => requestBytes('POST /graphql/stream HTTP/1.1', [host(), JSON_TYPE, 'content-length: 9999999']),
    413,
    /REQUEST_TOO_LARGE/u,
  ],
  [
    'a question for traces',
    'traces',
    () => post(QUERY, JSON_TYPE, 'apollo-federation-include-trace: ftv1'),
    200,
    /^\{"data":\{"__typename":"Query"\}\}\s*$/u,
  ],
];

describe('a hostile request', () => {
  it.each(ROWS)('%s is stopped by: %s', async (_name, _stoppedBy, bytes, status, says) => {
    const answer = await sendRaw(new URL(server.url), Buffer.from(bytes(), 'latin1'));
    expect([answer.status, answer.body]).toEqual([status, expect.stringMatching(says)]);
    expect(answer.openMs).toBeLessThan(8_000);
    expect(answer.headers.get('x-powered-by')).toBeUndefined();
    expect(answer.headers.get('access-control-allow-origin')).toBeUndefined();
    expect(answer.body).not.toMatch(/node_modules|Did you mean|stacktrace/u);
  });
});
