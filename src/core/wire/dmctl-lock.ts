import { quoteTable } from '../model/quote';
import type { DmctlLock } from './dmctl-json';
import { compareUtf8 } from './utf8';

/** A lock as it is known to whoever shows it. */
export interface ShownLock {
  readonly id: string;
  readonly task: string;
  readonly mode: DmctlLock['mode'];
  /** Pessimistic: who executes; optimistic locks have none. */
  readonly owner: string | null;
  readonly ddls: readonly string[];
  readonly participants: readonly ShownParticipant[];
}

/** A source of a pessimistic lock, or a table of an optimistic one. */
export interface ShownParticipant {
  readonly source: string;
  readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
  readonly synced: boolean;
  /** Whether it waits for a person (stage `detected`). */
  readonly isInConflict: boolean;
  /** The DDLs of its last info. */
  readonly ddls: readonly string[];
}

/**
 * The lines of `show-ddl-locks` for these locks, by ID, then owner. An optimistic lock has a line for each of its tables in
 * conflict (deviation P14), else one without an owner.
 * @param sources only locks in which any of these takes part, and their conflicts; none: all
 */
export function dmctlLocks(locks: readonly ShownLock[], sources: readonly string[]): DmctlLock[] {
  const isNamed = ({ source }: ShownParticipant): boolean => sources.length === 0 || sources.includes(source);
  return locks
    .filter(({ participants }) => sources.length === 0 || participants.some(isNamed))
    .flatMap((lock) => linesOf(lock, isNamed))
    .sort((a, b) => compareUtf8(a.id, b.id) || compareUtf8(a.owner, b.owner));
}

function linesOf(lock: ShownLock, isNamed: (participant: ShownParticipant) => boolean): DmctlLock[] {
  const { id, task, mode, owner, ddls, participants } = lock;
  const named = (synced: boolean): string[] =>
    participants
      .filter((each) => each.synced === synced)
      .map(nameOf)
      .sort(compareUtf8);
  const line = { id, task, mode, synced: named(true), unsynced: named(false) };
  if (mode === 'pessimistic') return [{ ...line, owner: owner ?? '', ddls }];
  const conflicts = participants.filter((each) => each.isInConflict && isNamed(each));
  if (conflicts.length === 0) return [{ ...line, owner: '', ddls: [] }];
  return conflicts.map((each) => ({ ...line, owner: nameOf(each), ddls: each.ddls }));
}

function nameOf({ source, upstreamTable }: ShownParticipant): string {
  return upstreamTable === null ? source : `${source}-${quoteTable(upstreamTable.schema, upstreamTable.table)}`;
}
