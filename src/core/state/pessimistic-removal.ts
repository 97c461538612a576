import type { LockEvent } from '../model/lock-event';
import type { Compare, Mutation } from '../model/store';
import { formatDmKey } from '../wire/dm-keys';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './held-lock';
import { newsOf, untoldEvents } from './pessimistic-events';
import { sourcesPerWrite } from './pessimistic-limits';
import { headUnchanged, planRecords, recordDeletes } from './pessimistic-record';
import { SourceEntry } from './source-entry';
import type { Write } from './write';

/** What a removal writes with its last part, and how far it goes. */
export interface RemovalRequest {
  /** Beside those that weren't told yet. */
  readonly events: readonly LockEvent[];
  readonly mutations: readonly Mutation[];
  /** Delete the infos that the lock has taken in, too; one that belongs to a next lock stays. */
  readonly takesInfos: boolean;
  /** The action that removes a lock which isn't resolved; null: it is. */
  readonly actionId: string | null;
}

/** A part of a removal; the last one ends the lock. */
export interface RemovalPart {
  readonly write: Write;
  readonly isLast: boolean;
}

interface SourceRemoval {
  readonly compares: readonly Compare[];
  readonly mutations: readonly Mutation[];
}

/**
 * Delete what is stored of a lock: the operations that carry its ID, if asked for its infos, and last its records; all only
 * if no source has reported or acknowledged anything meanwhile. A lock too large for one write goes in parts: its records
 * say until the last of them who is done, so a restart goes on. From the first part on nobody is told anything more.
 */
export function planLockRemoval(
  state: CoordinatorState,
  held: HeldLock,
  request: RemovalRequest,
  nowMs: number,
): RemovalPart {
  const perWrite = sourcesPerWrite(state);
  const news = newsOf(held, perWrite);
  // The state sees the end of a lock when its record goes, so there must be one.
  const isRecorded = held.told !== null;
  if ((!news.isAll || !isRecorded) && held.lock.unlock?.removes !== true)
    return { isLast: false, write: planRecords(state, held, { news }, nowMs) };
  const stored = storedOf(state, held, request, perWrite + 1);
  if (stored.length > perWrite)
    return { isLast: false, write: planPart(state, held, request, stored.slice(0, -1), nowMs) };
  // What is only compared has no more room than the write has.
  const others = unstoredCompares(state, held, 2 * (perWrite - stored.length));
  return {
    isLast: true,
    write: {
      compares: [...headUnchanged(state, held), ...stored.flatMap(({ compares }) => compares), ...others],
      mutations: [
        ...stored.flatMap(({ mutations }) => mutations),
        ...recordDeletes(held.lock.origin.id),
        ...request.mutations,
      ],
      events: [...untoldEvents(held, news), ...request.events],
    },
  };
}

/** A part that isn't the last. The first one says that the lock is being removed, if it isn't resolved. */
function planPart(
  state: CoordinatorState,
  held: HeldLock,
  { actionId }: RemovalRequest,
  part: readonly SourceRemoval[],
  nowMs: number,
): Write {
  const { lock } = held;
  const base = {
    compares: [...headUnchanged(state, held), ...part.flatMap(({ compares }) => compares)],
    mutations: part.flatMap(({ mutations }) => mutations),
  };
  if (actionId === null || lock.unlock?.removes === true) return { ...base, events: [] };
  const unlock = lock.unlock ?? { actionId, owner: lock.owner, sources: [], skipAnyway: false };
  const change = { news: newsOf(held, 0), unlock: { ...unlock, removes: true } };
  return planRecords(state, held, change, nowMs);
}

/** The first `most` sources of which the lock has something to delete. */
function storedOf(
  state: CoordinatorState,
  held: HeldLock,
  { takesInfos }: RemovalRequest,
  most: number,
): SourceRemoval[] {
  const { lock } = held;
  const { id, task } = lock.origin;
  const found = new Map<SourceEntry, SourceRemoval>();
  const look = (entry: SourceEntry | undefined): void => {
    if (entry === undefined || found.has(entry)) return;
    const removal = removalOf(held, entry, takesInfos);
    if (removal.mutations.length > 0) found.set(entry, removal);
  };
  for (const entry of state.pessimistic.operationsOf(id)) {
    if (found.size >= most) break;
    look(entry);
  }
  for (const sources of takesInfos ? [lock.open(), lock.excluded] : []) {
    for (const source of sources) {
      if (found.size >= most) break;
      look(state.pessimistic.find(task, source));
    }
  }
  return [...found.values()];
}

/** Compares that sources of which nothing is deleted haven't reported, at most `most`. */
function unstoredCompares(state: CoordinatorState, held: HeldLock, most: number): Compare[] {
  const { task, id } = held.lock.origin;
  const compares: Compare[] = [];
  for (const source of held.lock.participants.keys()) {
    if (compares.length >= most) break;
    const entry = state.pessimistic.find(task, source) ?? new SourceEntry(task, source);
    if (entry.operation?.lockId === id) continue;
    const removal = removalOf(held, entry, false);
    compares.push(...removal.compares);
  }
  return compares;
}

function removalOf({ lock }: HeldLock, entry: SourceEntry, takesInfos: boolean): SourceRemoval {
  const { task, source, info, infoRevision, operation, operationRevision, mark } = entry;
  const compares: Compare[] = [];
  const mutations: Mutation[] = [];
  const participant = lock.participants.get(source);
  if (operation?.lockId === lock.origin.id && mark === null) {
    const key = formatDmKey({ kind: 'pessimistic-operation', task, source });
    compares.push({ kind: 'modRevision', key, operator: '=', value: operationRevision });
    mutations.push({ kind: 'delete', key });
  }
  if (participant === undefined && info === null) return { compares, mutations };
  const key = formatDmKey({ kind: 'pessimistic-info', task, source });
  compares.push({ kind: 'modRevision', key, operator: '=', value: infoRevision });
  if (takesInfos && participant?.waiting === true && mark === null) mutations.push({ kind: 'delete', key });
  return { compares, mutations };
}
