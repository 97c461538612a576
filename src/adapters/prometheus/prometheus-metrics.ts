import { Counter, Gauge, Histogram, collectDefaultMetrics } from 'prom-client';
import type { Registry } from 'prom-client';
import type { ActionKind, ActionState } from '../../core/model/action';
import type { TaskName } from '../../core/model/names';
import { ConflictStages } from '../../core/model/conflict-stage';
import type { LockEvent } from '../../core/model/lock-event';
import type { ConnectionLimit, Metrics, StoreCall, SubscribedField } from '../../ports/metrics';

/** Every kind of manual action and how it may end: what is counted from zero, so that the first of its kind shows. */
const ACTIONS: Readonly<Record<ActionKind, readonly ActionState[]>> = {
  'put-task': ['done', 'failed', 'expired'],
  'unlock-optimistic': ['done', 'failed', 'expired'],
  'unlock-pessimistic': ['done', 'failed', 'expired'],
  break: ['done', 'failed', 'expired'],
  'remove-meta': ['done', 'failed', 'expired'],
  'exclude-source': ['done', 'failed', 'expired'],
  'retry-info': ['done', 'failed', 'expired'],
};

/** Bounds of a step, in seconds: it takes some 35 µs, and what takes longer than a lease is lost anyway. */
const STEP_BUCKETS = [0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.005, 0.02, 0.1, 0.5, 2];

/** Bounds of a call of the store, in seconds. */
const STORE_BUCKETS = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** DM's word for a report that it could not take into its lock. */
const SYNC_LOCK_ERROR = 'InfoPut - SyncLockError';

/** DM's word for an acknowledgement that its lock hadn't asked for. */
const UNSYNCED_LOCK_ERROR = 'OperationPut - LockUnSyncedError';

type EventOf<K extends LockEvent['kind']> = Extract<LockEvent, { kind: K }>;

/** What a server tells as it happens, as counters and histograms of a registry. */
export class PrometheusMetrics implements Metrics {
  readonly #steps;
  readonly #storeCalls;
  readonly #storeFailures;
  readonly #events;
  readonly #decisions;
  readonly #conflicts;
  readonly #divergences;
  readonly #actions;
  readonly #leaderStarts;
  readonly #subscribers;
  readonly #lags;
  readonly #cuts;
  readonly #cutConnections;
  readonly #ddlErrors;

  /** @param registry never the global one of the library: a process may have several servers */
  constructor(registry: Registry) {
    const registers = [registry];
    this.#steps = new Histogram({
      name: 'lockstep_step_duration_seconds',
      help: 'How long one step of the coordination took, by what it was for.',
      labelNames: ['event'],
      buckets: STEP_BUCKETS,
      registers,
    });
    this.#storeCalls = new Histogram({
      name: 'lockstep_store_duration_seconds',
      help: 'How long the store took to answer, or to fail.',
      labelNames: ['call'],
      buckets: STORE_BUCKETS,
      registers,
    });
    const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> =>
      new Counter({ name, help, labelNames, registers });
    this.#storeFailures = counter('lockstep_store_failures_total', 'Calls of the store that failed.', ['call']);
    this.#events = counter('lockstep_events_total', 'Events of locks and workers, counted by the server that leads.', [
      'event',
    ]);
    this.#decisions = counter(
      'lockstep_decisions_total',
      'Operations that were given out: optimistic by conflict stage, pessimistic by what is ordered.',
      ['mode', 'stage'],
    );
    this.#conflicts = counter('lockstep_conflicts_total', 'Reports that contradicted the other shards of their lock.', [
      'task',
    ]);
    this.#divergences = counter(
      'lockstep_divergences_total',
      'Decisions of DM that would have been others here (observing).',
      ['task'],
    );
    this.#actions = counter('lockstep_actions_total', 'Manual actions that have ended, by how.', ['kind', 'state']);
    this.#leaderStarts = counter('dm_master_start_leader_counter', 'How often this server began to lead.', []);
    this.#ddlErrors = counter(
      'dm_master_shard_ddl_error',
      'Reports that could not be decided on or differ from the DDLs of their pessimistic lock, and acknowledgements of no order.',
      ['task', 'type'],
    );
    this.#subscribers = new Gauge({
      name: 'lockstep_subscribers',
      help: 'Subscriptions that are open, by what was subscribed to.',
      labelNames: ['field'],
      registers,
    });
    this.#lags = counter(
      'lockstep_dropped_events_total',
      'How often events were lost to a subscriber who was too slow or away too long, and began again with a snapshot.',
      [],
    );
    this.#cuts = counter(
      'lockstep_cut_subscribers_total',
      'Subscribers that were cut off, because they read nothing or fell behind over and over.',
      [],
    );
    this.#cutConnections = counter(
      'lockstep_cut_connections_total',
      'Connections that were closed, by the limit that they were beyond.',
      ['limit'],
    );
    this.#beginAtZero();
  }

  stepped(kind: string, durationMs: number): void {
    this.#steps.observe({ event: kind }, durationMs / 1_000);
  }

  askedStore(call: StoreCall, durationMs: number, failed: boolean): void {
    this.#storeCalls.observe({ call }, durationMs / 1_000);
    if (failed) this.#storeFailures.inc({ call });
  }

  happened(events: readonly LockEvent[]): void {
    for (const event of events) {
      this.#events.inc({ event: event.kind });
      if (event.kind === 'OperationPut') this.#countDecision(event);
      else if (event.kind === 'LockUnlocked') this.#countUnlock(event);
      else if (event.kind === 'ConflictDetected') this.#countConflict(event);
      else if (event.kind === 'Divergence') this.#divergences.inc({ task: event.task });
    }
  }

  endedAction(kind: ActionKind, state: ActionState): void {
    this.#actions.inc({ kind, state });
  }

  ignoredAcknowledgement(task: TaskName): void {
    this.#ddlErrors.inc({ task, type: UNSYNCED_LOCK_ERROR });
  }

  beganToLead(): void {
    this.#leaderStarts.inc();
  }

  subscribed(field: SubscribedField): () => void {
    this.#subscribers.inc({ field });
    return () => this.#subscribers.dec({ field });
  }

  lostEvents(): void {
    this.#lags.inc();
  }

  cutSubscriber(): void {
    this.#cuts.inc();
  }

  cutConnection(limit: ConnectionLimit): void {
    this.#cutConnections.inc({ limit });
  }

  #countDecision({ mode, task, exec, stage }: EventOf<'OperationPut'>): void {
    this.#decisions.inc({ mode, stage: stage ?? (exec === true ? 'exec' : 'skip') });
    if (stage === 'error') this.#ddlErrors.inc({ task, type: SYNC_LOCK_ERROR });
  }

  /** A person's decision is one for each table; in pessimistic mode orders follow from it, which are counted. */
  #countUnlock({ mode, participants }: EventOf<'LockUnlocked'>): void {
    if (mode === 'optimistic') this.#decisions.inc({ mode, stage: 'unlocked' }, participants.length);
  }

  #countConflict({ mode, task }: EventOf<'ConflictDetected'>): void {
    this.#conflicts.inc({ task });
    if (mode === 'pessimistic') this.#ddlErrors.inc({ task, type: SYNC_LOCK_ERROR });
  }

  /** A counter that appears with its first count never shows an increase. */
  #beginAtZero(): void {
    for (const [kind, states] of Object.entries(ACTIONS))
      for (const state of states) this.#actions.inc({ kind, state }, 0);
    for (const stage of ConflictStages) this.#decisions.inc({ mode: 'optimistic', stage }, 0);
    for (const stage of ['exec', 'skip']) this.#decisions.inc({ mode: 'pessimistic', stage }, 0);
    for (const field of ['shardLockEvents', 'shardOperations', 'other']) this.#subscribers.set({ field }, 0);
    for (const limit of ['connections', 'connections-per-address', 'unsent-bytes'])
      this.#cutConnections.inc({ limit }, 0);
  }
}

/** Also show what Node tells of the process: processor time, memory, the delay of its event loop. */
export function showProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
}
