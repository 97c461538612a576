import { randomUUID } from 'node:crypto';
import { LockstepError } from '../core/model/error';
import { unreachable } from '../core/model/invariant';
import { NO_REVISION } from '../core/model/revision';
import type { Revision } from '../core/model/revision';
import type { Batch, Compare, KeyValue } from '../core/model/store';
import { ContentCache } from '../core/state/content-cache';
import { CoordinatorState } from '../core/state/coordinator-state';
import { recover } from '../core/state/recovery';
import { EMBEDDED_RETENTION } from '../core/state/retention';
import type { Retention } from '../core/state/retention';
import { step } from '../core/step';
import type { CoordinatorEvent, Effect } from '../core/step';
import { DM_LEADER_PREFIX } from '../core/wire/dm-keys';
import { LOCKSTEP_LEADER_KEY } from '../core/wire/lockstep-keys';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { Store } from '../ports/store';
import { follow, snapshot } from './follower';
import { LockEventFeed } from './lock-event-feed';
import { OperationFeed } from './operation-feed';
import type { Phase } from './phase';
import { RevisionWaiters } from './revision-waiters';
import { WriteQueue } from './write-queue';
import type { QueuedWrite } from './write-queue';

/** What a coordinator needs. */
export interface ShellOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How many of the newest events stay in memory; 10,000 if absent. */
  readonly recentEvents?: number;
  /** How long what is only of the past is kept; the store's default if absent. */
  readonly retention?: Retention;
}

/** How often the leader looks whether deadlines are over, in milliseconds. */
const TICK_MS = 200;

/**
 * The shell round the core: follows the store's changes, feeds them to `step`, carries out its writes while it leads, and
 * tells subscribers what came back. It decides nothing.
 */
export class CoordinatorShell {
  readonly operations = new OperationFeed();
  readonly events: LockEventFeed;
  readonly #caches = new ContentCache();
  #state: CoordinatorState;
  #phase: Phase = { kind: 'recovering' };
  #trouble: LockstepError | null = null;
  #stopTicking: () => void = () => undefined;
  #following: Promise<void> = Promise.resolve();
  readonly #waiters: RevisionWaiters;
  readonly #changed = new Set<() => void>();
  /** Ends each wait for something to become true. */
  readonly #waits = new Set<() => void>();
  #hasPatience = true;
  readonly #abort = new AbortController();

  private constructor(private readonly options: ShellOptions) {
    this.#state = this.#newState();
    this.#waiters = new RevisionWaiters(options.clock, NO_REVISION);
    this.events = new LockEventFeed({
      store: options.store,
      state: () => this.#state,
      caughtUp: (revision) => this.caughtUp(revision),
      recentEvents: options.recentEvents,
    });
  }

  /**
   * Read what is stored, and lead.
   * @throws LockstepError STORE_UNAVAILABLE; DM_LEADS while a dm-master leads on this store
   */
  static async start(options: ShellOptions): Promise<CoordinatorShell> {
    const coordinator = new CoordinatorShell(options);
    const next = await snapshot(options.store, {
      rebuild: (values, revision) => coordinator.#rebuild(values, revision),
    });
    coordinator.#following = coordinator.#follow(next);
    await coordinator.#lead();
    return coordinator;
  }

  /** What the server knows now; read only. */
  get state(): CoordinatorState {
    return this.#state;
  }

  /** What the coordinator is doing. */
  get phase(): Phase['kind'] {
    return this.#phase.kind;
  }

  /** Whether requests can be served; if not, why. */
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] } {
    const reasons = [
      ...(this.#phase.kind === 'leading' ? [] : [`the coordinator is ${this.#phase.kind}`]),
      ...(this.#trouble === null ? [] : [`the store can't be reached: ${this.#trouble.message}`]),
    ];
    return { ready: reasons.length === 0, reasons };
  }

  /** Resolves when the state has seen `revision`. */
  async caughtUp(revision: Revision): Promise<void> {
    await this.#waiters.wait(revision);
  }

  /** Resolves when `isTrue` gives true after some change, after `timeoutMs`, or when waits are ended. Whether it was true. */
  async until(isTrue: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isTrue() || !this.#hasPatience) return isTrue();
    return await new Promise<boolean>((resolve) => {
      const end = (result: boolean): void => {
        stop();
        this.#changed.delete(look);
        this.#waits.delete(giveUp);
        resolve(result);
      };
      const giveUp = (): void => end(isTrue());
      const look = (): void => {
        if (isTrue()) end(true);
      };
      const stop = this.options.clock.after(timeoutMs, giveUp);
      this.#changed.add(look);
      this.#waits.add(giveUp);
    });
  }

  /** Let no request wait any longer for what takes its time: it goes on without them. */
  endWaits(): void {
    this.#hasPatience = false;
    for (const giveUp of [...this.#waits]) giveUp();
  }

  /** Finish what is under way and let go of the leadership. The store stays open. */
  async stop(): Promise<void> {
    if (this.#phase.kind === 'stopped' || this.#phase.kind === 'draining') return;
    const queue = this.#phase.kind === 'leading' ? this.#phase.queue : null;
    this.#phase = { kind: 'draining' };
    this.#stopTicking();
    await queue?.stop();
    this.#abort.abort();
    await this.#following;
    this.#waiters.stop();
    this.#phase = { kind: 'stopped' };
  }

  #newState(): CoordinatorState {
    const limits = { operationsPerWrite: this.options.store.limits.operationsPerTransaction - 3 };
    return new CoordinatorState(limits, this.options.retention ?? EMBEDDED_RETENTION, this.#caches);
  }

  #rebuild(values: readonly KeyValue[], revision: Revision): void {
    const state = this.#newState();
    recover(state, values, revision);
    this.#state = state;
    for (const problem of state.problems.values())
      this.options.logger.warn({ key: problem.key }, `unreadable: ${problem.message}`);
    if (this.#phase.kind === 'leading') this.#handle({ kind: 'lead', nowMs: this.options.clock.wallMs() });
    this.#advance();
    this.events.restart();
  }

  async #follow(from: Revision): Promise<void> {
    const target = {
      rebuild: (values: readonly KeyValue[], revision: Revision): void => this.#rebuild(values, revision),
      apply: (batch: Batch): void => {
        if (this.#phase.kind === 'leading') {
          this.#phase.queue.observe(batch);
          this.#watchLeadership(batch, this.#phase.leaderRevision);
        }
        this.#handle({ kind: 'batch', batch, nowMs: this.options.clock.wallMs() });
        this.#advance();
      },
      report: (trouble: LockstepError | null): void => {
        this.#trouble = trouble;
        if (trouble !== null)
          this.options.logger.warn({ code: trouble.code }, `the store can't be followed: ${trouble.message}`);
      },
    };
    await follow(this.options.store, this.options.clock, target, this.#abort.signal, from);
  }

  /** Take the leadership. On a store of one process there is nobody to compete with; the key still fences every write. */
  async #lead(): Promise<void> {
    const { store, clock } = this.options;
    const id = randomUUID();
    const taken = await store.txn({
      compares: [{ kind: 'absent', prefix: DM_LEADER_PREFIX }],
      then: [{ kind: 'put', key: LOCKSTEP_LEADER_KEY, value: JSON.stringify({ v: 1, id }) }],
    });
    if (!taken.succeeded) throw new LockstepError('DM_LEADS', 'a dm-master leads on this store');
    const leaderCompares: Compare[] = [
      { kind: 'modRevision', key: LOCKSTEP_LEADER_KEY, operator: '=', value: taken.revision },
      { kind: 'absent', prefix: DM_LEADER_PREFIX },
    ];
    await this.caughtUp(taken.revision);
    if (this.#state.newerRecords.size > 0) {
      this.#phase = { kind: 'following', reason: `a newer program wrote ${[...this.#state.newerRecords].join(', ')}` };
      return;
    }
    const queue = new WriteQueue({
      store,
      clock,
      leaderCompares,
      sequence: this.#state.journal.last,
      onEnd: (end) => this.#handle({ ...end, nowMs: clock.wallMs() }),
      onFailure: (error) =>
        this.options.logger.warn({ error: String(error) }, "a write couldn't be made; it is planned again"),
    });
    this.#phase = { kind: 'leading', queue, leaderRevision: taken.revision };
    this.#handle({ kind: 'lead', nowMs: clock.wallMs() });
    this.#tick();
  }

  /** Whoever puts the leader's key leads; while a dm-master leads nobody else does. */
  #watchLeadership(batch: Batch, leaderRevision: Revision): void {
    const lost = batch.changes.find(
      ({ kind, key, modRevision }) =>
        (key === LOCKSTEP_LEADER_KEY && modRevision !== leaderRevision) ||
        (kind === 'put' && key.startsWith(DM_LEADER_PREFIX)),
    );
    if (lost === undefined) return;
    const reason = lost.key === LOCKSTEP_LEADER_KEY ? 'another server leads' : 'a dm-master leads';
    this.options.logger.warn({ key: lost.key }, `the leadership is lost: ${reason}`);
    this.#stopTicking();
    this.#phase = { kind: 'following', reason };
    this.#handle({ kind: 'follow' });
  }

  #tick(): void {
    this.#stopTicking = this.options.clock.after(TICK_MS, () => {
      this.#handle({ kind: 'tick', nowMs: this.options.clock.wallMs() });
      if (this.#phase.kind === 'leading') this.#tick();
    });
  }

  #handle(event: CoordinatorEvent): void {
    const writes: QueuedWrite[] = [];
    for (const effect of step(this.#state, event)) this.#carryOut(effect, writes);
    if (this.#phase.kind === 'leading' && writes.length > 0) this.#phase.queue.push(writes);
  }

  #carryOut(effect: Effect, writes: QueuedWrite[]): void {
    switch (effect.kind) {
      case 'write':
        writes.push({ id: effect.id, write: effect.write });
        return;
      case 'operations':
        return this.operations.notify(this.#state, effect.touched);
      case 'publish':
        return this.events.publish(effect.events);
      default:
        return unreachable(effect);
    }
  }

  #advance(): void {
    this.#waiters.advance(this.#state.revision);
    for (const look of [...this.#changed]) look();
  }
}
