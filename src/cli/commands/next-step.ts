import { LockstepError } from '../../core/model/error';
import type { ErrorCode } from '../../core/model/error-catalogue';
import { parseLockId } from '../../core/model/lock-id';
import { shellWord } from '../../core/model/shell-word';
import type { ApiClient } from '../client/api-client';
import { meantName } from '../client/meant';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { hint } from '../show/report';

/** Where to look next, by what is wrong; `subject` is the task or lock that the command was about. */
const NEXT_STEPS: Partial<Record<ErrorCode, (subject: string | null) => string>> = {
  TASK_NOT_FOUND: () => 'lockstep query-status',
  SOURCE_NOT_FOUND: statusOf,
  LOCK_NOT_FOUND: () => 'lockstep locks',
  ACTION_NOT_FOUND: () => 'lockstep actions',
  INFO_NOT_FOUND: whyOf,
  NOT_IN_CONFLICT: whyOf,
  OWNER_NOT_WAITING: whyOf,
  OWNER_NOT_DONE: whyOf,
  LOCK_IS_RESOLVING: whyOf,
  LOCK_STILL_FORMING: whyOf,
  LOCK_CHANGED: whyOf,
  NOT_WAITING: statusOf,
  PART_OF_WORKERS_FAILED: statusOf,
  TASK_RUNNING: statusOf,
  UNAUTHENTICATED: () => 'the same command with --token-file FILE, or with LOCKSTEP_TOKEN_FILE set',
  FORBIDDEN: () => 'the same command with --token-file FILE, or with LOCKSTEP_TOKEN_FILE set',
  SERVER_UNREACHABLE: () => 'lockstep serve, to start one; --server URL or LOCKSTEP_SERVER names another',
};

/** Tell on the error output what a person could type next. */
export async function hintNextStep(code: ErrorCode, client: ApiClient, options: Options, io: Io): Promise<void> {
  const subject = options.argument(0);
  const takesLocks = options.command.arguments[0]?.name.includes('lock') === true;
  const meant = subject === null ? null : await meantName(client, code, subject, takesLocks);
  if (meant !== null && meant !== subject) {
    hint(`Did you mean: lockstep ${options.command.name} ${shellWord(meant)}`, options, io);
    return;
  }
  // The lock is there, so something else is wrong: its remedies are whole commands.
  const next = meant === null ? NEXT_STEPS[code]?.(subject) : whyOf(meant);
  if (next !== undefined) hint(`Next: ${next}`, options, io);
}

function whyOf(subject: string | null): string {
  return subject === null ? 'lockstep why' : `lockstep why ${shellWord(subject)}`;
}

function statusOf(subject: string | null): string {
  return subject === null ? 'lockstep query-status' : `lockstep query-status ${shellWord(taskOf(subject))}`;
}

/** The task of a lock ID; a task is its own. */
function taskOf(subject: string): string {
  try {
    return parseLockId(subject).task;
  } catch (error) {
    if (error instanceof LockstepError) return subject;
    throw error;
  }
}
