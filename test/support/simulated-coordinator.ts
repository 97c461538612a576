import { invariant } from '../../src/core/model/invariant';
import type { LockEvent } from '../../src/core/model/lock-event';
import type { TaskName, UpstreamTable } from '../../src/core/model/names';
import type { Revision } from '../../src/core/model/revision';
import type { Compare, KeyValue, Mutation } from '../../src/core/model/store';
import type { TableKey } from '../../src/core/model/table-key';
import { CoordinatorState } from '../../src/core/state/coordinator-state';
import type { Limits } from '../../src/core/state/coordinator-state';
import type { ObligationId } from '../../src/core/state/obligation';
import type { Write } from '../../src/core/state/write';
import { step } from '../../src/core/step';
import type { CoordinatorEvent, Effect } from '../../src/core/step';
import { writeJournalRecord } from '../../src/core/wire/journal-record';
import { formatLockstepKey, LOCKSTEP_PREFIX } from '../../src/core/wire/lockstep-keys';
import type { SimulatedStore } from './simulated-store';

/** Builds a state from everything that is stored at one revision. */
export type Recover = (state: CoordinatorState, values: readonly KeyValue[], revision: Revision) => void;

/** How a simulated coordinator is set up. */
export interface SimulatedCoordinatorOptions {
  readonly recover: Recover;
  readonly limits?: Limits;
  readonly nowMs?: number;
  /** Downstreams, by their tasks, each of which tells the schemas of tables; undefined: it doesn't answer now. */
  readonly downstreams?: ReadonlyMap<TaskName, ReadSchemas>;
}

/** Tells schemas as the checkpoints of a downstream have them; null: there is no checkpoint. */
export type ReadSchemas = (tables: readonly UpstreamTable[]) => ReadonlyMap<TableKey, string | null> | undefined;

/** How many writes may follow from one change before it counts as a livelock. */
const WRITES_A_CHANGE = 5_000;

/**
 * The shell of a coordinator without sockets and timers: it feeds the batches of a simulated store to `step`, carries out
 * its writes at once, each with one journal record of its events, and goes on until nothing follows any more.
 */
export class SimulatedCoordinator {
  state: CoordinatorState;
  /** The clock, in milliseconds since 1970. */
  nowMs: number;
  /** Every event that came back through the journal. */
  readonly published: LockEvent[] = [];
  ignoredAcknowledgements = 0;
  /** Every write that was done, in order. */
  readonly written: Write[] = [];
  /** Called before each write: to race with it, or (false) to lose it, as a crash or a lost store does. */
  beforeWrite: (write: Write) => boolean = () => true;
  /** Writes that were lost, of which the coordinator doesn't know yet. */
  readonly lost: ObligationId[] = [];
  readonly #limits: Limits;
  /** What downstreams were asked for and haven't told. */
  #unread: Extract<Effect, { kind: 'read-schemas' }>[] = [];

  constructor(
    readonly store: SimulatedStore,
    readonly options: SimulatedCoordinatorOptions,
  ) {
    this.#limits = options.limits ?? { operationsPerWrite: 128 };
    this.nowMs = options.nowMs ?? 1_700_000_000_000;
    this.state = this.#recover();
  }

  /** This server leads from now on. */
  lead(): void {
    this.#run({ kind: 'lead', nowMs: this.nowMs });
  }

  /** This server doesn't lead any more. */
  follow(): void {
    this.#run({ kind: 'follow' });
  }

  /** What a worker or a person writes, and everything that follows from it. Whether its compares held. */
  change(mutations: readonly Mutation[], compares: readonly Compare[] = []): boolean {
    const { succeeded } = this.store.transact(compares, mutations);
    this.catchUp();
    return succeeded;
  }

  /** Take in what is stored, and do everything that follows from it. */
  catchUp(): void {
    this.#carryOut(this.#feed());
  }

  /** Tell the coordinator that its lost writes failed, so that it tries again. */
  reportLost(): void {
    const { revision } = this.store;
    for (const id of this.lost.splice(0)) this.#run({ kind: 'failed', id, revision, nowMs: this.nowMs });
  }

  /** Ask the downstreams again that didn't answer. */
  readAgain(): void {
    this.#carryOut(this.#unread.splice(0));
  }

  /** Let time pass. */
  elapse(ms: number): void {
    this.nowMs += ms;
    this.#run({ kind: 'tick', nowMs: this.nowMs });
  }

  /**
   * Forget everything and start again from what is stored, leading if it led.
   * @param asDm first remove what DM would not have stored, except task records
   */
  restart({ asDm = false }: { readonly asDm?: boolean } = {}): void {
    const { leading } = this.state;
    if (asDm) {
      const keep = LOCKSTEP_PREFIX + 'task/';
      const own = this.store.range(LOCKSTEP_PREFIX).filter(({ key }) => !key.startsWith(keep));
      this.store.transact(
        [],
        own.map(({ key }): Mutation => ({ kind: 'delete', key })),
      );
    }
    this.state = this.#recover();
    this.lost.length = 0;
    this.#unread = [];
    if (leading) this.lead();
  }

  #recover(): CoordinatorState {
    const state = new CoordinatorState(this.#limits);
    state.revision = this.store.revision;
    state.downstream.configured = new Map(
      [...(this.options.downstreams?.keys() ?? [])].map((task) => [task, 'dm_meta']),
    );
    this.options.recover(state, this.store.range(''), this.store.revision);
    return state;
  }

  #run(event: CoordinatorEvent): void {
    this.#carryOut([...this.#feed(), ...step(this.state, event)]);
  }

  /** The effects of every batch that the state hasn't seen. */
  #feed(): Effect[] {
    const batches = this.store.batchesAfter(this.state.revision);
    return batches.flatMap((batch) => step(this.state, { kind: 'batch', batch, nowMs: this.nowMs }));
  }

  #carryOut(queue: Effect[]): void {
    let writes = 0;
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
      if (effect.kind === 'publish') {
        this.published.push(...effect.events.map(({ event }) => event));
        continue;
      }
      if (effect.kind === 'ignored-acknowledgements') this.ignoredAcknowledgements += effect.tasks.length;
      if (effect.kind === 'read-schemas') queue.push(...this.#read(effect));
      if (effect.kind !== 'write') continue;
      writes += 1;
      invariant(writes <= WRITES_A_CHANGE, `a change never comes to rest; last: ${effect.id}`);
      if (!this.beforeWrite(effect.write)) {
        this.lost.push(effect.id);
        continue;
      }
      const end = this.#write(effect.write);
      queue.push(...this.#feed(), ...step(this.state, { ...end, id: effect.id, nowMs: this.nowMs }));
    }
  }

  #read(asked: Extract<Effect, { kind: 'read-schemas' }>): Effect[] {
    const { task, tables } = asked;
    const schemas = this.options.downstreams?.get(task)?.(tables);
    if (schemas !== undefined) return step(this.state, { kind: 'schemas', task, schemas, nowMs: this.nowMs });
    this.#unread.push(asked);
    return step(this.state, { kind: 'schemas-failed', task, message: 'nobody answers' });
  }

  #write(write: Write): { readonly kind: 'done' | 'refused'; readonly revision: Revision } {
    const { succeeded, revision } = this.store.transact(write.compares, [...write.mutations, ...this.#journal(write)]);
    if (succeeded) this.written.push(write);
    return { kind: succeeded ? 'done' : 'refused', revision };
  }

  /** One record of the write's events, numbered by the revision that it will have. */
  #journal({ events }: Write): Mutation[] {
    if (events.length === 0) return [];
    const key = formatLockstepKey({ kind: 'journal', sequence: this.store.revision + 1 });
    return [{ kind: 'put', key, value: writeJournalRecord({ atMs: this.nowMs, events }) }];
  }
}
