import type { LockEvent } from '../model/lock-event';
import type { Compare, Mutation } from '../model/store';
import { formatDmKey } from '../wire/dm-keys';
import type { CoordinatorState } from './coordinator-state';
import { recordKey, recordUnchanged } from './pessimistic-record';
import type { HeldLock, SourceEntry } from './pessimistic-state';
import type { Write } from './write';

/** What a removal writes with its last part, and how far it goes. */
export interface RemovalRequest {
  readonly events: readonly LockEvent[];
  readonly mutations: readonly Mutation[];
  readonly compares?: readonly Compare[];
  /** Delete the infos that the lock has taken in, too; one that belongs to a next lock stays. */
  readonly takesInfos: boolean;
}

/** A part of a removal; the last one ends the lock. */
export interface RemovalPart {
  readonly write: Write;
  readonly isLast: boolean;
}

/** Compares and mutations of a part beside those of its sources. */
const OVERHEAD = 8;

interface SourceRemoval {
  readonly compares: readonly Compare[];
  readonly mutations: readonly Mutation[];
}

/**
 * Delete what is stored of a lock: the operations that carry its ID, if asked for its infos, and last its record; all only
 * if no source has reported or acknowledged anything meanwhile. A lock too large for one write goes in parts: its record
 * says until the last of them who is done, so a restart goes on.
 */
export function planLockRemoval(state: CoordinatorState, held: HeldLock, request: RemovalRequest): RemovalPart {
  const perWrite = Math.max(1, Math.floor((state.limits.operationsPerWrite - OVERHEAD) / 2));
  const sources = [...state.pessimistic.entriesOf(held.lock.origin.task)].map((entry) =>
    removalOf(held, entry, request.takesInfos),
  );
  const stored = sources.filter(({ mutations }) => mutations.length > 0);
  const isLast = stored.length <= perWrite;
  const part = stored.slice(0, perWrite);
  const base = {
    compares: [...recordUnchanged(state, held), ...part.flatMap(({ compares }) => compares)],
    mutations: part.flatMap(({ mutations }) => mutations),
  };
  if (!isLast) return { isLast, write: { ...base, events: [] } };
  // What is only compared has no more room than the write has.
  const others = sources.filter(({ mutations }) => mutations.length === 0).flatMap(({ compares }) => compares);
  return {
    isLast,
    write: {
      compares: [
        ...base.compares,
        ...others.slice(0, Math.max(0, 2 * (perWrite - part.length))),
        ...(request.compares ?? []),
      ],
      mutations: [...base.mutations, { kind: 'delete', key: recordKey(held.lock.origin.id) }, ...request.mutations],
      events: request.events,
    },
  };
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
