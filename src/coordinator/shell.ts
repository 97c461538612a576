import { randomUUID } from 'node:crypto';
import { LockstepError } from '../core/model/error';
import { unreachable } from '../core/model/invariant';
import { NO_REVISION } from '../core/model/revision';
import type { Revision } from '../core/model/revision';
import type { Batch, KeyValue, StoreUsage } from '../core/model/store';
import { ContentCache } from '../core/state/content-cache';
import { CoordinatorState } from '../core/state/coordinator-state';
import { recover } from '../core/state/recovery';
import { EMBEDDED_RETENTION } from '../core/state/retention';
import { settledPut } from '../core/state/settled';
import { step } from '../core/step';
import type { CoordinatorEvent, Effect } from '../core/step';
import { NO_METRICS } from '../ports/metrics';
import type { Metrics } from '../ports/metrics';
import { Announcer } from './announcer';
import { ConditionWaits } from './condition-waits';
import { tryToLead } from './election';
import type { Leadership } from './election';
import { follow, pause, snapshot } from './follower';
import type { Rebuilding } from './follower';
import { LeaderWatch } from './leader-watch';
import { keepMembership } from './membership';
import { LockEventFeed } from './lock-event-feed';
import { OperationFeed } from './operation-feed';
import { inElection, whyNotServing } from './phase';
import type { FollowingReason, Phase } from './phase';
import { RevisionWaiters } from './revision-waiters';
import { SchemaReader } from './schema-reader';
import type { ShellOptions } from './shell-options';
import { StoreCare } from './store-care';
import type { Compactable } from './store-care';
import { WriteQueue } from './write-queue';
import type { QueuedWrite } from './write-queue';
import { WriteTroubles } from './write-troubles';

/** How long a server waits before it tries again to lead, in milliseconds. */
const ELECTION_RETRY_MS = 500;

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
  readonly #writes: WriteTroubles;
  #stopTicking: () => void = () => undefined;
  #following: Promise<void> = Promise.resolve();
  readonly #waiters: RevisionWaiters;
  readonly #waits: ConditionWaits;
  readonly #abort = new AbortController();
  readonly #metrics: Metrics;
  readonly #announcer: Announcer;
  readonly #serverId: string;
  #leaders = new LeaderWatch();
  readonly #schemas: SchemaReader;
  #competing: Promise<void> = Promise.resolve();
  #care: StoreCare | null = null;

  private constructor(private readonly options: ShellOptions) {
    this.#metrics = options.metrics ?? NO_METRICS;
    const { logger, clock } = options;
    this.#announcer = new Announcer({ logger, metrics: this.#metrics, speaks: () => this.speaksForStore });
    this.#writes = new WriteTroubles(logger);
    this.#waits = new ConditionWaits(clock);
    this.#serverId = options.serverId ?? randomUUID();
    this.#schemas = new SchemaReader(options, (event) => this.#handle(event));
    this.#state = this.#newState();
    this.#waiters = new RevisionWaiters(options.clock, NO_REVISION);
    const caughtUp = (revision: Revision): Promise<void> => this.caughtUp(revision);
    this.events = new LockEventFeed({ ...options, state: () => this.#state, caughtUp });
  }

  /**
   * Read what is stored, and lead, or follow who leads.
   * @throws LockstepError STORE_UNAVAILABLE; DM_LEADS while a dm-master leads on this store
   */
  static async start(options: ShellOptions): Promise<CoordinatorShell> {
    const coordinator = new CoordinatorShell(options);
    const next = await snapshot(options.store, {
      rebuild: (values, revision) => coordinator.#rebuild(values, revision),
    });
    coordinator.#following = coordinator.#follow(next);
    try {
      await coordinator.#lead();
    } catch (error) {
      await coordinator.stop();
      throw error;
    }
    coordinator.#care = StoreCare.of(options, () => coordinator.#compactable());
    const { leaseMs } = options;
    if (leaseMs !== undefined) coordinator.#competing = coordinator.#takePart(leaseMs);
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

  /** Whether anybody leads on the store, as far as this server has read. */
  get isLed(): boolean {
    return this.#leaders.leader !== null || this.#leaders.dmLeads;
  }

  /** Whether this server is the one that tells what happens to the store as a whole. */
  get speaksForStore(): boolean {
    return this.#phase.kind === 'leading';
  }

  /** How full the store is; null: it isn't known, or has no end. */
  get usage(): StoreUsage | null {
    return this.#care?.usage ?? null;
  }

  /** Whether requests can be served; if not, why. */
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] } {
    const reasons = [
      ...whyNotServing(this.#phase),
      ...(this.#trouble === null ? [] : [`the store can't be reached: ${this.#trouble.message}`]),
      ...(this.#phase.kind === 'leading' ? this.#writes.reasons : []),
    ];
    return { ready: reasons.length === 0, reasons };
  }

  /** Resolves when the state has seen `revision`. */
  async caughtUp(revision: Revision): Promise<void> {
    await this.#waiters.wait(revision);
  }

  /** Resolves when `isTrue` gives true after some change, after `timeoutMs`, or when waits are ended. Whether it was true. */
  async until(isTrue: () => boolean, timeoutMs: number): Promise<boolean> {
    return await this.#waits.until(isTrue, timeoutMs);
  }

  /** Let no request wait any longer for what takes its time: it goes on without them. */
  endWaits(): void {
    this.#waits.end();
  }

  /** Finish what is under way and let go of the leadership. The store stays open. */
  async stop(): Promise<void> {
    if (this.#phase.kind === 'stopped' || this.#phase.kind === 'draining') return;
    const led = this.#phase.kind === 'leading' ? this.#phase : null;
    this.#phase = { kind: 'draining' };
    this.#schemas.end();
    this.#stopTicking();
    this.#care?.stop();
    await led?.queue.stop();
    await led?.leadership.release();
    this.#abort.abort();
    await this.#following;
    this.#waiters.stop();
    this.#waits.look();
    await this.#competing;
    this.#phase = { kind: 'stopped' };
  }

  #newState(): CoordinatorState {
    const limits = { operationsPerWrite: this.options.store.limits.operationsPerTransaction - 3 };
    const state = new CoordinatorState(limits, this.options.retention ?? EMBEDDED_RETENTION, this.#caches);
    state.downstream.configured = this.#schemas.tasks;
    return state;
  }

  /** Until its end the state stays the one that there is. */
  #rebuild(values: readonly KeyValue[], revision: Revision): Rebuilding {
    const state = this.#newState();
    const leaders = new LeaderWatch();
    recover(state, values, revision);
    leaders.rebuild(values);
    return {
      apply: (batch) => {
        leaders.apply(batch);
        // What it publishes stands in the journal.
        step(state, { kind: 'batch', batch, nowMs: this.options.clock.wallMs() });
      },
      end: () => this.#replace(state, leaders),
    };
  }

  #replace(state: CoordinatorState, leaders: LeaderWatch): void {
    this.#state = state;
    this.#leaders = leaders;
    for (const problem of state.problems.values())
      this.options.logger.warn({ key: problem.key }, `unreadable: ${problem.message}`);
    this.#watchLeadership();
    if (this.#phase.kind === 'leading') {
      this.#phase.queue.seenJournal(state.journal.last);
      this.#handle({ kind: 'lead', nowMs: this.options.clock.wallMs() });
    }
    this.#advance();
    this.events.restart();
    this.operations.restart(this.#state);
  }

  async #follow(from: Revision): Promise<void> {
    const target = {
      rebuild: (values: readonly KeyValue[], revision: Revision): Rebuilding => this.#rebuild(values, revision),
      apply: (batch: Batch): void => {
        this.#leaders.apply(batch);
        if (this.#phase.kind === 'leading') this.#phase.queue.observe(batch);
        this.#watchLeadership();
        this.#handle({ kind: 'batch', batch, nowMs: this.options.clock.wallMs() });
        this.#watchLeadership();
        if (this.#phase.kind === 'leading') this.#phase.queue.seenJournal(this.#state.journal.last);
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

  /** Lead, if nobody else does. @throws LockstepError DM_LEADS, STORE_UNAVAILABLE */
  async #lead(): Promise<void> {
    const { store, clock, leaseMs = null } = this.options;
    const lease = { lost: false };
    const leadership = await tryToLead({ store, clock, serverId: this.#serverId, leaseMs }, (reason) => {
      lease.lost = true;
      if (this.#phase.kind === 'leading' && this.#phase.leadership === leadership) this.#lose(inElection(reason));
    });
    if (leadership === null) {
      this.#followOnly(inElection('another server leads'));
      return;
    }
    try {
      await this.caughtUp(leadership.revision);
    } catch (error) {
      await leadership.release();
      throw error;
    }
    const forbidden = this.#whyForbidden();
    const current = !lease.lost && this.#leaders.leader === leadership.revision;
    if (forbidden === null && current && !this.#isOver()) {
      this.#begin(leadership);
      return;
    }
    this.#followOnly(forbidden ?? inElection('the leadership was lost at once'));
    await leadership.release();
  }

  #begin(leadership: Leadership): void {
    const { store, clock, logger } = this.options;
    const queue: WriteQueue = new WriteQueue({
      store,
      clock,
      leaderCompares: leadership.compares,
      sequence: this.#state.journal.last,
      settled: () => settledPut(this.#state),
      onEnd: (end) => {
        this.#announcer.tellEnd(end);
        // What this server began when it led before says nothing about what it writes now.
        const old = this.#phase.kind === 'leading' && this.#phase.queue !== queue;
        if (!old) this.#handle({ ...end, nowMs: clock.wallMs() });
      },
      onTrouble: (trouble) => this.#writes.note(trouble),
    });
    this.#writes.note(null);
    this.#phase = { kind: 'leading', queue, leadership };
    this.#schemas.begin();
    logger.info({ revision: leadership.revision }, 'leading');
    this.#metrics.beganToLead();
    this.#handle({ kind: 'lead', nowMs: clock.wallMs() });
    this.#tick();
  }

  /** What this server may have the store forget; null: nothing, another one does. */
  async #compactable(): Promise<Compactable | null> {
    if (this.#phase.kind !== 'leading' || this.#leaders.isShared) return null;
    const { revision, settledRecord } = this.#state;
    // No compaction can compare anything. What is recorded as settled only grows, so one that comes late does no harm.
    if (!(await this.#phase.leadership.stands())) return null;
    // Where none is recorded a server that starts reads what is stored last.
    return { revision, settled: settledRecord === NO_REVISION ? revision : settledRecord };
  }

  /** Be one of several servers until this one stops. */
  async #takePart(leaseMs: number): Promise<void> {
    const membership = { ...this.options, serverId: this.#serverId, leaseMs };
    await Promise.all([this.#compete(), keepMembership(membership, this.#abort.signal)]);
  }

  /** Take part in elections until this server stops. */
  async #compete(): Promise<void> {
    for (;;) {
      await this.#vacancy();
      if (this.#isOver()) return;
      try {
        await this.#lead();
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error;
        this.options.logger.warn({ code: error.code }, `this server can't lead: ${error.message}`);
        await pause(this.options.clock, ELECTION_RETRY_MS, this.#abort.signal);
      }
    }
  }

  /** Resolves when nobody leads and this server may, or when it stops. */
  async #vacancy(): Promise<void> {
    const isVacant = (): boolean =>
      this.#phase.kind === 'following' && this.#leaders.leader === null && this.#whyForbidden() === null;
    await this.#waits.become(() => this.#isOver() || isVacant());
  }

  #isOver(): boolean {
    return this.#phase.kind === 'draining' || this.#phase.kind === 'stopped';
  }

  #whyForbidden(): FollowingReason | null {
    if (this.#leaders.dmLeads) return { kind: 'forbidden', message: 'a dm-master leads' };
    const newer = [...this.#state.newerRecords];
    return newer.length === 0 ? null : { kind: 'forbidden', message: `a newer program wrote ${newer.join(', ')}` };
  }

  /** Whoever puts the leader's key leads; while a dm-master leads, or where a newer program wrote, this server doesn't. */
  #watchLeadership(): void {
    if (this.#phase.kind !== 'leading') return;
    const forbidden = this.#whyForbidden();
    const { leader } = this.#leaders;
    if (forbidden !== null) this.#lose(forbidden);
    else if (leader !== this.#phase.leadership.revision)
      this.#lose(inElection(leader === null ? 'its key has gone' : 'another server leads'));
  }

  #lose(reason: FollowingReason): void {
    if (this.#phase.kind !== 'leading') return;
    const { queue, leadership } = this.#phase;
    this.options.logger.warn({}, `the leadership is lost: ${reason.message}`);
    this.#stopTicking();
    this.#schemas.end();
    this.#followOnly(reason);
    this.#handle({ kind: 'follow' });
    void queue.stop();
    void leadership.release();
  }

  #followOnly(reason: FollowingReason): void {
    if (!this.#isOver()) this.#phase = { kind: 'following', reason };
    this.#waits.look();
  }

  #tick(): void {
    this.#stopTicking = this.options.clock.after(TICK_MS, () => {
      this.#handle({ kind: 'tick', nowMs: this.options.clock.wallMs() });
      if (this.#phase.kind === 'leading') this.#tick();
    });
  }

  #handle(event: CoordinatorEvent): void {
    const writes: QueuedWrite[] = [];
    const begunMs = this.options.clock.monotonicMs();
    const effects = step(this.#state, event);
    this.#metrics.stepped(event.kind, this.options.clock.monotonicMs() - begunMs);
    for (const effect of effects) this.#carryOut(effect, writes);
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
        this.#announcer.tell(effect.events);
        return this.events.publish(effect.events);
      case 'read-schemas':
        return this.#schemas.read(effect.task, effect.tables);
      case 'ended-actions':
        return this.#announcer.tellActions(effect.actions);
      case 'ignored-acknowledgements':
        return this.#announcer.tellIgnored(effect.tasks);
      default:
        return unreachable(effect);
    }
  }

  #advance(): void {
    this.#waiters.advance(this.#state.revision);
    this.#waits.look();
  }
}
