import { parseLockId } from '../model/lock-id';
import type { LockId } from '../model/lock-id';
import { taskSourceOfKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { isHeld } from '../state/optimistic-schemas';
import { remediesOfLock } from './diagnose';
import { NOTHING } from './problem';
import type { Problem } from './problem';
import { recordProblems, startProblems, writeProblems } from './record-problems';
import { remediesByDmctl } from './remedy';
import { breakSource, removeMeta } from './request';
import { isOrphanTask, phantomOfSources, phantomOfTables } from './scope';
import { ddlsText, tableText, timeText } from './words';
import { workerOf, workerText } from './worker-of';

/** Everything that somebody should look at beside the waiting of locks; this walks over all locks, statuses and tables. */
export function problemsOf(state: CoordinatorState): Problem[] {
  const problems = [
    ...recordProblems(state),
    ...writeProblems(state),
    ...startProblems(state),
    ...lockProblems(state),
    ...blockedWithoutLock(state),
    ...staleOperations(state),
    ...unansweredInfos(state),
    ...heldReports(state),
  ];
  if (!state.observing) return problems;
  return problems.map((problem) => ({ ...problem, remedies: remediesByDmctl(problem.remedies) }));
}

function lockProblems(state: CoordinatorState): Problem[] {
  const problems: Problem[] = [];
  const orphan = (lockId: LockId): void => {
    const { task } = parseLockId(lockId);
    if (isOrphanTask(state, task)) problems.push(orphanProblem(state, lockId));
  };
  for (const target of state.targets.values()) {
    if (target.lock === null) continue;
    orphan(target.lockId);
    if (phantomOfTables(state, target, target.lock) !== null) problems.push(phantomProblem(state, target.lockId));
  }
  for (const held of state.pessimistic.locks.values()) {
    orphan(held.lock.origin.id);
    if (phantomOfSources(state, held) !== null) problems.push(phantomProblem(state, held.lock.origin.id));
  }
  return problems;
}

function orphanProblem(state: CoordinatorState, lockId: LockId): Problem {
  const { task } = parseLockId(lockId);
  return {
    ...NOTHING,
    kind: 'orphan-lock',
    sentence: `Lock ${lockId} stays although task ${task} has neither workers nor source tables.`,
    help: 'If the task was stopped for good, remove what is stored of it; otherwise start its workers.',
    task,
    lockId,
    remedies: remediesOfLock(state, lockId),
  };
}

function phantomProblem(state: CoordinatorState, lockId: LockId): Problem {
  return {
    ...NOTHING,
    kind: 'phantom-lock',
    sentence: `Lock ${lockId} is for DDLs that the last lock of its target has executed already: somebody reports them again.`,
    help: 'Let the source that repeats them skip them, or execute them again.',
    task: parseLockId(lockId).task,
    lockId,
    remedies: remediesOfLock(state, lockId),
  };
}

/** A worker was out of reach while its lock ended (scenario C). */
function blockedWithoutLock(state: CoordinatorState): Problem[] {
  return [...state.statuses].flatMap(([key, { blockingLockId, blockingDdls, atMs }]): Problem[] => {
    const { task, source } = taskSourceOfKey(key);
    const entry = state.pessimistic.entry(key);
    if (blockingLockId === null || blockingDdls.length === 0 || state.pessimistic.locks.has(blockingLockId)) return [];
    // It may have been answered already, and its status not be told yet.
    if (state.targets.get(blockingLockId)?.lock != null || (entry?.operation != null && !entry.operation.done))
      return [];
    if (!state.sessions.has(key)) return [];
    const ddls = ddlsText(blockingDdls);
    return [
      {
        ...NOTHING,
        kind: 'blocked-without-lock',
        sentence: `Source ${source} said at ${timeText(atMs)} that it is blocked on ${ddls} of lock ${blockingLockId}, which does not exist.`,
        help: 'Its lock ended while it could not be reached. Let it skip the DDLs if the downstream has them, else execute them.',
        task,
        lockId: blockingLockId,
        source,
        remedies: [
          {
            kind: 'skip-blocked',
            sentence: `If the downstream has the change already: let ${source} skip it.`,
            effect: `Source ${source} skips ${ddls} and reads on.`,
            ...breakSource(task, source, { exec: false }),
          },
          {
            kind: 'execute-blocked',
            sentence: `If the downstream lacks the change: let ${source} execute it.`,
            effect: `Source ${source} executes ${ddls} downstream and reads on.`,
            ...breakSource(task, source, { exec: true }),
          },
        ],
      },
    ];
  });
}

/** Operations that nobody carries out: their lock is gone, and so is their worker. */
function staleOperations(state: CoordinatorState): Problem[] {
  return [...state.pessimistic.entries].flatMap(({ task, source, operation, operationRevision, mark }): Problem[] => {
    if (operation === null || operation.done || mark !== null || state.pessimistic.locks.has(operation.lockId))
      return [];
    const worker = workerOf(state, task, source);
    if (worker.kind === 'online') return [];
    return [
      {
        ...NOTHING,
        kind: 'stale-operation',
        sentence: `Source ${source} of task ${task} has not carried out its operation of lock ${operation.lockId}, which is gone; ${workerText(worker)}.`,
        help: 'Start the worker of the source, or remove what is stored of the source if it is gone.',
        task,
        lockId: operation.lockId,
        source,
        revision: operationRevision,
        remedies: [
          {
            kind: 'remove-stale-operation',
            sentence: `If source ${source} is gone: remove what is stored of it.`,
            effect: `Reports, operations and source tables of source ${source} in task ${task} are removed.`,
            ...removeMeta(task, [source]),
          },
        ],
      },
    ];
  });
}

/** Reports that make no lock: without a schema before their DDLs nothing can be decided. */
function unansweredInfos(state: CoordinatorState): Problem[] {
  return [...state.tables.values()].flatMap(({ info, infoRevision, task, source, table, target }): Problem[] => {
    if (info === null || info.before !== null || target === null) return [];
    const name = tableText(table);
    return [
      {
        ...NOTHING,
        kind: 'unanswered-info',
        sentence: `${name} has reported ${ddlsText(info.ddls)} without its schema before them, so nothing can be decided; ${workerText(workerOf(state, task, source))}.`,
        help: 'Let the worker report again with the schema before the first DDL.',
        task,
        lockId: target.lockId,
        source,
        revision: infoRevision,
      },
    ];
  });
}

/** Reports that wait for schemas of their lock's tables, which are read from the downstream. */
function heldReports(state: CoordinatorState): Problem[] {
  return [...state.downstream.held].flatMap(([lockId, reports]): Problem[] => {
    const target = state.targets.get(lockId);
    const reported = [...reports].filter((entry) => isHeld(state, entry, lockId));
    const [first] = reported;
    if (target === undefined || first === undefined) return [];
    const failure = state.downstream.failures.get(target.task);
    const why = failure === undefined ? '' : ` It cannot be read now: ${failure}.`;
    return [
      {
        ...NOTHING,
        kind: 'unanswered-info',
        sentence: `${reported.length} reports to lock ${lockId} wait, that of ${tableText(first.table)} first, until the schemas of its tables are read from the downstream.${why}`,
        help: 'It goes on by itself when the downstream can be read. Correct the file of `serve --downstream` if it names the wrong one.',
        task: target.task,
        lockId,
        source: first.source,
        revision: first.infoRevision,
      },
    ];
  });
}
