import { LockstepError } from '../../core/model/error';
import { parseLockId } from '../../core/model/lock-id';
import type { JsonValue } from '../../core/wire/json-reader';
import type { ApiClient } from '../client/api-client';
import { readDiagnosis } from '../client/diagnosis';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { diagnosisText } from '../show/diagnosis-text';
import { jsonText } from '../show/report';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

/** How many locks are explained at once. */
const SHOWN = 10;

/** `why`: the 3 a.m. command. */
export const why: Command = apiCommand({
  name: 'why',
  summary: 'why tables stand still: who is waited for, since when, and commands that help',
  details:
    'Explains one lock, or the locks of a task, or all: those that have stood still longest first. Every command that it shows can be copied as it is.',
  examples: [
    'lockstep why',
    'lockstep why orders',
    "lockstep why 'orders-`shard_db`.`shard_table`'",
    'lockstep why orders/shard_db.shard_table',
  ],
  arguments: [
    { name: 'task or lock-ID', help: 'a task, a lock ID in single quotes, or task/schema.table', optional: true },
  ],
  flags: [],
  answer: explainWaiting,
});

async function explainWaiting(client: ApiClient, options: Options, io: Io): Promise<ApiAnswer> {
  const name = options.argument(0);
  const { locks, total } =
    name !== null && isLockName(name) ? await oneLock(client, name) : await someLocks(client, name);
  const data: unknown = locks.map((lock): unknown => JSON.parse(lock.json()));
  const now = io.nowMs();
  const more = total - locks.length;
  return {
    report: {
      json: jsonText(data),
      full: data,
      table: (paper) =>
        locks.length === 0
          ? nothingText(name)
          : [
              ...locks.map((lock) => diagnosisText(readDiagnosis(lock), paper, now)),
              ...(more > 0 ? [`${more} more locks wait: lockstep locks\n`] : []),
            ].join(`\n${'-'.repeat(paper.columns)}\n\n`),
    },
  };
}

async function oneLock(client: ApiClient, id: string): Promise<{ locks: JsonValue[]; total: number }> {
  const lock = await client.ask('ShardLockDiagnosis', { id });
  if (lock.isPresent) return { locks: [lock], total: 1 };
  throw new LockstepError('LOCK_NOT_FOUND', `there is no lock ${id}`, { lockId: id });
}

async function someLocks(client: ApiClient, task: string | null): Promise<{ locks: JsonValue[]; total: number }> {
  if (task !== null && !(await client.ask('ShardTaskStatus', { name: task })).isPresent) {
    throw new LockstepError('TASK_NOT_FOUND', `there is no task ${task}`, { task });
  }
  const filter = task === null ? {} : { task };
  const page = await client.ask('ShardLockDiagnoses', { filter, first: SHOWN });
  return { locks: page.field('nodes').list((lock) => lock), total: page.field('totalCount').count() };
}

/** A lock ID, or `task/schema.table`; anything else is a task. */
function isLockName(name: string): boolean {
  if (/^.+\/[^./]+\.[^./]+$/su.test(name)) return true;
  try {
    parseLockId(name);
    return true;
  } catch (error) {
    if (error instanceof LockstepError) return false;
    throw error;
  }
}

function nothingText(task: string | null): string {
  return task === null ? 'Nothing waits: there is no lock.\n' : `Nothing of task ${task} waits: it has no lock.\n`;
}
