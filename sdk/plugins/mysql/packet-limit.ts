import { LockstepError } from '../../../src/core/model/error';

/**
 * How much a server takes at once. What is larger must not be sent: the server cuts the connection off while it still comes,
 * as if it were away, and the same would be sent for ever.
 */
export interface PacketLimit {
  /** Of a statement, or of a value. */
  readonly mostBytes: number;
  /** The server as people name it. */
  readonly server: string;
}

/** What a packet has besides its statement, at most. */
const HEAD_BYTES = 16;

/** No server can be told to take more. */
const LARGEST_BYTES = 2 ** 30;

/** @param allowedBytes the server's `max_allowed_packet` */
export function limitOf(
  { host, port }: { readonly host: string; readonly port: number },
  allowedBytes: number,
): PacketLimit {
  return { mostBytes: allowedBytes - HEAD_BYTES, server: `${host}:${port}` };
}

/**
 * Refuse what is larger.
 * @param what what it is, as the beginning of a sentence
 * @throws LockstepError PACKET_TOO_LARGE with the server, the size, and the variable to raise
 */
export function checkSize(bytes: number, { mostBytes, server }: PacketLimit, what: () => string): void {
  if (bytes <= mostBytes) return;
  const wanted = 2 ** Math.ceil(Math.log2(bytes + HEAD_BYTES));
  const advice =
    wanted > LARGEST_BYTES
      ? 'no server takes so much'
      : `SET GLOBAL max_allowed_packet = ${wanted} there, and in its configuration file`;
  throw new LockstepError(
    'PACKET_TOO_LARGE',
    `${what()} takes ${bytes} bytes, and ${server} takes ${mostBytes} at once: ${advice}`,
    { server, bytes, mostBytes },
  );
}
