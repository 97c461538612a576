import { isDeepStrictEqual } from 'node:util';
import type { LockId } from '../../src/core/model/lock-id';
import type { CoordinatorState } from '../../src/core/state/coordinator-state';
import { writeDmctlLocks, writeDmctlResult } from '../../src/core/wire/dmctl-json';
import type { DmctlLock } from '../../src/core/wire/dmctl-json';
import { dmctlLocks } from '../../src/core/wire/dmctl-lock';
import type { ShownLock } from '../../src/core/wire/dmctl-lock';
import { JsonValue } from '../../src/core/wire/json-reader';
import { viewLock, viewParticipants } from '../../src/graphql/views/lock-view';
import type { Disagreement, Judge, Judgement } from './judgement';
import { replayOptimistic, replayPessimistic } from './show-locks-setup';

/** Judges what dmctl shows: the locks that a setup leads to, and the texts of `show-ddl-locks` and `unlock-ddl-lock`. */
export const judgeShowLocks: Judge = (lines, judgement) => {
  for (const line of lines) {
    judgement.cases += 1;
    const recorded = JsonValue.root(line, 'shown locks');
    const what = recorded.field('what').oneOf(['show', 'unlock']);
    const differing = what === 'show' ? judgeShow(recorded) : judgeUnlock(recorded);
    count(judgement, recorded, differing);
  }
};

function judgeShow(recorded: JsonValue): Disagreement[] {
  const task = recorded.field('task').text();
  const sources = recorded.field('sources').or<string[]>([], (list) => list.list((source) => source.text()));
  const shown = shownOf(recorded).filter((lock) => task === '' || lock.task === task);
  const locks = dmctlLocks(shown, sources);
  return [
    ...differ(recorded, 'locks', recorded.field('locks').list(readLock), locks),
    ...differ(recorded, 'dmctl', recorded.field('dmctl').text(), writeDmctlLocks(locks)),
  ];
}

/** The texts of errors are DM's own; judged is how an answer is printed. */
function judgeUnlock(recorded: JsonValue): Disagreement[] {
  const text = writeDmctlResult(recorded.field('result').boolean(), recorded.field('msg').text());
  return differ(recorded, 'dmctl', recorded.field('dmctl').text(), text);
}

/** The locks that a setup leads to, as the API shows them. */
function shownOf(recorded: JsonValue): ShownLock[] {
  const setup = recorded.field('setup');
  switch (recorded.field('mode').oneOf(['pessimistic', 'optimistic', 'both'])) {
    case 'pessimistic':
      return locksOf(replayPessimistic(setup));
    case 'optimistic':
      return locksOf(replayOptimistic(setup));
    case 'both':
      // The two modes are of different tasks, so what is shown of them is shown beside each other.
      return [
        ...locksOf(replayPessimistic(setup.field('pessimistic'))),
        ...locksOf(replayOptimistic(setup.field('optimistic'))),
      ];
  }
}

function locksOf(state: CoordinatorState): ShownLock[] {
  return [...state.targets.keys(), ...state.pessimistic.locks.keys()].flatMap((lockId) => lockOf(state, lockId));
}

function lockOf(state: CoordinatorState, lockId: LockId): ShownLock[] {
  const lock = viewLock(state, lockId);
  if (lock === null || lock.state === 'forming') return [];
  const { id, taskName: task, mode, ownerId: owner, ddls } = lock;
  const all = { synced: null, done: null, conflictStages: null, source: null };
  const participants = [...viewParticipants(state, lockId, all)].map(({ view }) => {
    const { sourceId: source, upstreamTable, synced, conflictStage, info } = view();
    return { source, upstreamTable, synced, isInConflict: conflictStage === 'detected', ddls: info?.ddls ?? [] };
  });
  return [{ id, task, mode, owner, ddls, participants }];
}

function count(judgement: Judgement, recorded: JsonValue, differing: readonly Disagreement[]): void {
  if (differing.length === 0) return judgement.addAgreement();
  const deviation = deviationOf(recorded);
  if (deviation === null) return judgement.addDisagreement(...differing);
  judgement.addDeviation(deviation);
  judgement.addCut(1);
}

/** The deviation whose predicate holds for a recorded line; null: none. */
function deviationOf(recorded: JsonValue): string | null {
  const mode = recorded.field('mode');
  if (!recorded.field('what').is('show')) return null;
  if (mode.is('pessimistic')) return hasUnnamedReporter(recorded.field('setup')) ? 'P9' : null;
  return showsOthersConflict(recorded) ? 'P14' : null;
}

/** P9: a source reports that its task doesn't name. */
function hasUnnamedReporter(setup: JsonValue): boolean {
  const named = setup.field('taskSources').map((sources) => sources.list((source) => source.text()));
  const isUnnamed = (step: JsonValue): boolean =>
    named.get(step.field('task').text())?.includes(step.field('source').text()) !== true;
  return setup
    .field('steps')
    .list((step) => step.field('kind').is('info') && isUnnamed(step))
    .includes(true);
}

/** P14: a lock is shown with a conflict of another lock of its task, or, since DM's store was lost, without its own. */
function showsOthersConflict(recorded: JsonValue): boolean {
  if (recorded.field('setup').field('etcd').isPresent) return true;
  const isForeign = (lock: JsonValue): boolean => {
    const { owner, synced, unsynced } = readLock(lock);
    return owner !== '' && ![...synced, ...unsynced].includes(owner);
  };
  return recorded.field('locks').list(isForeign).includes(true);
}

function differ(recorded: JsonValue, field: string, expected: unknown, actual: unknown): Disagreement[] {
  if (isDeepStrictEqual(expected, actual)) return [];
  return [{ case: recorded.field('name').text(), step: 0, field, expected, actual }];
}

function readLock(lock: JsonValue): DmctlLock {
  const texts = (name: string): string[] =>
    lock.field(name).or<string[]>([], (list) => list.list((text) => text.text()));
  return {
    id: lock.field('ID').text(),
    task: lock.field('task').text(),
    mode: lock.field('mode').oneOf(['optimistic', 'pessimistic']),
    owner: lock.field('owner').text(),
    ddls: texts('DDLs'),
    synced: texts('synced'),
    unsynced: texts('unsynced'),
  };
}
