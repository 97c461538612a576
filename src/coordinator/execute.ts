import { LockstepError } from '../core/model/error';
import { failure, success } from '../core/model/result';
import type { Result } from '../core/model/result';
import { planSafely } from '../core/request/request-plan';
import type { RequestPlan } from '../core/request/request-plan';
import type { CoordinatorState } from '../core/state/coordinator-state';
import { DM_LEADER_PREFIX } from '../core/wire/dm-keys';
import type { Store } from '../ports/store';
import type { CoordinatorShell } from './shell';

/** How often a request is planned again because somebody else's change came first. */
const ATTEMPTS = 20;

/**
 * Carry out a request: plan it on the state, write it, and answer when the state has seen what was written, so that
 * everybody reads what they wrote. A lost race is planned again on the newer state.
 * @throws LockstepError STORE_UNAVAILABLE; CONTENTION when the race is lost over and over
 */
export async function execute<T>(
  store: Store,
  shell: CoordinatorShell,
  plan: (state: CoordinatorState) => RequestPlan<T>,
): Promise<Result<T, LockstepError>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const planned = planSafely(shell.state, plan);
    if (planned.kind === 'answer') return success(planned.value);
    if (planned.kind === 'refuse') return failure(planned.error);
    const { succeeded, revision } = await store.txn({ compares: planned.compares, then: planned.mutations });
    await shell.caughtUp(revision);
    if (succeeded) return success(planned.answer(revision));
    if (await dmLeads(store))
      return failure(new LockstepError('DM_LEADS', 'a dm-master leads on this store; this server writes nothing'));
  }
  return failure(
    new LockstepError('CONTENTION', `the keys of this request changed ${ATTEMPTS} times while it was planned`),
  );
}

async function dmLeads(store: Store): Promise<boolean> {
  const { values } = await store.range(DM_LEADER_PREFIX);
  return values.length > 0;
}
