import { LockstepError } from '../../core/model/error';
import type { Flag } from '../grammar/command';
import type { Options } from '../grammar/options';
import { readNamedFile } from '../grammar/read-file';
import type { Io } from '../io';
import { ApiClient } from './api-client';
import type { Connection } from './api-client';

/** The path of GraphQL on a server. */
const GRAPHQL_PATH = '/graphql';

/** The flags of every command that asks a server. */
export const CONNECTION_FLAGS: readonly Flag[] = [
  {
    name: 'server',
    kind: 'text',
    value: 'URL',
    help: 'the server to ask',
    variable: 'LOCKSTEP_SERVER',
    setting: 'server',
    initial: 'http://127.0.0.1:4000',
  },
  {
    name: 'token-file',
    kind: 'text',
    value: 'FILE',
    help: 'a file with the token that says who you are',
    variable: 'LOCKSTEP_TOKEN_FILE',
    setting: 'token-file',
  },
];

/** The server that a command asks. @throws LockstepError INVALID_INPUT for a bad address or a token that can't be read */
export function connect(options: Options, io: Io): ApiClient {
  return new ApiClient(connectionOf(options), io.interrupted);
}

/** @throws LockstepError INVALID_INPUT */
export function connectionOf(options: Options): Connection {
  const file = options.text('token-file');
  return { url: parseServer(options.textOr('server', '')), token: file === null ? null : readToken(file) };
}

/** An address without a path is completed; `127.0.0.1:4000` is enough. */
function parseServer(text: string): URL {
  const whole = /^[a-z]+:\/\//iu.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || text.includes('@')) {
    // What stands before an @ may be a password, which no terminal should show once more.
    const what = text.includes('@') ? 'without a user: name a --token-file instead' : `not ${JSON.stringify(text)}`;
    const message = `--server is an address like http://127.0.0.1:4000, ${what}`;
    throw new LockstepError('INVALID_INPUT', message, { field: 'server' });
  }
  if (url.pathname === '/') url.pathname = GRAPHQL_PATH;
  return url;
}

function readToken(file: string): string {
  const token = readNamedFile(file, 'the token file', 'token-file').trim();
  if (/^[\x21-\x7e]+$/u.test(token)) return token;
  const message = `the token file ${file} can't be used: it holds no token, or more than one line`;
  throw new LockstepError('INVALID_INPUT', message, { field: 'token-file' });
}
