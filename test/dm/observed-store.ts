import type { LockEvent } from '../../src/core/model/lock-event';
import { NO_REVISION } from '../../src/core/model/revision';
import type { Mutation } from '../../src/core/model/store';
import { recoverObserver } from '../../src/core/observe/adopt-answers';
import { observeBatch } from '../../src/core/observe/observe-batch';
import { CoordinatorState } from '../../src/core/state/coordinator-state';
import { SimulatedStore } from '../support/simulated-store';

/** A simulated store, and what an observer of it has seen. */
export class ObservedStore {
  readonly store = new SimulatedStore();
  readonly state = new CoordinatorState({ operationsPerWrite: 1 });
  readonly events: LockEvent[] = [];
  /** The clock, in milliseconds since 1970. */
  nowMs = 1_700_000_000_000;

  constructor() {
    recoverObserver(this.state, [], NO_REVISION);
  }

  /** What somebody writes in one transaction. */
  write(mutations: readonly Mutation[]): void {
    const before = this.store.revision;
    this.store.transact([], mutations);
    for (const batch of this.store.batchesAfter(before))
      this.events.push(...observeBatch(this.state, batch, this.nowMs).events);
  }

  /** The kinds of the events since the last time. */
  takeKinds(): string[] {
    return this.events.splice(0).map(({ kind }) => kind);
  }
}
