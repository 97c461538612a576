import { LockstepError } from '../model/error';
import { unreachable } from '../model/invariant';
import type { LockId } from '../model/lock-id';
import { parseSourceId, parseTaskName, parseUpstreamTable } from '../model/names';
import type { SourceId, TaskName, UpstreamTable } from '../model/names';
import { parseStoredLockId } from './dm-lock-id';
import { joinKey, splitKey, splitPrefix } from './key-parts';
import type { KeyLayout } from './key-parts';

/** A key of DM's layout (5-wire-format.md), taken apart. */
export type DmKey =
  | { readonly kind: 'optimistic-source-tables'; readonly task: TaskName; readonly source: SourceId }
  | { readonly kind: 'optimistic-info'; readonly task: TaskName; readonly table: UpstreamTable }
  | { readonly kind: 'optimistic-operation'; readonly task: TaskName; readonly table: UpstreamTable }
  | {
      readonly kind: 'dropped-column';
      readonly lockId: LockId;
      /** As written in the DDL. */
      readonly column: string;
      readonly table: UpstreamTable;
    }
  | { readonly kind: 'pessimistic-info'; readonly task: TaskName; readonly source: SourceId }
  | { readonly kind: 'pessimistic-operation'; readonly task: TaskName; readonly source: SourceId }
  | { readonly kind: 'subtask'; readonly source: SourceId; readonly task: TaskName }
  | { readonly kind: 'registered-worker'; readonly worker: string }
  | { readonly kind: 'alive-worker'; readonly worker: string }
  | { readonly kind: 'bound-worker'; readonly worker: string };

/** One of DM's kinds of keys. */
export type DmKeyKind = DmKey['kind'];

/** While any key with this prefix exists a dm-master lives, and a server of this project may only observe. */
export const DM_LEADER_PREFIX = '/dm-master/leader';

/** Where each kind of keys stands. */
const LAYOUTS: Readonly<Record<DmKeyKind, KeyLayout>> = {
  'optimistic-source-tables': { path: '/dm-master/shardddl-optimism/source-tables/', parts: 2 },
  'optimistic-info': { path: '/dm-master/shardddl-optimism/info/', parts: 4 },
  'optimistic-operation': { path: '/dm-master/shardddl-optimism/operation/', parts: 4 },
  'dropped-column': { path: '/dm-master/shardddl-optimism/dropped-columns/', parts: 5 },
  'pessimistic-info': { path: '/dm-master/shardddl-pessimism/info/', parts: 2 },
  'pessimistic-operation': { path: '/dm-master/shardddl-pessimism/operation/', parts: 2 },
  subtask: { path: '/dm-master/upstream/subtask/', parts: 2 },
  'registered-worker': { path: '/dm-worker/r/', parts: 1 },
  'alive-worker': { path: '/dm-worker/a/', parts: 1 },
  'bound-worker': { path: '/dm-master/bound-worker/', parts: 1 },
};

/** DM's kinds of keys. */
export const DmKeyKinds: readonly DmKeyKind[] = [
  'optimistic-source-tables',
  'optimistic-info',
  'optimistic-operation',
  'dropped-column',
  'pessimistic-info',
  'pessimistic-operation',
  'subtask',
  'registered-worker',
  'alive-worker',
  'bound-worker',
];

/** The key's text. @throws LockstepError INVALID_INPUT if the column of a dropped column, or a worker, is empty */
export function formatDmKey(key: DmKey): string {
  return joinKey(LAYOUTS[key.kind], partsOf(key));
}

/**
 * The prefix under which all keys of `kind` with these first parts stand, in the order of the key; with all parts, the
 * key itself. A prefix ends with `/`.
 * @throws LockstepError INVALID_INPUT if a part is empty (deviation P15) or there are too many
 */
export function dmPrefix(kind: DmKeyKind, ...parts: readonly string[]): string {
  return joinKey(LAYOUTS[kind], parts);
}

/** The kind of a key's text, by its path alone; null if it is none of these kinds. */
export function dmKeyKind(text: string): DmKeyKind | null {
  return DmKeyKinds.find((kind) => text.startsWith(LAYOUTS[kind].path)) ?? null;
}

/** The kind of a key and its parts as DM decodes them; null if it is none of these kinds. */
export interface DmKeyParts {
  readonly kind: DmKeyKind;
  readonly parts: readonly string[];
}

/**
 * A key split into its parts as DM does, their meaning unchecked; null if it isn't of one of these kinds.
 * @throws LockstepError UNREADABLE_VALUE with the key, if its kind is known and its parts aren't of that kind's form
 */
export function splitDmKey(text: string): DmKeyParts | null {
  const kind = dmKeyKind(text);
  return kind === null ? null : { kind, parts: named(text, () => splitKey(LAYOUTS[kind], text)) };
}

/**
 * A prefix of `dmPrefix` split into the parts that it has; null if it isn't of one of these kinds.
 * @throws LockstepError UNREADABLE_VALUE with the prefix, if a part isn't hex of UTF-8
 */
export function splitDmPrefix(prefix: string): DmKeyParts | null {
  const kind = dmKeyKind(prefix);
  return kind === null ? null : { kind, parts: named(prefix, () => splitPrefix(LAYOUTS[kind], prefix)) };
}

/**
 * A key taken apart; null if it isn't of one of these kinds (DM has others).
 * @throws LockstepError UNREADABLE_VALUE with the key, if its kind is known and its parts aren't of that kind's form
 */
export function parseDmKey(text: string): DmKey | null {
  const split = splitDmKey(text);
  return split === null ? null : named(text, () => keyOf(split.kind, split.parts));
}

/** Run `parse`; its INVALID_INPUT becomes UNREADABLE_VALUE with the key. */
function named<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    throw new LockstepError('UNREADABLE_VALUE', `key ${text}: ${error.message}`, { where: text, path: '' });
  }
}

function partsOf(key: DmKey): readonly string[] {
  switch (key.kind) {
    case 'optimistic-source-tables':
    case 'pessimistic-info':
    case 'pessimistic-operation':
      return [key.task, key.source];
    case 'optimistic-info':
    case 'optimistic-operation':
      return [key.task, key.table.source, key.table.schema, key.table.table];
    case 'dropped-column':
      return [key.lockId, key.column, key.table.source, key.table.schema, key.table.table];
    case 'subtask':
      return [key.source, key.task];
    case 'registered-worker':
    case 'alive-worker':
    case 'bound-worker':
      return [key.worker];
    default:
      return unreachable(key);
  }
}

/** `splitKey` has counted the parts and found none empty, so the defaults here are never taken. */
function keyOf(
  kind: DmKeyKind,
  [first = '', second = '', third = '', fourth = '', fifth = '']: readonly string[],
): DmKey {
  switch (kind) {
    case 'optimistic-source-tables':
    case 'pessimistic-info':
    case 'pessimistic-operation':
      return { kind, task: parseTaskName(first), source: parseSourceId(second) };
    case 'optimistic-info':
    case 'optimistic-operation':
      return { kind, task: parseTaskName(first), table: parseUpstreamTable(second, third, fourth) };
    case 'dropped-column':
      return {
        kind,
        lockId: parseStoredLockId(first),
        column: second,
        table: parseUpstreamTable(third, fourth, fifth),
      };
    case 'subtask':
      return { kind, source: parseSourceId(first), task: parseTaskName(second) };
    case 'registered-worker':
    case 'alive-worker':
    case 'bound-worker':
      return { kind, worker: first };
    default:
      return unreachable(kind);
  }
}
