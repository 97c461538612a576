import { randomUUID } from 'node:crypto';
import type { LockstepError } from '../core/model/error';
import type { SourceId, TaskName } from '../core/model/names';
import { failure } from '../core/model/result';
import { NO_REVISION } from '../core/model/revision';
import type { Revision } from '../core/model/revision';
import type { Batch, KeyValue } from '../core/model/store';
import { VERSION } from '../core/model/version';
import { recoverObserver } from '../core/observe/adopt-answers';
import { observeBatch, observeSchemas } from '../core/observe/observe-batch';
import type { Observation } from '../core/observe/observe-batch';
import { listPendingOperations } from '../core/request/operation-view';
import { observerRefusal } from '../core/request/read-only';
import { ContentCache } from '../core/state/content-cache';
import { CoordinatorState } from '../core/state/coordinator-state';
import { EMBEDDED_RETENTION } from '../core/state/retention';
import type { Clock } from '../ports/clock';
import type { DownstreamMetadata } from '../ports/downstream-metadata';
import type { Logger } from '../ports/logger';
import { NO_METRICS } from '../ports/metrics';
import type { Metrics, ServerReading } from '../ports/metrics';
import type { ReadableStore } from '../ports/store';
import { follow, rebuildLast } from './follower';
import type { Rebuilding } from './follower';
import { LeaderWatch } from './leader-watch';
import { LockEventFeed } from './lock-event-feed';
import { logEvents } from './log-events';
import { ObservedSchemas } from './observed-schemas';
import { OperationFeed } from './operation-feed';
import { readServer } from './read-server';
import { RevisionWaiters } from './revision-waiters';
import { StoreCare } from './store-care';
import type { CoordinatorService, OperationView, Outcome, ServerIdentity } from './service';

/** What an observer needs. */
export interface ObserverOptions {
  readonly store: ReadableStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where it tells what it does; nowhere if absent. */
  readonly metrics?: Metrics;
  /** How many of the newest events stay in memory; 10,000 if absent. */
  readonly recentEvents?: number;
  /** What kind the store is of, for who asks; etcd if absent. */
  readonly storeKind?: ServerIdentity['storeKind'];
  /** Where table schemas of some tasks are read from; absent: nowhere. */
  readonly downstream?: DownstreamMetadata;
}

/**
 * A server that only looks on while a dm-master decides (8-settled.md, *Observing*): it answers queries and subscriptions,
 * tells where it would have decided otherwise, refuses everything else with READ_ONLY. It has no lease, session, action or
 * journal; of the store it gets only what reads.
 */
export class Observer implements CoordinatorService {
  readonly server: ServerIdentity;
  readonly events: LockEventFeed;
  readonly #operations = new OperationFeed();
  readonly #caches = new ContentCache();
  readonly #abort = new AbortController();
  readonly #waiters: RevisionWaiters;
  readonly #metrics: Metrics;
  readonly #schemas: ObservedSchemas | null;
  readonly phase = 'observing';
  /** It tells what happens to the store as a whole, since nobody else of ours does. */
  readonly speaksForStore = true;
  #leaders = new LeaderWatch();
  #state: CoordinatorState;
  #trouble: LockstepError | null = null;
  #following: Promise<void> = Promise.resolve();
  #care: StoreCare | null = null;

  private constructor(private readonly options: ObserverOptions) {
    const { store, storeKind = 'etcd', clock, logger, downstream } = options;
    this.#schemas = downstream === undefined ? null : new ObservedSchemas({ clock, logger, downstream });
    this.server = { id: randomUUID(), version: VERSION, storeKind, role: 'observing' };
    this.#metrics = options.metrics ?? NO_METRICS;
    this.#state = this.#newState();
    this.#waiters = new RevisionWaiters(options.clock, NO_REVISION);
    this.events = new LockEventFeed({
      store,
      state: () => this.#state,
      caughtUp: (revision) => this.#waiters.wait(revision),
      recentEvents: options.recentEvents,
      observer: this.server.id,
    });
  }

  /** Read what is stored, and look on from there. @throws LockstepError STORE_UNAVAILABLE */
  static async start(options: ObserverOptions): Promise<Observer> {
    const observer = new Observer(options);
    const target = {
      rebuild: (values: readonly KeyValue[], revision: Revision): Rebuilding => observer.#rebuild(values, revision),
      apply: (batch: Batch): Promise<void> => observer.#apply(batch),
      report: (trouble: LockstepError | null): void => observer.#report(trouble),
    };
    const next = await rebuildLast(options.store, target);
    const { store, clock, logger } = options;
    const { upkeep } = store;
    if (upkeep !== undefined) observer.#care = new StoreCare({ upkeep, clock, logger });
    observer.#following = follow(store, clock, target, observer.#abort.signal, next, rebuildLast);
    return observer;
  }

  get state(): CoordinatorState {
    return this.#state;
  }

  nowMs(): number {
    return this.options.clock.wallMs();
  }

  /** Whether a dm-master leads, as far as this server has read. */
  get isLed(): boolean {
    return this.#leaders.dmLeads;
  }

  /** What is true now, for metrics. */
  async read(): Promise<ServerReading> {
    return await readServer({ ...this.options, shell: this, server: this.server });
  }

  get usage(): CoordinatorService['usage'] {
    return this.#care?.usage ?? null;
  }

  readiness(): ReturnType<CoordinatorService['readiness']> {
    const reasons = this.#trouble === null ? [] : [`the store can't be reached: ${this.#trouble.message}`];
    return { ready: reasons.length === 0, reasons };
  }

  pendingOperations(task: TaskName, source: SourceId): readonly OperationView[] {
    return listPendingOperations(this.#state, task, source);
  }

  operations(task: TaskName, source: SourceId, after: Revision, signal: AbortSignal): AsyncIterable<OperationView> {
    return this.#operations.subscribe(() => this.#state, task, source, after, signal);
  }

  /** Nothing is ever asked of it. */
  storedAction(): null {
    return null;
  }

  readonly registerWorker = refuse;
  readonly renewWorker = refuse;
  readonly leaveWorker = refuse;
  readonly putSourceTables = refuse;
  readonly addSourceTable = refuse;
  readonly removeSourceTable = refuse;
  readonly reportInfo = refuse;
  readonly reportSourceInfo = refuse;
  readonly acknowledgeOperation = refuse;
  readonly failOperation = refuse;
  readonly extendOperation = refuse;
  readonly reportStatus = refuse;
  readonly act = refuse;

  /** Stop looking on. The store stays open. */
  async stop(): Promise<void> {
    this.#care?.stop();
    this.#abort.abort();
    await this.#following;
    this.#waiters.stop();
  }

  #newState(): CoordinatorState {
    // Nothing is ever written of this state, so how much a write may hold doesn't matter.
    return new CoordinatorState({ operationsPerWrite: 1 }, EMBEDDED_RETENTION, this.#caches);
  }

  #rebuild(values: readonly KeyValue[], revision: Revision): Rebuilding {
    const state = this.#newState();
    const leaders = new LeaderWatch();
    state.divergences = this.#state.divergences;
    recoverObserver(state, values, revision);
    leaders.rebuild(values);
    return {
      apply: (batch) => {
        leaders.apply(batch);
        observeBatch(state, batch, this.nowMs());
      },
      end: () => this.#replace(state, leaders),
    };
  }

  #replace(state: CoordinatorState, leaders: LeaderWatch): void {
    this.#state = state;
    // What was decided before this server looked is as DM had it; from now on schemas are read.
    for (const [task, metaSchema] of this.options.downstream?.tasks ?? [])
      state.downstream.recorded.set(task, { metaSchema });
    this.#leaders = leaders;
    for (const { key, message } of state.problems.values()) this.options.logger.warn({ key }, `unreadable: ${message}`);
    this.#waiters.advance(state.revision);
    this.events.restart();
    this.#operations.restart(state);
  }

  async #apply(batch: Batch): Promise<void> {
    const nowMs = this.nowMs();
    const begunMs = this.options.clock.monotonicMs();
    this.#leaders.apply(batch);
    const observed = observeBatch(this.#state, batch, nowMs);
    this.#metrics.stepped('batch', this.options.clock.monotonicMs() - begunMs);
    const events = await this.#readSchemas(observed, nowMs);
    const { revision, touchedOperations } = this.#state;
    this.#state.touchedOperations = [];
    if (touchedOperations.length > 0) this.#operations.notify(this.#state, touchedOperations);
    const observer = this.server.id;
    // Who came while schemas were read stands at the revision's first place, and is to be told what follows.
    const first = observed.wanted.length > 0 ? 1 : 0;
    const published = events.map((event, place) => {
      const cursor = { revision, index: first + place, observer };
      return { cursor, atMs: nowMs, event };
    });
    this.#metrics.happened(events);
    logEvents(this.options.logger, published);
    this.events.publish(published);
    this.#waiters.advance(revision);
  }

  /** What was observed, and what follows when the schemas have been read that are wanted for it. */
  async #readSchemas({ events, wanted }: Observation, nowMs: number): Promise<Observation['events']> {
    if (this.#schemas === null || wanted.length === 0) return events;
    const read = observeSchemas(this.#state, await this.#schemas.read(wanted), nowMs);
    return [...events, ...(await this.#readSchemas(read, nowMs))];
  }

  #report(trouble: LockstepError | null): void {
    this.#trouble = trouble;
    if (trouble === null) return;
    this.options.logger.warn({ code: trouble.code }, `the store can't be followed: ${trouble.message}`);
  }
}

function refuse(): Outcome<never> {
  return Promise.resolve(failure(observerRefusal()));
}
