import { LockstepError } from '../../../src/core/model/error';
import { memberOf } from '../../../src/core/model/member-of';

/** What a server refused, or that it couldn't be reached, by the number and the name that it has for it. */
export class ServerError extends Error {
  override readonly name = 'ServerError';

  constructor(
    message: string,
    /** MySQL's number; 0: the connection, not the server, says it. */
    readonly number: number,
    /** The name of the number, or of what befell the connection. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** Numbers by which a server says that it goes, or ends a connection. */
const GOING: ReadonlySet<number> = new Set([1040, 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1927, 4031]);

/** Whether the same may work on a new connection: the server is away, or goes. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof ServerError && (error.number === 0 || GOING.has(error.number));
}

/** Numbers of locks that couldn't be had: the transaction was undone, and may be tried again. */
const LOCKED: ReadonlySet<number> = new Set([1205, 1213, 1020, 8002, 8022, 9007]);

/** Whether a transaction gave way to another one. */
export function isLockConflict(error: unknown): boolean {
  return error instanceof ServerError && LOCKED.has(error.number);
}

/** Numbers for a table, or database, that isn't there. */
const MISSING: ReadonlySet<number> = new Set([1049, 1146]);

/** Whether there is no such table. */
export function isMissing(error: unknown): boolean {
  return error instanceof ServerError && MISSING.has(error.number);
}

/** "Got a packet bigger than 'max_allowed_packet' bytes", if the server comes to say it before it cuts the connection off. */
const PACKET_TOO_LARGE = 1153;

/** What `mysql2` throws, as an error of this room; others as they are. */
export function plainError(error: unknown): Error {
  if (error instanceof LockstepError || error instanceof ServerError) return error;
  const number = memberOf(error, 'errno');
  const code = memberOf(error, 'code');
  const message = memberOf(error, 'message');
  if (typeof code !== 'string') return error instanceof Error ? error : new Error(String(error));
  // Of a socket's error the number is the system's, and negative.
  const isServers = typeof number === 'number' && number >= 1_000;
  const text = typeof message === 'string' && message !== '' ? message : code;
  if (number === PACKET_TOO_LARGE) return new LockstepError('PACKET_TOO_LARGE', `the server refuses: ${text}`);
  return new ServerError(text, isServers ? number : 0, code);
}
