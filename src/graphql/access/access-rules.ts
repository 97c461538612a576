import { LockstepError } from '../../core/model/error';
import { parseLockName } from '../../core/model/lock-name';
import { parseLockId } from '../../core/model/lock-id';
import { parseSourceId, parseTaskName } from '../../core/model/names';
import type { SourceId, TaskName } from '../../core/model/names';
import type { Access } from '../../core/request/access';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import { JsonValue } from '../../core/wire/json-reader';
import { readLockReference } from '../resolvers/lock-reference';

/**
 * What a field's arguments touch; nothing: whoever is known may ask.
 * @throws LockstepError if the arguments are not of their form
 */
export type AccessRule = (args: JsonValue, state: CoordinatorState) => readonly Access[];

const anyone: AccessRule = () => [];
const readAll: AccessRule = () => [{ kind: 'read-all' }];

const taskOf = (args: JsonValue, name = 'task'): TaskName => args.field(name).parsed(parseTaskName);
const sourceOf = (args: JsonValue): { task: TaskName; source: SourceId } => ({
  task: taskOf(args),
  source: args.field('source').parsed(parseSourceId),
});

/** One task if the filter names one, else everything. */
const filtered: AccessRule = (args) => {
  const task = args.field('filter').nullable((filter) => filter.field('task').nullable((field) => field.text()));
  return [task === null ? { kind: 'read-all' } : { kind: 'read-task', task: parseTaskName(task) }];
};

const readTask: AccessRule = (args) => [{ kind: 'read-task', task: taskOf(args) }];
const readSource: AccessRule = (args) => [{ kind: 'read-source', ...sourceOf(args) }];
const lockTask = (value: JsonValue): TaskName => parseLockId(value.parsed(parseLockName)).task;
const readLock: AccessRule = (args) => [{ kind: 'read-task', task: lockTask(args.field('id')) }];

/** A rollout that names a task shows that task's tables; another one shows what the asker has sent. */
const explain: AccessRule = (args) => {
  const task = args
    .field('input')
    .field('task')
    .nullable((field) => field.text());
  return task === null ? [] : [{ kind: 'read-task', task: parseTaskName(task) }];
};

/** An action belongs to the task that it is about. */
const readAction: AccessRule = (args, { actions }) => {
  const input = actions.get(args.field('id').text())?.input;
  if (input === undefined) return [];
  return [{ kind: 'read-task', task: 'lockId' in input ? parseLockId(input.lockId).task : input.task }];
};

/** Objects that routers ask for by their keys. Sources and workers show only what the asker may see. */
const readEntities: AccessRule = (args) =>
  args
    .field('representations')
    .list((entity): Access | null => {
      switch (entity.field('__typename').text()) {
        case 'ShardLock':
          return { kind: 'read-task', task: parseLockId(readLockReference(entity)).task };
        case 'ShardTask':
          return { kind: 'read-task', task: taskOf(entity, 'name') };
        default:
          return null;
      }
    })
    .filter((access) => access !== null);

const operate =
  (...names: readonly string[]): AccessRule =>
  (args) =>
    names.flatMap((name) => {
      const field = args.field('input').field(name);
      if (!field.isPresent && name !== names[0]) return [];
      const task = /lockId$/iu.test(name) ? lockTask(field) : field.parsed(parseTaskName);
      return [{ kind: 'operate', task } as const];
    });

const work: AccessRule = (args) => [{ kind: 'work', ...sourceOf(args.field('input').field('session')) }];
const register: AccessRule = (args) => [{ kind: 'work', ...sourceOf(args.field('input')) }];

/** What every root field touches, and the fields that lead from sources to tasks. A root field without a rule is a defect. */
export const ACCESS_RULES: Readonly<Record<string, AccessRule>> = {
  'Query.shardLock': readLock,
  'Query.shardLocks': filtered,
  'Query.shardTask': (args) => [{ kind: 'read-task', task: taskOf(args, 'name') }],
  'Query.shardTasks': readAll,
  'Query.shardSource': anyone,
  'Query.shardWorker': anyone,
  'Query.shardWorkers': readAll,
  'Query.shardAction': readAction,
  'Query.shardActions': filtered,
  'Query.pendingShardOperations': readSource,
  'Query.shardEvents': filtered,
  'Query.explainShardDDL': explain,
  'Query.shardCluster': readAll,
  'Query._service': anyone,
  'Query._entities': readEntities,
  'Mutation.putShardTask': operate('name'),
  'Mutation.unlockShardLock': operate('lockId'),
  'Mutation.breakShardLock': operate('task', 'removeLockId'),
  'Mutation.removeShardMeta': operate('task'),
  'Mutation.excludeShardSource': operate('task'),
  'Mutation.retryShardInfo': operate('task'),
  'Mutation.registerShardWorker': register,
  'Mutation.renewShardWorker': work,
  'Mutation.leaveShardWorker': work,
  'Mutation.putShardSourceTables': work,
  'Mutation.addShardSourceTable': work,
  'Mutation.removeShardSourceTable': work,
  'Mutation.reportShardInfo': work,
  'Mutation.reportShardSourceInfo': work,
  'Mutation.acknowledgeShardOperation': work,
  'Mutation.failShardOperation': work,
  'Mutation.extendShardOperation': work,
  'Mutation.reportShardStatus': work,
  'Subscription.shardLockEvents': filtered,
  'Subscription.shardOperations': readSource,
  'ShardSource.worker': readTask,
  'ShardSource.status': readTask,
  'ShardSource.upstreamTables': readTask,
};

/** Whether a mutation is one that workers send for their sources, of which there are many; others are sent by hand. */
export function isWork(rule: AccessRule): boolean {
  return rule === work || rule === register;
}

/** Lists that lead to objects of several tasks, and the field of each that names its task: others' are left out. */
export const FILTERED_LISTS: Readonly<Record<string, string>> = {
  'ShardSource.tasks': 'name',
  'ShardWorker.assignments': 'taskName',
};

/** The arguments of a field as a rule reads them. */
export function readArguments(field: string, args: unknown): JsonValue {
  return JsonValue.root(args, field);
}

/** Arguments that a rule can't read are refused as bad input, by whoever may ask. */
export function asBadInput(error: unknown): LockstepError {
  if (error instanceof LockstepError) return new LockstepError('INVALID_INPUT', error.message, error.fields);
  throw error;
}
