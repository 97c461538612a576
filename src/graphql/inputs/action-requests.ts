import type { ActionRequest } from '../../coordinator/service';
import { parseLockName } from '../../core/model/lock-name';
import type { ActionInput, ActionRecord } from '../../core/model/action';
import { LockstepError } from '../../core/model/error';
import { parseSourceId, parseTaskName, parseUpstreamTable } from '../../core/model/names';
import type { SourceId, UpstreamTable } from '../../core/model/names';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import { lockNotFound, modeOfLock } from '../views/lock-view';
import type {
  ShardActionOptions,
  ShardBreakLockInput,
  ShardExcludeSourceInput,
  ShardPutTaskInput,
  ShardRemoveMetaInput,
  ShardRetryInfoInput,
  ShardUnlockLockInput,
} from './operator-inputs';
import { parseName, parseReason, parseWithin } from './parse-input';
import { parseUpstream } from './table-inputs';

/** How long a request may wait for the end of an action, in milliseconds. */
const LONGEST_WAIT_MS = 20_000;

/** An action waits twice at most: for the owner, then for the others. */
const WAITS_OF_AN_ACTION = 2;

/** How long the end of an action may take beside its waits, in milliseconds. */
const SLACK_MS = 1_000;

/** What is asked for with the options that all manual actions have. @throws LockstepError INVALID_INPUT */
export function parseActionRequest(options: ShardActionOptions, input: ActionInput, actor: string): ActionRequest {
  return {
    input,
    actor,
    reason: parseReason(options.reason),
    idempotencyKey: parseKey(options),
    waitMs: Math.min(LONGEST_WAIT_MS, WAITS_OF_AN_ACTION * parseWait(options) + SLACK_MS),
    dryRun: options.dryRun,
  };
}

/** What names the action of a repeated request. @throws LockstepError INVALID_INPUT */
export function parseKey({ idempotencyKey }: ShardActionOptions): string | null {
  return idempotencyKey == null ? null : parseName('idempotencyKey', idempotencyKey);
}

/** What `putShardTask` asks for. @throws LockstepError INVALID_INPUT */
export function parsePutTask({ name, mode, sources }: ShardPutTaskInput): ActionInput {
  return { kind: 'put-task', task: parseTaskName(name), mode, sources: [...new Set(sources.map(parseSourceId))] };
}

/**
 * What `unlockShardLock` asks for; which fields count depends on the lock's mode, of a request that is repeated on what it
 * was when it was asked first.
 * @throws LockstepError INVALID_INPUT, also for a field of the other mode; LOCK_NOT_FOUND if neither lock nor task is known
 */
export function parseUnlock(
  state: CoordinatorState,
  input: ShardUnlockLockInput,
  stored: ActionRecord | null,
): ActionInput {
  const lockId = parseLockName(input.lockId);
  const ifIncarnation = input.ifIncarnation ?? null;
  const sources = input.sources.map(parseSourceId);
  if (stored === null ? modeOfLock(state, lockId) === 'optimistic' : stored.input.kind === 'unlock-optimistic') {
    refuseFields('optimistic', { owner: input.owner != null, forceRemove: input.forceRemove });
    if (input.action == null) {
      if (stored === null && state.targets.get(lockId)?.lock == null) throw lockNotFound(lockId);
      throw invalid('action', 'action must be EXEC or SKIP for an optimistic lock');
    }
    const exec = input.action === 'exec';
    const tables = input.tables.map(parseUpstream);
    return { kind: 'unlock-optimistic', lockId, ifIncarnation, tables, sources, exec, force: input.force };
  }
  refuseFields('pessimistic', { action: input.action != null, tables: input.tables.length > 0, force: input.force });
  const { forceRemove } = input;
  const waitMs = parseWait(input);
  return { kind: 'unlock-pessimistic', lockId, ifIncarnation, owner: parseOwner(input), sources, forceRemove, waitMs };
}

/** What `breakShardLock` asks for. @throws LockstepError INVALID_INPUT */
export function parseBreak(input: ShardBreakLockInput): ActionInput {
  return {
    kind: 'break',
    task: parseTaskName(input.task),
    source: parseSourceId(input.source),
    exec: input.action === 'exec',
    removeId: input.removeLockId == null ? null : parseLockName(input.removeLockId),
    ifIncarnation: input.ifIncarnation ?? null,
    force: input.force,
    waitMs: parseWait(input),
  };
}

/** What `removeShardMeta` asks for. @throws LockstepError INVALID_INPUT */
export function parseRemoveMeta({ task, sources, force }: ShardRemoveMetaInput): ActionInput {
  return { kind: 'remove-meta', task: parseTaskName(task), sources: sources.map(parseSourceId), force };
}

/** What `excludeShardSource` asks for. @throws LockstepError INVALID_INPUT */
export function parseExclude({ task, source, undo }: ShardExcludeSourceInput): ActionInput {
  return { kind: 'exclude-source', task: parseTaskName(task), source: parseSourceId(source), undo };
}

/** What `retryShardInfo` asks for. @throws LockstepError INVALID_INPUT */
export function parseRetry(input: ShardRetryInfoInput): ActionInput {
  const source = parseSourceId(input.source);
  return { kind: 'retry-info', task: parseTaskName(input.task), source, table: parseRetriedTable(source, input) };
}

function parseRetriedTable(source: SourceId, { schema, table }: ShardRetryInfoInput): UpstreamTable | null {
  if (schema == null && table == null) return null;
  if (schema == null || table == null) throw invalid('table', 'schema and table go together');
  return parseUpstreamTable(source, schema, table);
}

function parseOwner({ owner }: ShardUnlockLockInput): SourceId | null {
  return owner == null ? null : parseSourceId(owner);
}

function parseWait({ waitMs }: ShardActionOptions): number {
  return parseWithin('waitMs', waitMs, 0, LONGEST_WAIT_MS);
}

function refuseFields(mode: string, given: Readonly<Record<string, boolean>>): void {
  const [field] = Object.entries(given).find(([, isGiven]) => isGiven) ?? [];
  if (field !== undefined) throw invalid(field, `${field} has no meaning for a lock in ${mode} mode`);
}

function invalid(field: string, message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field });
}
