import type { ActionFailure, ActionInput, ActionProgress, ActionRecord, ActionResult } from '../model/action';
import { ErrorCatalogue } from '../model/error-catalogue';
import type { ErrorCode } from '../model/error-catalogue';
import type { ErrorFields } from '../model/error';
import { unreachable } from '../model/invariant';
import { parseSourceId, parseTaskName, parseUpstreamTable } from '../model/names';
import type { SourceId, UpstreamTable } from '../model/names';
import { parseRevision } from '../model/revision';
import type { Revision } from '../model/revision';
import { parseStoredLockId } from './dm-lock-id';
import type { JsonValue } from './json-reader';
import type { JsonData, RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<ActionRecord> = {
  name: 'action record',
  version: 1,
  keyOf: ({ id }) => ({ kind: 'action', id }),
  read: (root) => ({
    id: root.field('id').text(),
    input: readInput(root.field('input')),
    actor: root.field('actor').text(),
    reason: root.field('reason').text(),
    state: root.field('state').oneOf(['asked', 'running', 'done', 'failed', 'expired']),
    askedAtMs: root.field('askedAtMs').count(),
    deadlineMs: root.field('deadlineMs').nullable((time) => time.count()),
    progress: root.field('progress').nullable(readProgress),
    result: root.field('result').nullable(readResult),
    endedAtMs: root.field('endedAtMs').nullable((time) => time.count()),
  }),
  write: ({ input, progress, result, ...record }) => ({
    ...record,
    input: plain(input),
    progress: progress === null ? null : plain(progress),
    result: result === null ? null : plain(result),
  }),
};

/** A manual action. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readActionRecord(text: string, where?: string): RecordReading<ActionRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/action/`. */
export function writeActionRecord(record: ActionRecord): string {
  return writeRecord(record, FORMAT);
}

/** The parts of an action are plain data already; only their static type doesn't say so. */
function plain(value: ActionInput | ActionProgress | ActionResult): { readonly [name: string]: JsonData } {
  return Object.fromEntries(Object.entries(value));
}

const INPUT_KINDS = [
  'put-task',
  'unlock-optimistic',
  'unlock-pessimistic',
  'break',
  'remove-meta',
  'exclude-source',
  'retry-info',
] as const satisfies readonly ActionInput['kind'][];

function readInput(value: JsonValue): ActionInput {
  const kind = value.field('kind').oneOf(INPUT_KINDS);
  const task = (): ReturnType<typeof parseTaskName> => value.field('task').parsed(parseTaskName);
  const source = (): SourceId => value.field('source').parsed(parseSourceId);
  const incarnation = (): Revision | null =>
    value.field('ifIncarnation').nullable((field) => parseRevision(field.count()));
  switch (kind) {
    case 'put-task':
      return {
        kind,
        task: task(),
        mode: value.field('mode').oneOf(['optimistic', 'pessimistic']),
        sources: readSources(value.field('sources')),
      };
    case 'unlock-optimistic':
      return {
        kind,
        lockId: value.field('lockId').parsed(parseStoredLockId),
        ifIncarnation: incarnation(),
        tables: value.field('tables').list(readTable),
        sources: readSources(value.field('sources')),
        exec: value.field('exec').boolean(),
        force: value.field('force').boolean(),
      };
    case 'unlock-pessimistic':
      return {
        kind,
        lockId: value.field('lockId').parsed(parseStoredLockId),
        ifIncarnation: incarnation(),
        owner: value.field('owner').nullable((field) => field.parsed(parseSourceId)),
        sources: readSources(value.field('sources')),
        forceRemove: value.field('forceRemove').boolean(),
        waitMs: value.field('waitMs').count(),
      };
    case 'break':
      return {
        kind,
        task: task(),
        source: source(),
        exec: value.field('exec').boolean(),
        removeId: value.field('removeId').nullable((field) => field.parsed(parseStoredLockId)),
        ifIncarnation: incarnation(),
        force: value.field('force').boolean(),
        waitMs: value.field('waitMs').count(),
      };
    case 'remove-meta':
      return {
        kind,
        task: task(),
        sources: readSources(value.field('sources')),
        force: value.field('force').boolean(),
      };
    case 'exclude-source':
      return { kind, task: task(), source: source(), undo: value.field('undo').boolean() };
    case 'retry-info':
      return { kind, task: task(), source: source(), table: value.field('table').nullable(readTable) };
    default:
      return unreachable(kind);
  }
}

const PROGRESS_KINDS = [
  'unlocking',
  'waiting-for-owner',
  'waiting-for-others',
  'removing',
  'waiting-for-source',
] as const satisfies readonly ActionProgress['kind'][];

function readProgress(value: JsonValue): ActionProgress {
  const kind = value.field('kind').oneOf(PROGRESS_KINDS);
  const incarnation = (): Revision => parseRevision(value.field('incarnation').count());
  const owner = (): SourceId => value.field('owner').parsed(parseSourceId);
  switch (kind) {
    case 'unlocking':
      return { kind, released: value.field('released').count() };
    case 'waiting-for-owner':
      return {
        kind,
        incarnation: incarnation(),
        owner: owner(),
        forced: readSources(value.field('forced')),
        replaced: value.field('replaced').nullable((field) => field.parsed(parseSourceId)),
      };
    case 'waiting-for-others':
      return {
        kind,
        incarnation: incarnation(),
        owner: owner(),
        others: readSources(value.field('others')),
        ownerFailure: value.field('ownerFailure').nullable(readFailure),
      };
    case 'removing':
      return {
        kind,
        sources: value.field('sources').count(),
        lockId: value.field('lockId').nullable((field) => field.parsed(parseStoredLockId)),
      };
    case 'waiting-for-source':
      return { kind, lockId: value.field('lockId').parsed(parseStoredLockId) };
    default:
      return unreachable(kind);
  }
}

function readResult(value: JsonValue): ActionResult {
  return {
    failure: value.field('failure').nullable(readFailure),
    workers: value.field('workers').list((worker) => ({
      source: worker.field('source').parsed(parseSourceId),
      failure: worker.field('failure').nullable(readFailure),
    })),
    changes: value.field('changes').list((change) => change.text()),
  };
}

function readFailure(value: JsonValue): ActionFailure {
  const code = value.field('code').text();
  const known = errorCodes().find((candidate) => candidate === code);
  const fields = value.field('fields').map(readErrorField);
  return {
    code: known ?? value.field('code').fail(`unknown error code ${code}`),
    message: value.field('message').text(),
    fields: Object.fromEntries(fields),
  };
}

function readErrorField(value: JsonValue): ErrorFields[string] {
  if (!value.isPresent) return null;
  if (value.isNumber) return value.integer();
  if (value.is(true) || value.is(false)) return value.boolean();
  return value.isList ? value.list((text) => text.text()) : value.text();
}

function errorCodes(): ErrorCode[] {
  return Object.keys(ErrorCatalogue).filter((code): code is ErrorCode => code in ErrorCatalogue);
}

function readTable(value: JsonValue): UpstreamTable {
  return value.convert(() =>
    parseUpstreamTable(value.field('source').text(), value.field('schema').text(), value.field('table').text()),
  );
}

function readSources(value: JsonValue): SourceId[] {
  return value.list((source) => source.parsed(parseSourceId));
}
