import type { SourceId } from '../model/names';
import type { CoordinatorState } from '../state/coordinator-state';
import type { TableEntry, Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import { blockingStageOf } from './blocking-stage';
import type { Remedy } from './remedy';
import { excludeSource, includeSource, removeMeta, retryInfo, unlockTable } from './request';
import { excludable } from './scope';
import { countText, ddlsText, sinceText, tableText } from './words';
import { workerOf } from './worker-of';

/** For how many tables, and for how many sources, of a lock remedies are listed. */
const SHOWN = 10;

/** What a person could do about an optimistic lock: for the first tables in conflict, then for the first sources that are gone. */
export function optimisticRemedies(state: CoordinatorState, target: Target, held: TargetLock): Remedy[] {
  const lock = { lockId: target.lockId, incarnation: held.lock.origin.incarnation };
  const remedies: Remedy[] = [];
  const gone = new Map<SourceId, number>();
  const left = new Set<SourceId>();
  const isOffline = offlineSources(state, target);
  let tables = 0;
  for (const entry of target.tables) {
    if (!entry.isAnswered && state.isExcluded(entry)) left.add(entry.source);
    if (isBehind(held, entry) && isOffline(entry.source)) gone.set(entry.source, (gone.get(entry.source) ?? 0) + 1);
    if (tables === SHOWN) continue;
    const found = state.unreadable.has(entry) ? [removeUnreadable(entry)] : ofTable(entry, lock);
    if (found.length > 0) tables += 1;
    remedies.push(...found);
  }
  for (const [source, count] of [...gone].slice(0, SHOWN)) remedies.push(...ofGoneSource(state, target, source, count));
  for (const source of [...left].slice(0, SHOWN)) remedies.push(takeInAgain(target, source));
  return remedies;
}

/** Whether the lock waits for a table. */
function isBehind({ lock }: TargetLock, { member }: TableEntry): boolean {
  return member !== null && !(member.done && lock.isReady(member));
}

/** Whether the worker of a source isn't there; found out once for each source, of which there are fewer than tables. */
function offlineSources(state: CoordinatorState, { task }: Target): (source: SourceId) => boolean {
  const known = new Map<SourceId, boolean>();
  return (source) => {
    const isOffline = known.get(source) ?? workerOf(state, task, source).kind === 'offline';
    known.set(source, isOffline);
    return isOffline;
  };
}

function ofTable(entry: TableEntry, lock: Parameters<typeof unlockTable>[0]): Remedy[] {
  const stage = blockingStageOf(entry);
  if (stage === null || entry.info === null) return [];
  const name = tableText(entry.table);
  const ddls = ddlsText(entry.info.ddls);
  const force = stage !== 'detected';
  const before = stage === 'skip and wait for redirect' ? ' although it would go on by itself later' : '';
  const release: Remedy[] = [
    {
      kind: 'execute-table',
      sentence: `If the DDL of ${name} is right and the downstream table can take it${before}: execute it.`,
      effect: `${name} executes ${ddls} downstream and goes on; in the lock its schema becomes the one after the DDL.`,
      ...unlockTable(lock, entry.table, { exec: true, force }),
    },
    {
      kind: 'skip-table',
      sentence: `If the downstream table must not have the change of ${name}, or has it already${before}: skip it.`,
      effect: `${name} goes on without executing ${ddls} downstream; in the lock its schema stays the one before the DDL.`,
      ...unlockTable(lock, entry.table, { exec: false, force }),
    },
  ];
  if (stage === 'detected') return release;
  const again: Remedy = {
    kind: 'retry-info',
    sentence: `If the other tables have changed since ${name} reported: decide its report again.`,
    effect: `The stored report of ${name} is decided as if it had come now, and ${name} gets a new operation.`,
    ...retryInfo(entry.task, entry.table),
  };
  return stage === 'error' ? [again, ...release] : [...release, again];
}

function removeUnreadable(entry: TableEntry): Remedy {
  return {
    kind: 'remove-unreadable',
    sentence: `If the worker of ${tableText(entry.table)} cannot report again: remove what is stored of its source, with the worker stopped.`,
    effect: `Reports, operations and source tables of source ${entry.source} in task ${entry.task} are removed; its worker puts them again when it starts.`,
    ...removeMeta(entry.task, [entry.source]),
  };
}

function ofGoneSource(state: CoordinatorState, { task }: Target, source: SourceId, count: number): Remedy[] {
  if (!excludable(state, task, source)) return [];
  const worker = workerOf(state, task, source);
  const since = worker.kind === 'offline' ? sinceText(worker.sinceMs) : '';
  return [
    {
      kind: 'exclude-source',
      sentence: `If source ${source} (${countText(count, 'table')} of this lock; no worker${since}) is gone for good: leave it out. Otherwise start its worker again.`,
      effect: `Source ${source} no longer holds up the locks of task ${task}, gets no operations, and its reports are refused until that is undone.`,
      ...excludeSource(task, source),
    },
  ];
}

function takeInAgain({ task }: Target, source: SourceId): Remedy {
  return {
    kind: 'include-source',
    sentence: `If source ${source}, which is left out of the task by hand, has come back: take it in again.`,
    effect: `Source ${source} takes part in task ${task} again, and its report is answered.`,
    ...includeSource(task, source),
  };
}
