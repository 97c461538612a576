import { ConflictStages } from '../model/conflict-stage';
import { ErrorCatalogue } from '../model/error-catalogue';
import type { ErrorCode } from '../model/error-catalogue';
import { unreachable } from '../model/invariant';
import type { LockEvent, Participant } from '../model/lock-event';
import type { LockId } from '../model/lock-id';
import type { Mode } from '../model/mode';
import { parseSourceId, parseTaskName, parseUpstreamTable } from '../model/names';
import type { SourceId, TaskName } from '../model/names';
import { parseRevision } from '../model/revision';
import type { Revision } from '../model/revision';
import { parseStoredLockId } from './dm-lock-id';
import type { JsonValue } from './json-reader';
import type { JsonData } from './lockstep-records';

/** The kinds of events; a new one needs a new version of the journal's format. */
export const LOCK_EVENT_KINDS = [
  'LockCreated',
  'InfoReceived',
  'ConflictDetected',
  'OperationPut',
  'OperationDone',
  'LockSynced',
  'LockResolved',
  'LockUnlocked',
  'LockBroken',
  'TableAdded',
  'TableRemoved',
  'MetaRemoved',
  'WorkerOnline',
  'WorkerOffline',
  'Divergence',
] as const satisfies readonly LockEvent['kind'][];

/** An event of the journal. @throws LockstepError UNREADABLE_VALUE with the place of the fault */
export function readLockEvent(event: JsonValue): LockEvent {
  const kind = event.field('kind').oneOf(LOCK_EVENT_KINDS);
  switch (kind) {
    case 'LockCreated':
      return {
        ...readLock(event),
        kind,
        by: readParticipant(event.field('by')),
        ddls: readTexts(event.field('ddls')),
      };
    case 'InfoReceived':
      return {
        ...readLock(event),
        kind,
        participant: readParticipant(event.field('participant')),
        ddls: readTexts(event.field('ddls')),
        infoRevision: readRevision(event.field('infoRevision')),
      };
    case 'ConflictDetected':
      return {
        ...readLock(event),
        kind,
        participant: readParticipant(event.field('participant')),
        code: readErrorCode(event.field('code')),
        message: event.field('message').text(),
        ddls: readTexts(event.field('ddls')),
      };
    case 'OperationPut':
      return {
        ...readLock(event),
        kind,
        participant: readParticipant(event.field('participant')),
        ddls: readTexts(event.field('ddls')),
        exec: event.field('exec').nullable((exec) => exec.boolean()),
        stage: event.field('stage').nullable((stage) => stage.oneOf(ConflictStages)),
        message: event.field('message').text(),
      };
    case 'OperationDone':
    case 'TableAdded':
    case 'TableRemoved':
      return { ...readLock(event), kind, participant: readParticipant(event.field('participant')) };
    case 'LockSynced':
    case 'LockResolved':
      return { ...readLock(event), kind };
    case 'LockUnlocked':
      return {
        ...readLock(event),
        kind,
        actionId: event.field('actionId').text(),
        participants: event.field('participants').list(readParticipant),
      };
    case 'LockBroken':
      return {
        ...readLock(event),
        kind,
        actionId: event.field('actionId').text(),
        participant: readParticipant(event.field('participant')),
        exec: event.field('exec').boolean(),
      };
    case 'MetaRemoved':
      return {
        kind,
        task: readTask(event),
        sources: event.field('sources').list((source) => source.parsed(parseSourceId)),
        actionId: event.field('actionId').text(),
      };
    case 'WorkerOnline':
    case 'WorkerOffline':
      return { kind, task: readTask(event), source: readSource(event), worker: event.field('worker').text() };
    case 'Divergence':
      return {
        kind,
        task: readTask(event),
        lockId: event.field('lockId').parsed(parseStoredLockId),
        participant: readParticipant(event.field('participant')),
        message: event.field('message').text(),
      };
    default:
      return unreachable(kind);
  }
}

/** An event as the journal stores it: its fields as they are. */
export function writeLockEvent(event: LockEvent): JsonData {
  const { kind, task, ...fields } = event;
  if ('participants' in fields)
    return { kind, task, ...fields, participants: fields.participants.map(writeParticipant) };
  if ('participant' in fields) return { kind, task, ...fields, participant: writeParticipant(fields.participant) };
  if ('by' in fields) return { kind, task, ...fields, by: writeParticipant(fields.by) };
  return { kind, task, ...fields };
}

function writeParticipant({ source, table }: Participant): JsonData {
  return { source, table: table === null ? null : { schema: table.schema, table: table.table } };
}

/** The table's source is the participant's, so it isn't stored twice. */
function readParticipant(value: JsonValue): Participant {
  const source = readSource(value);
  const table = value.field('table').nullable((names) => {
    const schema = names.field('schema').text();
    return names.convert(() => parseUpstreamTable(source, schema, names.field('table').text()));
  });
  return { source, table };
}

function readLock(event: JsonValue): { task: TaskName; lockId: LockId; incarnation: Revision; mode: Mode } {
  return {
    task: readTask(event),
    lockId: event.field('lockId').parsed(parseStoredLockId),
    incarnation: readRevision(event.field('incarnation')),
    mode: event.field('mode').oneOf(['optimistic', 'pessimistic']),
  };
}

function readTask(value: JsonValue): TaskName {
  return value.field('task').parsed(parseTaskName);
}

function readSource(value: JsonValue): SourceId {
  return value.field('source').parsed(parseSourceId);
}

function readRevision(value: JsonValue): Revision {
  return parseRevision(value.count());
}

function readTexts(value: JsonValue): string[] {
  return value.list((text) => text.text());
}

function readErrorCode(value: JsonValue): ErrorCode {
  const text = value.text();
  return isErrorCode(text) ? text : value.fail(`unknown error code ${text}`);
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ErrorCatalogue, text);
}
