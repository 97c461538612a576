import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName, UpstreamTable } from '../model/names';
import type { Mode } from '../model/records';
import type { Revision } from '../model/revision';
import { shellWord } from '../model/shell-word';

/** A mutation of the API, and the command that sends the same. */
export interface OperatorRequest {
  readonly command: string;
  readonly mutation: string;
  readonly variables: string;
  /** The command by which the same is asked of a dm-master; absent: it can't be. */
  readonly dmctl?: string;
}

/** The fields that every answer of a manual action shows. */
const ACTION_FIELDS =
  '{ __typename ... on ShardActionSuccess { changes action { id state } } ... on ShardUserError { code message help } }';

/** Release tables of an optimistic lock. */
export function unlockTable(
  lock: { readonly lockId: LockId; readonly incarnation: Revision },
  table: UpstreamTable,
  { exec, force }: { readonly exec: boolean; readonly force: boolean },
): OperatorRequest {
  const { source, schema, table: name } = table;
  const action = exec ? 'exec' : 'skip';
  const words = ['unlock-ddl-lock', '--action', action, '--worker', source, '--database', schema, '--table', name];
  const asked = request(
    'UnlockShardLock',
    'unlockShardLock',
    'ShardUnlockLockInput',
    [...words, ...flag('--force', force), lock.lockId],
    {
      lockId: lock.lockId,
      ifIncarnation: String(lock.incarnation),
      action: exec ? 'EXEC' : 'SKIP',
      tables: [{ source, schema, table: name }],
      ...(force ? { force } : {}),
    },
  );
  // dm-master releases only tables that wait for a person.
  const told = ['--action', action, '--sources', source, '--database', schema, '--table', name];
  return force ? asked : { ...asked, dmctl: dmctlUnlock(lock.lockId, told) };
}

/** Let a pessimistic lock go on without those that are missing. */
export function unlockLock(
  lock: { readonly lockId: LockId; readonly incarnation: Revision },
  options: { readonly owner?: SourceId; readonly sources?: readonly SourceId[]; readonly forceRemove?: boolean } = {},
): OperatorRequest {
  const { owner, sources = [], forceRemove = false } = options;
  const words = [
    'unlock-ddl-lock',
    ...(owner === undefined ? [] : ['--owner', owner]),
    ...sources.flatMap((source) => ['--worker', source]),
    ...flag('--force-remove', forceRemove),
    lock.lockId,
  ];
  const asked = request('UnlockShardLock', 'unlockShardLock', 'ShardUnlockLockInput', words, {
    lockId: lock.lockId,
    ifIncarnation: String(lock.incarnation),
    ...(owner === undefined ? {} : { owner }),
    ...(sources.length === 0 ? {} : { sources }),
    ...(forceRemove ? { forceRemove } : {}),
  });
  const told = [...(owner === undefined ? [] : ['--owner', owner]), ...flag('--force-remove', forceRemove)];
  return { ...asked, dmctl: dmctlUnlock(lock.lockId, told) };
}

/** The command that asks a dm-master to unlock. */
function dmctlUnlock(lockId: LockId, words: readonly string[]): string {
  return ['dmctl', 'shard-ddl-lock', 'unlock', lockId, ...words].map(shellWord).join(' ');
}

/** Let one blocked source execute or skip its DDLs. */
export function breakSource(
  task: TaskName,
  source: SourceId,
  { exec, removeId }: { readonly exec: boolean; readonly removeId?: LockId },
): OperatorRequest {
  const words = [
    'break-ddl-lock',
    '--worker',
    source,
    exec ? '--exec' : '--skip',
    ...(removeId === undefined ? [] : ['--remove-id', removeId]),
    task,
  ];
  return request('BreakShardLock', 'breakShardLock', 'ShardBreakLockInput', words, {
    task,
    source,
    action: exec ? 'EXEC' : 'SKIP',
    ...(removeId === undefined ? {} : { removeLockId: removeId }),
  });
}

/** Leave a source out of its task. */
export function excludeSource(task: TaskName, source: SourceId): OperatorRequest {
  const words = ['exclude-source', '--source', source, task];
  return request('ExcludeShardSource', 'excludeShardSource', 'ShardExcludeSourceInput', words, { task, source });
}

/** Take a source that was left out in again. */
export function includeSource(task: TaskName, source: SourceId): OperatorRequest {
  const words = ['exclude-source', '--undo', '--source', source, task];
  return request('ExcludeShardSource', 'excludeShardSource', 'ShardExcludeSourceInput', words, {
    task,
    source,
    undo: true,
  });
}

/** Have a stored report decided again. */
export function retryInfo(task: TaskName, table: UpstreamTable): OperatorRequest {
  const { source, schema, table: name } = table;
  const words = ['retry-info', '--source', source, '--database', schema, '--table', name, task];
  const variables = { task, source, schema, table: name };
  return request('RetryShardInfo', 'retryShardInfo', 'ShardRetryInfoInput', words, variables);
}

/** Declare a task with all of its sources. */
export function putTask(task: TaskName, mode: Mode, sources: readonly SourceId[]): OperatorRequest {
  const words = ['task', 'put', '--mode', mode, ...sources.flatMap((source) => ['--source', source]), task];
  const fields =
    '{ __typename ... on ShardPutTaskSuccess { task { name declared } } ... on ShardUserError { code message help } }';
  const variables = { name: task, mode: mode === 'optimistic' ? 'OPTIMISTIC' : 'PESSIMISTIC', sources };
  return request('PutShardTask', 'putShardTask', 'ShardPutTaskInput', words, variables, fields);
}

/** Remove what is stored of a task, or of some of its sources. */
export function removeMeta(task: TaskName, sources: readonly SourceId[] = []): OperatorRequest {
  const words = ['remove-meta', ...sources.flatMap((source) => ['--source', source]), task];
  const variables = { task, ...(sources.length === 0 ? {} : { sources }) };
  return request('RemoveShardMeta', 'removeShardMeta', 'ShardRemoveMetaInput', words, variables);
}

function request(
  name: string,
  field: string,
  inputType: string,
  words: readonly string[],
  input: object,
  fields: string = ACTION_FIELDS,
): OperatorRequest {
  return {
    command: ['lockstep', ...words].map(shellWord).join(' '),
    mutation: `mutation ${name}($input: ${inputType}!) { ${field}(input: $input) ${fields} }`,
    variables: JSON.stringify({ input }),
  };
}

function flag(name: string, isSet: boolean): string[] {
  return isSet ? [name] : [];
}
