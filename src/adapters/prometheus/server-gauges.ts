import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { LockReading, StoreReading } from '../../core/model/store-reading';
import type { ServerReading } from '../../ports/metrics';

/** How many locks are shown one by one; the sums are of all. */
const LOCKS_SHOWN = 100;

const MODES = ['optimistic', 'pessimistic'] as const;
const STATES = ['forming', 'waiting', 'conflict', 'executing', 'resolved'] as const;

/** DM's words for its gauge of DDLs. */
const DDL_STATES = { unsynced: 'Un-synced', synced: 'Synced' } as const;

/** DM's numbers for the states of workers. */
const WORKER_STATES = { offline: 0, free: 1, bound: 2 } as const;

/** What is true of a server now, as gauges of a registry: whoever looks sees one reading as a whole. */
export class ServerGauges {
  readonly #registry: Registry;
  readonly #info;
  readonly #ready;
  readonly #leading;
  readonly #led;
  readonly #stateRevision;
  readonly #storeReachable;
  readonly #watchLag;
  readonly #unreadable;
  readonly #impossible;
  readonly #unsettled;
  readonly #storeBytes;
  readonly #storeQuota;
  readonly #locks;
  readonly #lockProgress;
  readonly #absentSources;
  readonly #orphans;
  readonly #phantoms;
  readonly #ddlStates;
  readonly #workerStates;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#info = this.#gauge('lockstep_info', 'Which version runs, on which kind of store.', ['version', 'store']);
    this.#ready = this.#gauge('lockstep_ready', '1: requests can be served.');
    this.#leading = this.#gauge('lockstep_leading', '1: this server leads.');
    this.#led = this.#gauge('lockstep_led', '1: somebody leads on the store, as far as this server has read.');
    this.#stateRevision = this.#gauge('lockstep_state_revision', 'The last revision that this server has read.');
    this.#storeReachable = this.#gauge('lockstep_store_reachable', '1: the store answered within a second.');
    this.#watchLag = this.#gauge(
      'lockstep_watch_lag_revisions',
      'How many revisions of the store this server has not read yet; absent while the store cannot be reached.',
    );
    this.#unreadable = this.#gauge('lockstep_unreadable_records', 'Stored records that cannot be read.');
    this.#impossible = this.#gauge(
      'lockstep_impossible_writes',
      'Writes that the store never takes, as large ones; told by the server that leads.',
    );
    this.#unsettled = this.#gauge(
      'lockstep_unsettled_revisions',
      'How many revisions a server that starts reads beside what is stored, and no compaction forgets.',
    );
    this.#storeBytes = this.#gauge('lockstep_store_bytes', 'How large the database of the store is; only of an etcd.');
    this.#storeQuota = this.#gauge('lockstep_store_quota_bytes', 'How large it may become.');
    this.#locks = this.#gauge('lockstep_locks', 'Locks by mode and state, told by the server that leads.', [
      'mode',
      'state',
    ]);
    this.#lockProgress = this.#gauge(
      'lockstep_lock_seconds_since_progress',
      `How long a lock has made no progress; of ${LOCKS_SHOWN} at most, those in conflict first, then the longest.`,
      ['task', 'lock', 'mode', 'state'],
    );
    this.#absentSources = this.#gauge(
      'lockstep_absent_source_locks',
      'How many locks wait for a source whose worker is offline.',
      ['task', 'source'],
    );
    this.#orphans = this.#gauge('lockstep_orphan_locks', 'Locks whose task has neither workers nor source tables.', [
      'task',
    ]);
    this.#phantoms = this.#gauge(
      'lockstep_phantom_locks',
      'Locks for DDLs that the last lock of their target has executed already.',
      ['task'],
    );
    this.#ddlStates = this.#gauge(
      'dm_master_ddl_state_number',
      'Locks whose DDL waits for upstreams (Un-synced), or only for the downstream (Synced).',
      ['task', 'type'],
    );
    this.#workerStates = this.#gauge('dm_master_worker_state', 'Of a worker: 0 offline, 1 free, 2 bound to a source.', [
      'worker',
    ]);
  }

  /** Show this reading, and nothing of the one before. */
  show(reading: ServerReading): void {
    const { version, storeKind, stateRevision, storeRevision } = reading;
    this.#info.set({ version, store: storeKind }, 1);
    this.#ready.set(Number(reading.ready));
    this.#leading.set(Number(reading.phase === 'leading'));
    this.#led.set(Number(reading.isLed));
    this.#stateRevision.set(stateRevision);
    this.#unreadable.set(reading.unreadableRecords);
    this.#impossible.set(reading.impossibleWrites);
    this.#unsettled.set(reading.unsettledChanges);
    this.#storeReachable.set(Number(storeRevision !== null));
    for (const gauge of [this.#storeBytes, this.#storeQuota]) gauge.remove();
    if (reading.usage !== null) {
      this.#storeBytes.set(reading.usage.bytes);
      this.#storeQuota.set(reading.usage.quotaBytes);
    }
    this.#watchLag.remove();
    if (storeRevision !== null) this.#watchLag.set(Math.max(0, storeRevision - stateRevision));
    for (const gauge of [this.#locks, this.#lockProgress, this.#absentSources, this.#ddlStates, this.#workerStates])
      gauge.reset();
    for (const gauge of [this.#orphans, this.#phantoms]) gauge.reset();
    if (reading.store !== null) this.#showStore(reading.store, reading.nowMs);
  }

  #showStore({ tasks, locks, workers, absentSources }: StoreReading, nowMs: number): void {
    const ofState = count(locks, ({ mode, state }) => `${mode} ${state}`);
    for (const mode of MODES)
      for (const state of STATES) this.#locks.set({ mode, state }, ofState.get(`${mode} ${state}`) ?? 0);
    const begun = locks.filter(({ state }) => state !== 'forming');
    const all = count(begun, ({ task }) => task);
    const synced = count(
      begun.filter((lock) => lock.synced),
      ({ task }) => task,
    );
    for (const task of tasks) {
      const done = synced.get(task) ?? 0;
      this.#ddlStates.set({ task, type: DDL_STATES.synced }, done);
      this.#ddlStates.set({ task, type: DDL_STATES.unsynced }, (all.get(task) ?? 0) - done);
    }
    for (const [worker, state] of workers) this.#workerStates.set({ worker }, WORKER_STATES[state]);
    for (const { task, source, locks: waiting } of absentSources) this.#absentSources.set({ task, source }, waiting);
    for (const { task, orphan, phantom } of locks) {
      if (orphan) this.#orphans.inc({ task });
      if (phantom) this.#phantoms.inc({ task });
    }
    for (const { task, lockId, mode, state, progressAtMs } of mostPressing(locks))
      this.#lockProgress.set({ task, lock: lockId, mode, state }, Math.max(0, nowMs - (progressAtMs ?? nowMs)) / 1_000);
  }

  #gauge<T extends string>(name: string, help: string, labelNames: readonly T[] = []): Gauge<T> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}

/** How many of the values have each key. */
function count<V, K>(values: readonly V[], keyOf: (value: V) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1);
  return counts;
}

/** The locks that people should look at first: those in conflict, then those that stand still longest. */
function mostPressing(locks: readonly LockReading[]): LockReading[] {
  const rank = ({ state }: LockReading): number => (state === 'conflict' ? 0 : 1);
  const since = ({ progressAtMs }: LockReading): number => progressAtMs ?? Number.MAX_SAFE_INTEGER;
  return [...locks].sort((a, b) => rank(a) - rank(b) || since(a) - since(b)).slice(0, LOCKS_SHOWN);
}
