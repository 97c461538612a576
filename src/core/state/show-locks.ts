import type { SourceId } from '../model/names';
import { quoteTable } from '../model/quote';
import type { DmctlLock } from '../wire/dmctl-json';
import { compareUtf8 } from '../wire/utf8';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './held-lock';
import type { TableEntry, Target } from './table-entry';

/** Which locks `show-ddl-locks` shows. */
export interface LockFilter {
  /** Empty: of any task. */
  readonly task: string;
  /** Locks in which any of these takes part; none: any. */
  readonly sources: readonly string[];
}

/** The locks as dmctl lists them, by ID, then owner. An optimistic lock has a line for each table in conflict. */
export function listDmctlLocks(state: CoordinatorState, filter: LockFilter): DmctlLock[] {
  const pessimistic = [...state.pessimistic.locks.values()].flatMap((held) => pessimisticLines(held, filter));
  const optimistic = [...state.targets.values()].flatMap((target) => optimisticLines(target, filter));
  return [...optimistic, ...pessimistic].sort((a, b) => compareUtf8(a.id, b.id) || compareUtf8(a.owner, b.owner));
}

function pessimisticLines({ lock }: HeldLock, filter: LockFilter): DmctlLock[] {
  const { id, task, ddls } = lock.origin;
  const participants = [...lock.participants.values()];
  if (
    !isShown(
      filter,
      task,
      participants.map(({ source }) => source),
    )
  )
    return [];
  const synced = participants.filter(({ ready }) => ready).map(({ source }) => source);
  const unsynced = participants.filter(({ ready }) => !ready).map(({ source }) => source);
  const owner = lock.executor ?? lock.owner;
  return [
    {
      id,
      task,
      mode: 'pessimistic',
      owner,
      ddls,
      synced: synced.sort(compareUtf8),
      unsynced: unsynced.sort(compareUtf8),
    },
  ];
}

function optimisticLines(target: Target, filter: LockFilter): DmctlLock[] {
  const { lockId: id, task } = target;
  const entries = [...target.tables];
  if (
    target.lock === null ||
    !isShown(
      filter,
      task,
      entries.map(({ source }) => source),
    )
  )
    return [];
  const { lock } = target.lock;
  const isReady = ({ member }: TableEntry): boolean => member !== null && lock.isReady(member);
  const synced = entries.filter(isReady).map(nameOf).sort(compareUtf8);
  const unsynced = entries
    .filter((entry) => !isReady(entry))
    .map(nameOf)
    .sort(compareUtf8);
  const line = { id, task, mode: 'optimistic', synced, unsynced } as const;
  const conflicts = entries.filter(
    (entry) => isInConflict(entry) && (filter.sources.length === 0 || filter.sources.includes(entry.source)),
  );
  if (conflicts.length === 0) return [{ ...line, owner: '', ddls: [] }];
  return conflicts.map((entry) => ({ ...line, owner: nameOf(entry), ddls: entry.info?.ddls ?? [] }));
}

function isShown({ task, sources }: LockFilter, ofTask: string, participants: readonly SourceId[]): boolean {
  return (
    (task === '' || task === ofTask) &&
    (sources.length === 0 || participants.some((source) => sources.includes(source)))
  );
}

function isInConflict({ operation }: TableEntry): boolean {
  return operation?.stage === 'detected';
}

function nameOf({ source, schema, name }: TableEntry): string {
  return `${source}-${quoteTable(schema, name)}`;
}
