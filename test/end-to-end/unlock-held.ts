import { setTimeout as sleep } from 'node:timers/promises';
import type { Operator } from './operator';

/** The sources of a task of which one never reports: each of its locks is unlocked by hand. */
const DECLARED = ['source-0', 'source-1'];

/** Codes of failures of an unlock by hand that only tell that somebody was out of reach for long, or that it is done. */
const MAY_FAIL = ['OWNER_NOT_DONE', 'OWNER_NOT_WAITING', 'LOCK_NOT_FOUND', 'LOCK_IS_RESOLVING', 'CONTENTION'];

/** Declare the task, so that its locks wait for the source that never reports. */
export async function declareHeld(task: string, operator: Operator): Promise<void> {
  const input = { name: task, mode: 'PESSIMISTIC', sources: DECLARED };
  const answer = await operator.act({ mutation: 'putShardTask', type: 'ShardPutTaskInput', input }, 20_000);
  if (answer['__typename'] !== 'ShardPutTaskSuccess') throw new Error(`not declared: ${JSON.stringify(answer)}`);
}

/**
 * Unlock each lock of the task as it comes, until `isPlaying` says that no more will come.
 * @param operator who does it next
 */
export async function unlockHeld(task: string, operator: () => Operator, isPlaying: () => boolean): Promise<void> {
  while (isPlaying()) {
    const next = operator();
    const lock = (await next.locks()).find(({ id }) => id.startsWith(`${task}-`));
    if (lock === undefined || lock.state === 'EXECUTING') {
      await sleep(50);
      continue;
    }
    const unlock = { mutation: 'unlockShardLock', type: 'ShardUnlockLockInput', input: { lockId: lock.id } };
    const answer = await next.act(unlock, 20_000);
    const { code } = answer;
    const isHarmless = typeof code === 'string' && MAY_FAIL.includes(code);
    if (answer['__typename'] !== 'ShardUnlockLockSuccess' && !isHarmless)
      throw new Error(`not unlocked: ${JSON.stringify(answer)}`);
  }
}
