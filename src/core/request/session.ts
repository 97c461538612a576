import { LockstepError } from '../model/error';
import type { SourceId, TaskName } from '../model/names';
import type { Mode, SessionRecord, TaskRecord } from '../model/records';
import type { Revision } from '../model/revision';
import type { Compare, LeaseId } from '../model/store';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState, Session } from '../state/coordinator-state';
import { DM_LEADER_PREFIX } from '../wire/dm-keys';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writeSessionRecord } from '../wire/session-record';
import { writeTaskRecord } from '../wire/task-record';
import { withRegistrant } from '../state/task-growth';
import { taskKey, taskUnchanged } from '../state/task-sources';
import { requireReadable } from '../state/unreadable';
import { answer, refuse } from './request-plan';
import type { RequestPlan } from './request-plan';

/** Which session a worker's request belongs to. */
export interface SessionRef {
  readonly task: TaskName;
  readonly source: SourceId;
  readonly sessionId: string;
  /** The revision of its registration: a state that hasn't come so far can't judge it. */
  readonly epoch: Revision;
  /** Larger than that of every earlier message of the session; null or absent: its worker doesn't count. */
  readonly sequence?: number | null;
}

/** A worker that wants to speak for a source of a task. */
export interface Registration {
  readonly worker: string;
  readonly task: TaskName;
  readonly mode: Mode;
  readonly source: SourceId;
  /** All sources that the worker expects the task to have; null: it doesn't know. */
  readonly expectedSources: readonly SourceId[] | null;
  /** This start of the worker's process; null: it doesn't say. */
  readonly instance: string | null;
  /** The version of its program; null: it doesn't say. */
  readonly version: string | null;
  /** The ID of the session, should one begin. */
  readonly sessionId: string;
  /** The lease that the session would live on. */
  readonly lease: LeaseId;
  readonly ttlMs: number;
  readonly nowMs: number;
}

/** The session that a registration came to. */
export interface Registered {
  readonly sessionId: string;
  /** Larger than that of every earlier session of the source. */
  readonly epoch: Revision;
  readonly ttlMs: number;
  /** What the session lives on. */
  readonly lease: LeaseId;
}

/** How many starts of a worker's process are remembered beside the last. */
const FORMER_INSTANCES = 8;

/**
 * Register a worker (8-settled.md, *Session*): the same worker name takes its source over, another is refused while the
 * lease lives; the task is made, or grows by the source. A registration that is repeated, and comes late, must not end a
 * session: the same instance of the worker gets the one that it began, a former instance none.
 */
export function planRegister(state: CoordinatorState, registration: Registration): RequestPlan<Registered> {
  const { task, source, worker, mode } = registration;
  const dmWorker = state.dmWorkers.ofSource(source);
  if (dmWorker !== null) {
    return refuse('SOURCE_BOUND_BY_DM', `DM has bound source ${source} to its worker ${dmWorker.name}`, { source });
  }
  if (state.pessimistic.subtasks.has(task)) {
    return refuse('SOURCE_BOUND_BY_DM', `DM runs task ${task}, whose sources are those of its subtasks`, {
      source,
      task,
    });
  }
  const held = state.sessions.get(sourceKey(task, source));
  if (held !== undefined && held.record.worker !== worker) {
    return refuse('SOURCE_TAKEN', `worker ${held.record.worker} speaks for source ${source} of task ${task}`, {
      task,
      source,
      worker: held.record.worker,
    });
  }
  // What it says of the sources must not be lost. A session that can't be read is nobody's, and is replaced.
  requireReadable(state, taskKey(task));
  const known = state.tasks.get(task);
  if (known !== undefined && known.mode !== mode) {
    return refuse('TASK_MODE_CONFLICT', `task ${task} is ${known.mode}`, { task, mode: known.mode });
  }
  if (held !== undefined && isFormer(held, registration))
    return { kind: 'refuse', error: takenOver(held, registration) };
  if (held !== undefined && isRepeated(held, registration) && known?.sources.includes(source) === true) {
    const { id, ttlMs, lease } = held.record;
    return answer({ sessionId: id, epoch: held.revision, ttlMs, lease });
  }
  const grown = withRegistrant(known ?? newTask(task, mode), source, registration.expectedSources);
  const { sessionId: id, lease, ttlMs } = registration;
  return {
    kind: 'write',
    compares: [
      sessionCompare(task, source, held),
      taskUnchanged(state, task),
      { kind: 'absent', prefix: DM_LEADER_PREFIX },
    ],
    mutations: [
      {
        kind: 'put',
        key: formatLockstepKey({ kind: 'session', task, source }),
        value: writeSessionRecord(begun(registration, held)),
        lease,
      },
      ...(isSameTask(known, grown)
        ? []
        : [{ kind: 'put', key: taskKey(task), value: writeTaskRecord(grown) } as const]),
    ],
    answer: (revision) => ({ sessionId: id, epoch: revision, ttlMs, lease }),
  };
}

/** The session that begins with a registration. */
function begun(registration: Registration, held: Session | undefined): SessionRecord {
  const { sessionId: id, lease, ttlMs, instance, version, worker, nowMs } = registration;
  const before = held?.record.instance ?? null;
  const former = [...(held?.record.former ?? []), ...(before === null ? [] : [before])].slice(-FORMER_INSTANCES);
  const epoch = (held?.record.epoch ?? 0) + 1;
  return { worker, instance, former, version, id, lease, ttlMs, epoch, registeredAtMs: nowMs };
}

function isRepeated({ record }: Session, { instance }: Registration): boolean {
  return instance !== null && record.instance === instance;
}

function isFormer({ record }: Session, { instance }: Registration): boolean {
  return instance !== null && record.instance !== instance && record.former.includes(instance);
}

function isSameTask(known: TaskRecord | undefined, grown: TaskRecord): boolean {
  return known !== undefined && writeTaskRecord(known) === writeTaskRecord(grown);
}

function newTask(task: TaskName, mode: Mode): TaskRecord {
  return { task, mode, sources: [], declared: false, expected: null, dissent: [], excluded: [] };
}

/** A session that a request named, with the compares that it still holds; or why it doesn't. */
export type CheckedSession =
  | { readonly kind: 'held'; readonly session: Session; readonly compares: readonly Compare[] }
  | Extract<RequestPlan<never>, { kind: 'refuse' }>;

/** Find the session of a request; the state must have seen its epoch. */
export function checkSession(state: CoordinatorState, { task, source, sessionId, epoch }: SessionRef): CheckedSession {
  const session = state.sessions.get(sourceKey(task, source));
  if (session?.record.id !== sessionId || session.revision !== epoch) {
    const newer = refusalOfEpoch(state, { task, source, epoch });
    if (newer !== null) return { kind: 'refuse', error: newer };
    return refuse(
      'STALE_SESSION',
      `the session ${sessionId} for source ${source} of task ${task} isn't valid: its lease has ended`,
      { task, source, takenOver: false },
    );
  }
  return {
    kind: 'held',
    session,
    compares: [sessionCompare(task, source, session), { kind: 'absent', prefix: DM_LEADER_PREFIX }],
  };
}

/** Why the worker of the session of this epoch is told nothing more; null: nobody has taken its source over. */
export function refusalOfEpoch(
  state: CoordinatorState,
  { task, source, epoch }: Omit<SessionRef, 'sessionId'>,
): LockstepError | null {
  const session = state.sessions.get(sourceKey(task, source));
  if (session === undefined || session.revision <= epoch) return null;
  return takenOver(session, { task, source });
}

function takenOver({ record }: Session, { task, source }: Pick<SessionRef, 'task' | 'source'>): LockstepError {
  const message = `the session for source ${source} of task ${task} isn't valid any more: worker ${record.worker} has taken the source over`;
  return new LockstepError('STALE_SESSION', message, { task, source, takenOver: true });
}

function sessionCompare(task: TaskName, source: SourceId, held: Session | undefined): Compare {
  const key = formatLockstepKey({ kind: 'session', task, source });
  return { kind: 'modRevision', key, operator: '=', value: held?.revision ?? 0 };
}
