import { crc32 } from 'node:zlib';
import { brokenEvent } from './byte-reader';

/** The kinds of events that are looked at, by their numbers in the log. */
export const EventType = {
  query: 2,
  rotate: 4,
  formatDescription: 15,
  xid: 16,
  tableMap: 19,
  writeRowsV1: 23,
  updateRowsV1: 24,
  deleteRowsV1: 25,
  incident: 26,
  heartbeat: 27,
  writeRows: 30,
  updateRows: 31,
  deleteRows: 32,
  gtid: 33,
  anonymousGtid: 34,
  xaPrepare: 38,
  partialUpdateRows: 39,
  transactionPayload: 40,
  gtidTagged: 42,
  mariadbGtid: 162,
  mariadbStartEncryption: 164,
  mariadbQueryCompressed: 165,
  mariadbWriteRowsCompressedV1: 166,
  mariadbUpdateRowsCompressedV1: 167,
  mariadbDeleteRowsCompressedV1: 168,
  mariadbWriteRowsCompressed: 169,
  mariadbUpdateRowsCompressed: 170,
  mariadbDeleteRowsCompressed: 171,
} as const;

/** One event as the log has it. */
export interface LogEvent {
  /** An `EventType`, or a number that nobody here looks at. */
  readonly type: number;
  /** When it was executed, milliseconds since 1970; 0: it was made for this connection. */
  readonly atMs: number;
  readonly serverId: number;
  /** Its bytes in the log, with header and checksum. */
  readonly size: number;
  /** The place behind it in its file; 0: it isn't in the file. */
  readonly end: number;
  /** Behind the header, without the checksum: a view. */
  readonly body: Buffer;
}

const HEADER_BYTES = 19;
const CHECKSUM_BYTES = 4;

/**
 * Take an event apart.
 * @param hasChecksum whether a CRC-32 follows it; it is compared
 * @throws LockstepError PLUGIN_FAILED if it is too short, or damaged
 */
export function parseEvent(bytes: Buffer, hasChecksum: boolean): LogEvent {
  if (bytes.length < HEADER_BYTES + (hasChecksum ? CHECKSUM_BYTES : 0)) throw brokenEvent('it is too short');
  const content = hasChecksum ? bytes.length - CHECKSUM_BYTES : bytes.length;
  if (hasChecksum && crc32(bytes.subarray(0, content)) !== bytes.readUInt32LE(content))
    throw brokenEvent('its checksum is wrong');
  return {
    atMs: bytes.readUInt32LE(0) * 1_000,
    type: bytes.readUInt8(4),
    serverId: bytes.readUInt32LE(5),
    size: bytes.readUInt32LE(9),
    end: bytes.readUInt32LE(13),
    body: bytes.subarray(HEADER_BYTES, content),
  };
}

/**
 * Whether the events behind a format description end with a checksum: the byte before its own checksum says so, which it
 * always has.
 * @param formatDescription read as if it had none
 */
export function usesChecksums({ body }: LogEvent): boolean {
  return body[body.length - 1 - CHECKSUM_BYTES] === 1;
}
