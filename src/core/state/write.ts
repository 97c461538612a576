import type { LockEvent } from '../model/lock-event';
import type { Compare, Mutation } from '../model/store';

/**
 * One thing that the leader wants to write, all or nothing: it holds only if every compare does. The shell adds the compare
 * of the leader key and one journal record of the events, and may join several writes into one transaction.
 */
export interface Write {
  readonly compares: readonly Compare[];
  readonly mutations: readonly Mutation[];
  /** What the write lets happen, for the journal. */
  readonly events: readonly LockEvent[];
}

/**
 * What is to be written now: a write; nothing until something that the obligation waits for changes (whoever changes it
 * asks for the obligation again); or nothing any more. While it is `idle` it also waits, maybe for days, but a server that
 * starts from what is stored waits for the same, and knows the same.
 */
export type Plan = Write | 'wait' | 'idle' | 'void';
