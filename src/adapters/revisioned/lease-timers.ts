import type { LeaseId } from '../../core/model/store';
import type { Clock, StopTimer } from '../../ports/clock';
import { leaseEnded } from './plan-transaction';

interface LeaseTime {
  readonly ttlMs: number;
  /** On the monotonic clock. */
  deadlineMs: number;
}

/**
 * When leases end. Renewing only moves a number: there is one timer, for the earliest deadline that was known when it was
 * set, and it is set again when it fires too early.
 */
export class LeaseTimers {
  readonly #leases = new Map<LeaseId, LeaseTime>();
  #stopTimer: StopTimer | null = null;
  #timerMs = Infinity;

  /** @param onEnd called once for each lease that runs out; the lease is gone from here by then */
  constructor(
    private readonly clock: Clock,
    private readonly onEnd: (lease: LeaseId) => void,
  ) {}

  /** A lease with its whole time before it. */
  add(lease: LeaseId, ttlMs: number): void {
    const deadlineMs = this.clock.monotonicMs() + ttlMs;
    this.#leases.set(lease, { ttlMs, deadlineMs });
    this.#setTimer(deadlineMs);
  }

  /** Give a lease its whole time again. @throws LockstepError LEASE_ENDED */
  renew(lease: LeaseId): void {
    const time = this.#leases.get(lease);
    if (time === undefined) throw leaseEnded(lease);
    time.deadlineMs = this.clock.monotonicMs() + time.ttlMs;
  }

  /** Forget a lease. */
  remove(lease: LeaseId): void {
    this.#leases.delete(lease);
  }

  /** Forget all; nothing ends any more. */
  close(): void {
    this.#stopTimer?.();
    this.#leases.clear();
  }

  #setTimer(deadlineMs: number): void {
    if (deadlineMs >= this.#timerMs) return;
    this.#stopTimer?.();
    this.#timerMs = deadlineMs;
    this.#stopTimer = this.clock.after(deadlineMs - this.clock.monotonicMs(), () => this.#endDue());
  }

  #endDue(): void {
    this.#timerMs = Infinity;
    const nowMs = this.clock.monotonicMs();
    const due = [...this.#leases].filter(([, { deadlineMs }]) => deadlineMs <= nowMs).map(([lease]) => lease);
    for (const lease of due) this.#leases.delete(lease);
    let next = Infinity;
    for (const { deadlineMs } of this.#leases.values()) next = Math.min(next, deadlineMs);
    if (next < Infinity) this.#setTimer(next);
    for (const lease of due) this.onEnd(lease);
  }
}
