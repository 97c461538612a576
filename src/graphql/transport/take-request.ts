import type { IncomingMessage, ServerResponse } from 'node:http';
import { LockstepError } from '../../core/model/error';
import type { Authenticator } from '../../identity/authenticator';
import { Asker } from '../access/asker';
import { readBody } from './http-body';
import { sendError } from './send-error';

/** Whose requests are taken, and how long they may be. */
export interface TakeOptions {
  readonly authenticator: Authenticator;
  /** Told of a request of nobody that is known. */
  readonly onStranger?: (request: IncomingMessage) => void;
  /** The largest body that is taken. */
  readonly maxBodyBytes: number;
}

/** Who asks, and the body of what he asks. Null: the request was answered with why not, or nobody is left to answer. */
export async function takeRequest(
  { authenticator, onStranger, maxBodyBytes }: TakeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ readonly asker: Asker; readonly text: string } | null> {
  const asker = await identify(authenticator, request, response);
  if (asker === null) {
    onStranger?.(request);
    return null;
  }
  const read = await readBody(request, maxBodyBytes);
  if (read.kind === 'text') return { asker, text: read.text };
  if (read.kind === 'too-large') {
    // The rest of the body isn't read, so the connection can't be used again.
    response.setHeader('connection', 'close');
    sendError(response, 413, 'REQUEST_TOO_LARGE', `the body has more than ${maxBodyBytes} bytes`);
  }
  return null;
}

async function identify(
  authenticator: Authenticator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Asker | null> {
  try {
    return await Asker.of(authenticator, request, undefined);
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'UNAUTHENTICATED') throw error;
    // What wasn't read of the body would be taken for the next request.
    response.setHeader('connection', 'close');
    response.setHeader('www-authenticate', 'Bearer');
    sendError(response, 401, error.code, error.message);
    return null;
  }
}
