import type { Brand } from './brand';
import { LockstepError } from './error';

/** The name of one merge job. */
export type TaskName = Brand<string, 'TaskName'>;

/** The ID of one upstream database instance, for example `mysql-replica-01`. */
export type SourceId = Brand<string, 'SourceId'>;

/** A table that shards are merged into. */
export interface DownstreamTable {
  readonly schema: string;
  readonly table: string;
}

/** A shard: one table of one source. */
export interface UpstreamTable {
  readonly source: SourceId;
  readonly schema: string;
  readonly table: string;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Bytes of a name as UTF-8: MySQL's longest names have 64 characters of three bytes. A key holds up to seven names in hex, a
 * backquote in one doubled, and a store takes keys of 4,000 bytes at most: a longer name would make writes that can't be done.
 */
const LONGEST_BYTES = 200;

/** The text itself if it can be part of a key: not empty (deviation P15), not too long, without NUL and half characters. @throws LockstepError INVALID_INPUT */
function keyPart(what: string, text: string): string {
  if (text === '') throw new LockstepError('INVALID_INPUT', `${what} must not be empty`, { field: what });
  if (text.includes('\0')) throw new LockstepError('INVALID_INPUT', `${what} must not contain NUL`, { field: what });
  // As UTF-8 all of these would be one text.
  if (LONE_SURROGATE.test(text)) {
    throw new LockstepError('INVALID_INPUT', `${what} contains half of a character`, { field: what });
  }
  // No unit has more than three bytes, so most names need no counting.
  if (text.length * 3 > LONGEST_BYTES && bytesOf(text) > LONGEST_BYTES) {
    const message = `${what} has ${bytesOf(text)} bytes; at most ${LONGEST_BYTES} are possible`;
    throw new LockstepError('INVALID_INPUT', message, { field: what });
  }
  return text;
}

/** Bytes of a text without half characters as UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A task name; any text that isn't empty and can be part of a key. @throws LockstepError INVALID_INPUT */
export function parseTaskName(text: string): TaskName {
  return keyPart('task', text) as TaskName;
}

/** A source ID; any text that isn't empty and can be part of a key. @throws LockstepError INVALID_INPUT */
export function parseSourceId(text: string): SourceId {
  return keyPart('source', text) as SourceId;
}

/** A downstream table; both names not empty. @throws LockstepError INVALID_INPUT */
export function parseDownstreamTable(schema: string, table: string): DownstreamTable {
  return { schema: keyPart('downstream schema', schema), table: keyPart('downstream table', table) };
}

/** An upstream table; all names not empty. @throws LockstepError INVALID_INPUT */
export function parseUpstreamTable(source: string, schema: string, table: string): UpstreamTable {
  return {
    source: parseSourceId(source),
    schema: keyPart('upstream schema', schema),
    table: keyPart('upstream table', table),
  };
}
