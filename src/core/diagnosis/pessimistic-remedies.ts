import type { SourceId, TaskName } from '../model/names';
import type { PessimisticLock } from '../pessimistic/lock';
import type { CoordinatorState } from '../state/coordinator-state';
import type { HeldLock } from '../state/held-lock';
import { otherLockOf } from '../state/pessimistic-due';
import type { ExecutedDdls } from '../state/past';
import type { Remedy } from './remedy';
import { breakSource, excludeSource, putTask, removeMeta, unlockLock } from './request';
import { excludable, expectedOf, phantomOfSources } from './scope';
import { ddlsText, listText, sinceText, timeText } from './words';
import { workerOf } from './worker-of';

/** For how many sources of a lock remedies are listed. */
const SHOWN = 10;

/** A lock with what its remedies name. */
interface Context {
  readonly state: CoordinatorState;
  readonly lock: PessimisticLock;
  readonly task: TaskName;
  readonly named: Parameters<typeof unlockLock>[0];
  readonly ddls: string;
}

/** What a person could do about a pessimistic lock. */
export function pessimisticRemedies(state: CoordinatorState, held: HeldLock): Remedy[] {
  const { lock } = held;
  const { id: lockId, incarnation, task, ddls } = lock.origin;
  const context = { state, lock, task, named: { lockId, incarnation }, ddls: ddlsText(ddls) };
  if (lock.unlock !== null) return [];
  const phantom = phantomOfSources(state, held);
  if (lock.moving) return [...lateRemedies(context), ...blockedRemedies(context)];
  return [
    ...(phantom === null ? [] : phantomRemedies(context, phantom)),
    ...(lock.declared ? [] : [declare(context)]),
    ...conflictRemedies(context),
    ...(phantom === null ? missingRemedies(context) : []),
  ];
}

/** All sources that are known, and those that workers expect, are declared to be all. */
function declare({ state, lock, task }: Context): Remedy {
  const sources = [...new Set([...lock.participants.keys(), ...expectedOf(state, task)])].sort();
  return {
    kind: 'declare-task',
    sentence: `If task ${task} has these sources and no others (${listText(sources)}): declare them. Add the others if there are any.`,
    effect: `The sources of task ${task} count as complete; when all of them have reported, the owner is told to execute.`,
    ...putTask(task, 'pessimistic', sources),
  };
}

/** A source repeats what the last lock has executed (scenario B, or C while its lock has come again). */
function phantomRemedies({ lock, task, named, ddls }: Context, executed: ExecutedDdls): Remedy[] {
  const before = `the last lock executed them downstream through ${executed.by} at ${timeText(executed.atMs)}`;
  return lock.active
    .filter(({ ready, done }) => ready && !done)
    .slice(0, SHOWN)
    .flatMap(({ source }): Remedy[] => [
      {
        kind: 'skip-repeated',
        sentence: `Source ${source} repeats DDLs of the last lock (${before}): let it skip them.`,
        effect: `Source ${source} skips ${ddls} and goes on; this lock is removed.`,
        ...breakSource(task, source, { exec: false, removeId: named.lockId }),
      },
      {
        kind: 'execute-repeated',
        sentence: `If it is not sure that the downstream has them: let ${source} execute them again; "duplicate column" counts as success.`,
        effect: `Source ${source} executes ${ddls} again; this lock is removed.`,
        ...unlockLock(named, { owner: source, sources: [source] }),
      },
    ]);
}

/** Sources that have reported other DDLs. */
function conflictRemedies({ lock, task, ddls }: Context): Remedy[] {
  return [...lock.conflicts].slice(0, SHOWN).flatMap(([source, conflict]): Remedy[] => {
    const own = ddlsText(conflict.ddls);
    return [
      {
        kind: 'skip-other-ddls',
        sentence: `If the other DDLs of ${source} (${own}) are a mistake, or executed downstream already: let it skip them.`,
        effect: `Source ${source} skips ${own} and reads on; the lock goes on waiting for it to report ${ddls}.`,
        ...breakSource(task, source, { exec: false }),
      },
      {
        kind: 'execute-other-ddls',
        sentence: `If the downstream must have the DDLs of ${source} now: let it execute them alone.`,
        effect: `Source ${source} executes ${own} downstream and reads on; the lock goes on waiting for it to report ${ddls}.`,
        ...breakSource(task, source, { exec: true }),
      },
    ];
  });
}

/** Some sources haven't reported: go on without them (scenario A), or leave them out for good. */
function missingRemedies(context: Context): Remedy[] {
  const { state, lock, task } = context;
  const missing = lock.active.filter(({ ready, source }) => !ready && !lock.conflicts.has(source));
  if (missing.length === 0) return [];
  const names = missing.map(({ source }) => source);
  const gone = names.filter(
    (source) => workerOf(state, task, source).kind === 'offline' && excludable(state, task, source),
  );
  return [
    ...unlockRemedies(context, `If ${listText(names)} will not report these DDLs`),
    ...gone.slice(0, SHOWN).map((source) => leaveOut(context, source)),
  ];
}

/** Unlock with the owner or, if that one is gone, with others; and without any execution as the last resort. */
function unlockRemedies({ state, lock, task, named, ddls }: Context, when: string): Remedy[] {
  const ready = lock.active.filter((part) => part.ready && !part.done).map(({ source }) => source);
  const chosen = lock.executor ?? lock.owner;
  const lives = (source: SourceId): boolean => workerOf(state, task, source).kind !== 'offline';
  const skip = 'the other sources that have reported skip them, and the lock is removed';
  const remedies: Remedy[] = [];
  if (ready.includes(chosen) && lives(chosen)) {
    remedies.push({
      kind: 'unlock',
      sentence: `${when}: unlock without them.`,
      effect: `Owner ${chosen} executes ${ddls} downstream, ${skip}.`,
      ...unlockLock(named),
    });
  } else {
    for (const owner of ready.filter((source) => source !== chosen && lives(source)).slice(0, SHOWN)) {
      remedies.push({
        kind: 'unlock-by-other-owner',
        sentence: `${when}: unlock; since owner ${chosen} is not there, let ${owner} execute.`,
        effect: `Source ${owner} executes ${ddls} downstream instead of ${chosen}, ${skip}.`,
        ...unlockLock(named, { owner }),
      });
    }
  }
  if (!ready.includes(chosen)) return remedies;
  remedies.push({
    kind: 'force-removal',
    sentence: `If ${chosen} cannot execute them either, or the downstream has them already: force the removal of the lock.`,
    effect: `Owner ${chosen} is told to execute ${ddls}; whether it does or not, ${skip}.`,
    ...unlockLock(named, { forceRemove: true }),
  });
  return remedies;
}

/** All have reported, or somebody has executed, and some don't answer. */
function lateRemedies(context: Context): Remedy[] {
  const { state, lock, task, named, ddls } = context;
  const due = lock.dueOrders.map(({ source }) => source);
  if (due.length === 0) return [];
  const gone = due.filter(
    (source) => workerOf(state, task, source).kind === 'offline' && excludable(state, task, source),
  );
  const leave = gone.slice(0, SHOWN).map((source) => leaveOut(context, source));
  if (!lock.executed)
    return [...unlockRemedies(context, `If ${listText(due)} does not execute them in time`), ...leave];
  return [
    {
      kind: 'unlock-executed',
      sentence: `If ${listText(due)} cannot answer: remove the lock without waiting longer.`,
      effect: `${ddls} is executed already; ${listText(due)} has some seconds more to skip, then the lock is removed and the result names who has not answered.`,
      ...unlockLock(named),
    },
    ...leave,
  ];
}

/** Sources whose operation of another lock comes first: it must be carried out, or go. */
function blockedRemedies({ state, lock, task }: Context): Remedy[] {
  return lock.dueOrders.slice(0, SHOWN).flatMap(({ source }): Remedy[] => {
    const lockId = otherLockOf(state, lock, source);
    if (lockId === null) return [];
    const other = state.pessimistic.locks.get(lockId)?.lock;
    return [
      other !== undefined && !other.executed && (other.executor ?? other.owner) === source
        ? removeOtherLock(other, source)
        : removeOtherOperation(task, source, `${lockId}${other === undefined ? ' (which is gone)' : ''}`),
    ];
  });
}

/** The other lock waits for `source` itself to execute: force alone ends it. */
function removeOtherLock(other: PessimisticLock, source: SourceId): Remedy {
  const { id: lockId, incarnation } = other.origin;
  return {
    kind: 'remove-other-lock',
    sentence: `Source ${source} must execute for lock ${lockId} first. If it cannot: force the removal of that lock.`,
    effect: `Lock ${lockId} is removed, whether ${source} executes or not; then ${source} gets its operation of this lock.`,
    ...unlockLock({ lockId, incarnation }, { forceRemove: true }),
  };
}

/** An order to skip outlives its lock, for a worker that comes back late: only what is stored of the source can go. */
function removeOtherOperation(task: TaskName, source: SourceId, lock: string): Remedy {
  return {
    kind: 'remove-other-operation',
    sentence: `Source ${source} must carry out its operation of lock ${lock} first. If it cannot, and its worker is stopped: remove what is stored of it.`,
    effect: `Reports and operations of source ${source} in task ${task} are removed; its worker puts them again when it starts.`,
    ...removeMeta(task, [source]),
  };
}

function leaveOut({ state, task }: Context, source: SourceId): Remedy {
  const worker = workerOf(state, task, source);
  const since = worker.kind === 'offline' ? sinceText(worker.sinceMs) : '';
  return {
    kind: 'exclude-source',
    sentence: `If source ${source} (no worker${since}) is gone for good: leave it out. Otherwise start its worker again.`,
    effect: `Source ${source} counts as ready and done in all locks of task ${task}, gets no operations, and its reports are refused until that is undone.`,
    ...excludeSource(task, source),
  };
}
