import type { LeaderRecord, MemberRecord } from '../model/records';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const LEADER: RecordFormat<LeaderRecord> = {
  name: 'leader record',
  version: 1,
  read: (root) => ({ id: root.field('id').text() }),
  write: ({ id }) => ({ id }),
};

const MEMBER: RecordFormat<MemberRecord> = {
  name: 'member record',
  version: 1,
  read: (root) => ({ version: root.field('version').text() }),
  write: ({ version }) => ({ version }),
};

/** Which server leads. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readLeaderRecord(text: string, where?: string): RecordReading<LeaderRecord> {
  return readRecord(text, LEADER, where);
}

/** The value of `/lockstep/leader`. */
export function writeLeaderRecord(record: LeaderRecord): string {
  return writeRecord(record, LEADER);
}

/** A server that runs. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readMemberRecord(text: string, where?: string): RecordReading<MemberRecord> {
  return readRecord(text, MEMBER, where);
}

/** The value of a member. */
export function writeMemberRecord(record: MemberRecord): string {
  return writeRecord(record, MEMBER);
}
