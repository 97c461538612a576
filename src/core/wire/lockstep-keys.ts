import { LockstepError } from '../model/error';
import { invariant, unreachable } from '../model/invariant';
import type { LockId } from '../model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../model/names';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../model/names';
import { parseStoredLockId } from './dm-lock-id';
import { joinKey, splitKey } from './key-parts';
import type { KeyLayout } from './key-parts';

/** Everything that this project stores beyond DM's layout stands under this prefix. */
export const LOCKSTEP_PREFIX = '/lockstep/';

/** The election key of the coordinator that leads; other keys of an election stand below it. */
export const LOCKSTEP_LEADER_KEY = `${LOCKSTEP_PREFIX}leader`;

/** Up to which revision everything that followed from the changes is written. */
export const LOCKSTEP_SETTLED_KEY = `${LOCKSTEP_PREFIX}settled`;

/** A key of this project's own records, taken apart. */
export type LockstepKey =
  | { readonly kind: 'task'; readonly task: TaskName }
  | { readonly kind: 'session'; readonly task: TaskName; readonly source: SourceId }
  /** Source tables of pessimistic SDK workers; DM has none for that mode. */
  | { readonly kind: 'source-tables'; readonly task: TaskName; readonly source: SourceId }
  | { readonly kind: 'initial-schema'; readonly task: TaskName; readonly table: UpstreamTable }
  /** On which the tables of a target agreed when their last lock ended. */
  | { readonly kind: 'agreed-schema'; readonly task: TaskName; readonly target: DownstreamTable }
  /** Under the lock's ID, so that the records of a lock go with it in one deletion. */
  | { readonly kind: 'decision'; readonly lockId: LockId; readonly table: UpstreamTable }
  | { readonly kind: 'lock'; readonly lockId: LockId }
  /** That schemas of a task's tables are read from its downstream. */
  | { readonly kind: 'downstream'; readonly task: TaskName }
  /** The sources of a pessimistic lock. */
  | { readonly kind: 'lock-sources'; readonly lockId: LockId }
  /** What a source of a pessimistic lock has done and was told; under the lock's ID, like decisions. */
  | { readonly kind: 'participant'; readonly lockId: LockId; readonly source: SourceId }
  /** That a source reported other DDLs than its lock's; under the lock's ID. */
  | { readonly kind: 'ddl-conflict'; readonly lockId: LockId; readonly source: SourceId }
  /** The last report of a table, so that a repeated one is recognised. */
  | { readonly kind: 'attempt'; readonly task: TaskName; readonly table: UpstreamTable }
  /** The last report of a source (pessimistic). */
  | { readonly kind: 'source-attempt'; readonly task: TaskName; readonly source: SourceId }
  /** Why a table's operation couldn't be carried out. */
  | { readonly kind: 'failure'; readonly task: TaskName; readonly table: UpstreamTable }
  /** Why a source's operation couldn't be carried out (pessimistic). */
  | { readonly kind: 'source-failure'; readonly task: TaskName; readonly source: SourceId }
  | { readonly kind: 'status'; readonly task: TaskName; readonly source: SourceId }
  | { readonly kind: 'break'; readonly task: TaskName; readonly source: SourceId }
  | { readonly kind: 'action'; readonly id: string }
  /** That a server runs on this store. */
  | { readonly kind: 'member'; readonly id: string }
  | { readonly kind: 'journal'; readonly sequence: number }
  | { readonly kind: 'leader' }
  | { readonly kind: 'settled' };

/** One of this project's kinds of keys. */
export type LockstepKeyKind = LockstepKey['kind'];

/** The kinds whose keys are a path and hex parts; the others are written otherwise. */
type PartedKind = Exclude<LockstepKeyKind, 'journal' | 'leader' | 'settled'>;

const LAYOUTS: Readonly<Record<PartedKind, KeyLayout>> = {
  task: { path: `${LOCKSTEP_PREFIX}task/`, parts: 1 },
  downstream: { path: `${LOCKSTEP_PREFIX}downstream/`, parts: 1 },
  session: { path: `${LOCKSTEP_PREFIX}session/`, parts: 2 },
  'source-tables': { path: `${LOCKSTEP_PREFIX}source-tables/`, parts: 2 },
  'initial-schema': { path: `${LOCKSTEP_PREFIX}initial-schema/`, parts: 4 },
  'agreed-schema': { path: `${LOCKSTEP_PREFIX}agreed-schema/`, parts: 3 },
  decision: { path: `${LOCKSTEP_PREFIX}decision/`, parts: 4 },
  lock: { path: `${LOCKSTEP_PREFIX}lock/`, parts: 1 },
  'lock-sources': { path: `${LOCKSTEP_PREFIX}lock-sources/`, parts: 1 },
  participant: { path: `${LOCKSTEP_PREFIX}participant/`, parts: 2 },
  'ddl-conflict': { path: `${LOCKSTEP_PREFIX}ddl-conflict/`, parts: 2 },
  attempt: { path: `${LOCKSTEP_PREFIX}attempt/`, parts: 4 },
  'source-attempt': { path: `${LOCKSTEP_PREFIX}source-attempt/`, parts: 2 },
  failure: { path: `${LOCKSTEP_PREFIX}failure/`, parts: 4 },
  'source-failure': { path: `${LOCKSTEP_PREFIX}source-failure/`, parts: 2 },
  status: { path: `${LOCKSTEP_PREFIX}status/`, parts: 2 },
  break: { path: `${LOCKSTEP_PREFIX}break/`, parts: 2 },
  action: { path: `${LOCKSTEP_PREFIX}action/`, parts: 1 },
  member: { path: `${LOCKSTEP_PREFIX}member/`, parts: 1 },
};

const PARTED_KINDS: readonly PartedKind[] = [
  'task',
  'downstream',
  'session',
  'source-tables',
  'initial-schema',
  'agreed-schema',
  'decision',
  'lock',
  'lock-sources',
  'participant',
  'ddl-conflict',
  'attempt',
  'source-attempt',
  'failure',
  'source-failure',
  'status',
  'break',
  'action',
  'member',
];

/** The prefix of all journal records; the order of their keys is the order of their numbers. */
export const JOURNAL_PREFIX = `${LOCKSTEP_PREFIX}journal/`;

/** Digits of a sequence number in a key: as many as the largest safe integer has. */
const SEQUENCE_DIGITS = 16;

/** The key's text. @throws LockstepError INVALID_INPUT if the ID of an action or a member is empty */
export function formatLockstepKey(key: LockstepKey): string {
  switch (key.kind) {
    case 'leader':
      return LOCKSTEP_LEADER_KEY;
    case 'settled':
      return LOCKSTEP_SETTLED_KEY;
    case 'journal':
      invariant(Number.isSafeInteger(key.sequence) && key.sequence >= 0, 'journal sequences count from 0');
      return JOURNAL_PREFIX + String(key.sequence).padStart(SEQUENCE_DIGITS, '0');
    default:
      return joinKey(LAYOUTS[key.kind], partsOf(key));
  }
}

/**
 * The prefix under which all keys of `kind` with these first parts stand, in the order of the key; it ends with `/`,
 * and with all parts it is the key itself.
 * @throws LockstepError INVALID_INPUT if a part is empty or there are too many
 */
export function lockstepPrefix(kind: PartedKind, ...parts: readonly string[]): string {
  return joinKey(LAYOUTS[kind], parts);
}

/**
 * A key taken apart; null if it isn't of one of these kinds: a newer version may store others.
 * @throws LockstepError UNREADABLE_VALUE with the key, if its kind is known and its parts aren't of that kind's form
 */
export function parseLockstepKey(text: string): LockstepKey | null {
  if (text === LOCKSTEP_LEADER_KEY) return { kind: 'leader' };
  if (text === LOCKSTEP_SETTLED_KEY) return { kind: 'settled' };
  try {
    if (text.startsWith(JOURNAL_PREFIX))
      return { kind: 'journal', sequence: parseSequence(text.slice(JOURNAL_PREFIX.length)) };
    const kind = PARTED_KINDS.find((candidate) => text.startsWith(LAYOUTS[candidate].path));
    return kind === undefined ? null : keyOf(kind, splitKey(LAYOUTS[kind], text));
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    throw new LockstepError('UNREADABLE_VALUE', `key ${text}: ${error.message}`, { where: text, path: '' });
  }
}

function parseSequence(digits: string): number {
  const sequence = /^\d{16}$/u.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isSafeInteger(sequence)) return sequence;
  throw new LockstepError('INVALID_INPUT', `expected a sequence number of ${SEQUENCE_DIGITS} digits`);
}

function partsOf(key: Extract<LockstepKey, { kind: PartedKind }>): readonly string[] {
  switch (key.kind) {
    case 'task':
    case 'downstream':
      return [key.task];
    case 'session':
    case 'source-tables':
    case 'break':
    case 'source-attempt':
    case 'source-failure':
    case 'status':
      return [key.task, key.source];
    case 'initial-schema':
    case 'attempt':
    case 'failure':
      return [key.task, key.table.source, key.table.schema, key.table.table];
    case 'agreed-schema':
      return [key.task, key.target.schema, key.target.table];
    case 'decision':
      return [key.lockId, key.table.source, key.table.schema, key.table.table];
    case 'lock':
    case 'lock-sources':
      return [key.lockId];
    case 'participant':
    case 'ddl-conflict':
      return [key.lockId, key.source];
    case 'action':
    case 'member':
      return [key.id];
    default:
      return unreachable(key);
  }
}

/** `splitKey` has counted the parts and found none empty, so the defaults here are never taken. */
function keyOf(kind: PartedKind, [first = '', second = '', third = '', fourth = '']: readonly string[]): LockstepKey {
  switch (kind) {
    case 'task':
    case 'downstream':
      return { kind, task: parseTaskName(first) };
    case 'session':
    case 'source-tables':
    case 'break':
    case 'source-attempt':
    case 'source-failure':
    case 'status':
      return { kind, task: parseTaskName(first), source: parseSourceId(second) };
    case 'initial-schema':
    case 'attempt':
    case 'failure':
      return { kind, task: parseTaskName(first), table: parseUpstreamTable(second, third, fourth) };
    case 'agreed-schema':
      return { kind, task: parseTaskName(first), target: parseDownstreamTable(second, third) };
    case 'decision':
      return { kind, lockId: parseStoredLockId(first), table: parseUpstreamTable(second, third, fourth) };
    case 'lock':
    case 'lock-sources':
      return { kind, lockId: parseStoredLockId(first) };
    case 'participant':
    case 'ddl-conflict':
      return { kind, lockId: parseStoredLockId(first), source: parseSourceId(second) };
    case 'action':
    case 'member':
      return { kind, id: first };
    default:
      return unreachable(kind);
  }
}
