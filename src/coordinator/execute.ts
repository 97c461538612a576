import { LockstepError } from '../core/model/error';
import { failure, success } from '../core/model/result';
import type { Result } from '../core/model/result';
import { planSafely } from '../core/request/request-plan';
import type { RequestPlan } from '../core/request/request-plan';
import type { CoordinatorState } from '../core/state/coordinator-state';
import type { Clock } from '../ports/clock';
import type { Store } from '../ports/store';
import { dmLeadsError, lookForDm } from './leader-watch';
import type { CoordinatorShell } from './shell';

/** For how long a request is planned again because somebody else's change came first, in milliseconds. */
const PATIENCE_MS = 10_000;

/** So often it is planned again at once; then pauses begin, each up to twice as long as the one before, in milliseconds. */
const AT_ONCE = 3;
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 250;

/** What requests are carried out with. */
export interface Executor {
  readonly store: Store;
  readonly shell: CoordinatorShell;
  readonly clock: Clock;
}

/**
 * Carry out a request: plan it on the state, write it, and answer when the state has seen what was written, so that
 * everybody reads what they wrote. A lost race is planned again on the newer state, the sooner the fewer were lost. Nothing
 * is refused by a state that lacks what was written before: who is refused may give up.
 * @throws LockstepError STORE_UNAVAILABLE; CONTENTION when the race is lost over and over
 */
export async function execute<T>(
  { store, shell, clock }: Executor,
  plan: (state: CoordinatorState) => RequestPlan<T>,
): Promise<Result<T, LockstepError>> {
  const endMs = clock.monotonicMs() + PATIENCE_MS;
  let mayRefuse = false;
  for (let attempt = 1; ; attempt += 1) {
    const planned = planSafely(shell.state, plan);
    if (planned.kind === 'answer') return success(planned.value);
    if (planned.kind === 'refuse') {
      if (mayRefuse || (await isNewest(store, shell))) return failure(planned.error);
      // It has seen now what was written when it refused first; what others write since counts as written afterwards.
      mayRefuse = true;
      continue;
    }
    const { succeeded, revision } = await store.txn({ compares: planned.compares, then: planned.mutations });
    await shell.caughtUp(revision);
    if (succeeded) return success(planned.answer(revision));
    if ((await lookForDm(store)).dmLeads) return failure(dmLeadsError());
    if (clock.monotonicMs() >= endMs)
      return failure(
        new LockstepError('CONTENTION', `the keys of this request changed ${attempt} times while it was planned`),
      );
    await new Promise<void>((resolve) => clock.after(pauseMs(attempt), resolve));
  }
}

/** Whether the state had seen all that is written; it has when this resolves. */
async function isNewest(store: Store, shell: CoordinatorShell): Promise<boolean> {
  const before = shell.state.revision;
  const last = await store.revision();
  if (before >= last) return true;
  await shell.caughtUp(last);
  return false;
}

/** At random, so that those who lost one race don't meet in the next. */
function pauseMs(attempt: number): number {
  if (attempt <= AT_ONCE) return 0;
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - AT_ONCE));
}
