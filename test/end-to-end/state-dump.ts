import type { CoordinatorState } from '../../src/core/state/coordinator-state';
import type { TableEntry } from '../../src/core/state/table-entry';
import { obligationId } from '../../src/core/state/obligation';
import type { Obligation } from '../../src/core/state/obligation';
import { canonicalText } from '../conformance/canonical-text';
import type { Shape } from '../../src/core/table/shape';
import { pictureOf } from '../conformance/optimistic-picture';

/** Everything that two servers that have read the same changes must agree on, as plain data in a fixed order. */
export function dumpState(state: CoordinatorState): object {
  return {
    revision: state.revision,
    journal: state.journal.last,
    leader: state.leader,
    members: sorted(state.members),
    problems: [...state.problems.values()],
    obligations: [...state.outbox].filter(isOwed).map(obligationId).sort(),
    tasks: sorted(state.tasks),
    sessions: sorted(state.sessions),
    actions: sorted(state.actions),
    failures: sorted(state.failures),
    statuses: sorted(state.statuses),
    attempts: sorted(state.attempts),
    routes: sorted(state.pessimisticRoutes),
    sourceTables: sorted(state.sourceTables, ({ tables, revision }) => ({
      revision,
      tables: tables.map(({ key }) => key).sort(),
    })),
    agreedSchemas: sorted(state.agreedSchemas, textOf),
    tables: sorted(state.tables, dumpTable),
    optimisticLocks: sorted(state.targets, (target) => dumpPicture(pictureOf(target, state.tables))),
    pessimisticSources: Object.fromEntries(
      [...state.pessimistic.entries]
        .map((entry) => [entry.key, Object.fromEntries(Object.entries(entry))] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    pessimisticLocks: sorted(state.pessimistic.locks, ({ lock, told, recordRevision }) => ({
      told,
      recordRevision,
      origin: lock.origin,
      owner: lock.owner,
      executor: lock.executor,
      declared: lock.declared,
      executed: lock.executed,
      synced: lock.synced,
      remain: lock.remain,
      unlock: lock.unlock,
      excluded: [...lock.excluded].sort(),
      conflicts: sorted(lock.conflicts),
      participants: sorted(lock.participants, (participant) => Object.fromEntries(Object.entries(participant))),
    })),
    deadlines: sorted(state.pessimistic.deadlines),
  };
}

/**
 * Whether a new leader must do it. That a worker came or went is told by the server that saw it: a state that has read
 * the whole past still wants to tell what a server that was killed had no time for.
 */
export function isOwed({ kind }: Obligation): boolean {
  return kind !== 'announce-worker';
}

function dumpTable(entry: TableEntry): object {
  const { membership, target, attempt, initial, info, infoRevision, infoVersion, operation } = entry;
  const { operationRevision, putRevision, decidedRevision, decisionRevision } = entry;
  return {
    membership,
    target: target?.lockId ?? null,
    attempt,
    initial: textOf(initial),
    info:
      info === null
        ? null
        : { ...info, before: textOf(info.before?.shape ?? null), after: info.after.map(({ shape }) => textOf(shape)) },
    infoRevision,
    infoVersion,
    operation,
    operationRevision,
    // Of an operation that is gone nobody asks when it was put.
    putRevision: operation === null ? null : putRevision,
    decidedRevision,
    decisionRevision,
  };
}

function dumpPicture(picture: ReturnType<typeof pictureOf>): object {
  return Object.fromEntries(
    Object.entries(picture).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Map ? sorted(value) : value,
    ]),
  );
}

function textOf(shape: Shape | null): string | null {
  return shape === null ? null : canonicalText(shape);
}

function sorted<T>(map: ReadonlyMap<unknown, T>, show: (value: T) => unknown = (value) => value): object {
  return Object.fromEntries(
    [...map].map(([key, value]) => [String(key), show(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
