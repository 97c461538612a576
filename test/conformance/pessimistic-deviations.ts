import { sameDdls } from '../../src/core/pessimistic/ddl-lists';
import type { JsonValue } from '../../src/core/wire/json-reader';
import { overwritesAnotherLock } from './pessimistic-transactions';
import type { InfoPicture, LockPicture, OperationPicture, Picture } from './pessimistic-recorded';
import { readOperation, sourceName } from './pessimistic-recorded';
import { namesNothing } from './pessimistic-replay';

/** One recorded step with what lies before it; nothing of ours. */
export interface RecordedStep {
  readonly step: JsonValue;
  readonly kind: string;
  readonly before: Picture;
  readonly after: Picture;
  /** The sources of each task at this step. */
  readonly taskSources: ReadonlyMap<string, readonly string[]>;
  /** Recorded locks for which a source reported that has no part in them. */
  readonly unnamedIn: ReadonlySet<string>;
  /** Whether the recorded coordinator has missed a step since its last start. */
  readonly hasMissed: boolean;
}

/** What is compared after a step. */
export type Field = 'error' | 'locks' | 'infos' | 'operations';

interface Deviation {
  readonly number: string;
  /** What it can touch. */
  readonly touches: readonly Field[];
  readonly holds: (recorded: RecordedStep) => boolean;
}

/**
 * The deviations of 4-pessimistic.md, each with a predicate over the recorded step and the recorded state before it. P13 is
 * not here: it touches the error alone, and the scenario goes on. P14 is about optimistic locks.
 */
const DEVIATIONS: readonly Deviation[] = [
  { number: 'P15', touches: ['error', 'locks', 'infos', 'operations'], holds: namesNothingAt },
  { number: 'P4', touches: ['error', 'locks', 'infos', 'operations'], holds: ({ hasMissed }) => hasMissed },
  { number: 'P4', touches: ['operations'], holds: leavesSourceUntold },
  { number: 'P10', touches: ['error', 'locks', 'operations'], holds: hasNoSources },
  { number: 'P9', touches: ['error', 'locks', 'infos', 'operations'], holds: concernsUnnamedSource },
  { number: 'P8', touches: ['error', 'locks', 'infos', 'operations'], holds: comparesLoosely },
  { number: 'P11', touches: ['locks', 'infos', 'operations'], holds: countsUnorderedDone },
  { number: 'P5', touches: ['error', 'locks', 'infos', 'operations'], holds: losesDifferingInfo },
  { number: 'P6', touches: ['error', 'locks', 'infos', 'operations'], holds: mixesLocks },
  { number: 'P7', touches: ['locks', 'infos', 'operations'], holds: reportsAfterDone },
  { number: 'P2', touches: ['error', 'locks', 'infos', 'operations'], holds: ignoresLateDone },
  { number: 'P3', touches: ['error', 'locks', 'infos', 'operations'], holds: losesMoreThanItChanged },
  { number: 'P12', touches: ['error', 'locks', 'infos', 'operations'], holds: executesTwice },
  { number: 'P11', touches: ['operations'], holds: keepsUncountedDone },
  {
    number: 'P1',
    touches: ['error', 'locks', 'infos', 'operations'],
    holds: ({ before }) => [...before.locks.values()].some(({ resolved }) => resolved),
  },
  {
    number: 'P1',
    touches: ['operations'],
    holds: ({ after }) => [...after.operations.values()].some(({ id, done }) => done && !after.locks.has(id)),
  },
];

/** The number of the first deviation that allows these fields to differ; null: none does. */
export function deviationOf(recorded: RecordedStep, fields: ReadonlySet<Field>): string | null {
  const found = DEVIATIONS.find(
    ({ touches, holds }) => [...fields].every((field) => touches.includes(field)) && holds(recorded),
  );
  return found?.number ?? null;
}

/** P15: a step, also one within an unlock, names an empty task, source or table. */
function namesNothingAt({ step, kind }: RecordedStep): boolean {
  return namesNothing(step) || (kind === 'unlock' && step.field('during').list(namesNothing).includes(true));
}

/**
 * P4: the owner is done, but a source that waits isn't told to skip, since of the others some have an operation already;
 * the recorded coordinator tells all of them at once or nobody.
 */
function leavesSourceUntold({ after }: RecordedStep): boolean {
  return [...after.locks].some(([id, { task, owner, done, synced }]) => {
    const others = [...done.keys()].filter((source) => source !== owner);
    const operationOf = (source: string): OperationPicture | undefined =>
      after.operations.get(sourceName(task, source));
    const isUntold = others.some((source) => done.get(source) === false && operationOf(source)?.id !== id);
    return synced && done.get(owner) === true && isUntold && others.some((source) => operationOf(source) !== undefined);
  });
}

/** P10: an info, or a rebuilt lock, of a task that has no sources at all. */
function hasNoSources(recorded: RecordedStep): boolean {
  return tasksOf(recorded).some((task) => sourcesOf(recorded, task).length === 0);
}

/** P9: an info, or an order to execute, of a source that the task doesn't name. */
function concernsUnnamedSource(recorded: RecordedStep): boolean {
  const { step, kind, before, after, unnamedIn } = recorded;
  if ((kind === 'done' || kind === 'putOp') && unnamedIn.has(step.field('op').field('id').text())) return true;
  if (kind === 'unlock' && unnamedIn.has(step.field('id').text())) return true;
  if (reportedIn(recorded).some(({ lockId }) => unnamedIn.has(lockId))) return true;
  // The lock goes, and an operation of it stays with a source that has no part in it.
  if (
    [...after.operations.values()].some(
      ({ id, source }) => before.locks.get(id)?.ready.has(source) === false && !after.locks.has(id),
    )
  )
    return true;
  const isUnnamed = ({ task, source }: { task: string; source: string }, lockId: string): boolean =>
    !sourcesOf(recorded, task).includes(source) && before.locks.get(lockId)?.ready.has(source) !== true;
  if (kind === 'info' || kind === 'unlock') return reportedIn(recorded).some((info) => isUnnamed(info, info.lockId));
  if (kind !== 'restart') return false;
  const isForgotten = ({ task, source }: { task: string; source: string }): boolean =>
    !sourcesOf(recorded, task).includes(source);
  return (
    [...before.infos.values()].some(isForgotten) ||
    [...after.operations.values()].some((operation) => operation.exec && isForgotten(operation))
  );
}

/** The recorded locks for which, after this step, a source has reported, or was told to execute, that has no part in them. */
export function unnamedAfter(recorded: RecordedStep): Set<string> {
  const { kind, after, unnamedIn } = recorded;
  const known = kind === 'restart' ? [] : [...unnamedIn].filter((id) => after.locks.has(id));
  const hasNoPart = (id: string, source: string): boolean => after.locks.get(id)?.ready.has(source) === false;
  const infos = [...after.infos.values()]
    .filter(({ lockId, source }) => hasNoPart(lockId, source))
    .map(({ lockId }) => lockId);
  const owners = [...after.locks].filter(([id, { owner }]) => hasNoPart(id, owner)).map(([id]) => id);
  return new Set([...known, ...infos, ...owners]);
}

/** P8: lists of DDLs that are the same to the recorded comparison, though some DDL is in them more often. */
function comparesLoosely(recorded: RecordedStep): boolean {
  const isLoose = (info: InfoPicture): boolean =>
    lockDdlsFor(recorded, info).some((ddls) => isSameLoosely(info.ddls, ddls) && !sameDdls(ddls, info.ddls));
  return reportedIn(recorded).some(isLoose) || reordersDdls(recorded);
}

/** Whether a restart takes an operation with the lock's DDLs in another order for another one. */
function reordersDdls({ kind, before, after }: RecordedStep): boolean {
  if (kind !== 'restart') return false;
  return [...before.operations.values()].some(({ id, ddls }) => {
    const lock = after.locks.get(id);
    return lock !== undefined && sameDdls(lock.ddls, ddls) && lock.ddls.some((ddl, index) => ddl !== ddls[index]);
  });
}

/** P11: an operation that isn't the one which the source had been told, finished or not; on a restart, one of other DDLs than its lock's. */
function countsUnorderedDone(recorded: RecordedStep): boolean {
  const { step, kind, before, after } = recorded;
  if (kind === 'restart') {
    return [...before.operations.values()].some(({ id, ddls }) => {
      const lock = after.locks.get(id);
      const infos = [...before.infos.values()].filter(({ lockId }) => lockId === id);
      return (lock !== undefined && !sameDdls(lock.ddls, ddls)) || infos.some((info) => !sameDdls(info.ddls, ddls));
    });
  }
  if (kind !== 'done' && kind !== 'putOp') return false;
  const operation = step.field('op').nullable(readOperation);
  if (operation === null) return false;
  const told = before.operations.get(sourceName(operation.task, operation.source));
  // An operation that nobody decided stands over the one that was ordered.
  if (!operation.done) return told !== undefined && before.locks.has(told.id) && !isTwin(told, operation);
  return told === undefined || told.done || !isTwin(told, operation);
}

/** P11: a finished operation that the lock didn't count stands in the way of the one that is due. */
function keepsUncountedDone({ kind, before, after }: RecordedStep): boolean {
  if (kind !== 'info' && kind !== 'unlock') return false;
  return [...before.operations.values()].some(
    ({ id, source, done }) =>
      done && after.locks.get(id)?.synced === true && after.locks.get(id)?.done.get(source) === false,
  );
}

/** P5: DDLs that differ stop a rebuilding; or the info with them is left without a lock, or deleted, when the lock goes. */
function losesDifferingInfo({ step, kind, before, after }: RecordedStep): boolean {
  if (kind === 'restart' && step.field('expect').field('error').isPresent) return true;
  const during = kind === 'unlock' ? infosOfSteps(step.field('during').list((each) => each)) : [];
  return [...before.infos.values(), ...during].some((info) => {
    const lock = before.locks.get(info.lockId);
    return lock !== undefined && !after.locks.has(info.lockId) && !sameDdls(lock.ddls, info.ddls);
  });
}

/** P6: what belongs to another lock is overwritten or deleted, or a lock is forgotten since another has its only info. */
function mixesLocks(recorded: RecordedStep): boolean {
  const { step, kind, before, after } = recorded;
  const unlocked = kind === 'unlock' ? step.field('id').text() : null;
  if (overwritesAnotherLock(step.field('expect').field('txns'), { before, after, unlocked })) return true;
  if (kind !== 'removeMeta') return false;
  return [...after.locks.values()].some(({ task }) => task === step.field('task').text());
}

/** P7: a source reports again after its own done, or acknowledges the answer to that. */
function reportsAfterDone(recorded: RecordedStep): boolean {
  const { step, kind, before } = recorded;
  if (kind === 'restart') {
    return [...before.infos.values()].some(({ task, source, lockId }) => {
      const operation = before.operations.get(sourceName(task, source));
      return operation?.id === lockId && operation.done;
    });
  }
  if (kind === 'done') {
    const lock = before.locks.get(step.field('op').field('id').text());
    return (
      lock?.done.get(step.field('source').text()) === true || reopensFinished(recorded) || endsUnanswered(recorded)
    );
  }
  if (kind === 'putOp' && finishesBesideInfo(recorded)) return true;
  if (kind === 'unlock' && answersTwice(step.field('during').list((each) => each))) return true;
  return reportedIn(recorded).some(({ source, lockId }) => before.locks.get(lockId)?.done.get(source) === true);
}

/** Whether a lock ends although a source has reported again after its own done and wasn't answered. */
function endsUnanswered({ before, after }: RecordedStep): boolean {
  return [...before.infos.values()].some(({ source, lockId, ddls }) => {
    const lock = before.locks.get(lockId);
    return lock?.done.get(source) === true && sameDdls(lock.ddls, ddls) && !after.locks.has(lockId);
  });
}

/** Whether an operation is put as finished while its source's info stays, as if it had reported again. */
function finishesBesideInfo({ step, before }: RecordedStep): boolean {
  const { task, source, id, done } = readOperation(step.field('op'));
  return done && before.infos.get(sourceName(task, source))?.lockId === id;
}

/** Whether finished operations of other sources are put again, since the owner is done. */
function reopensFinished({ step, before, after }: RecordedStep): boolean {
  const isReopened = ([key, { id, done }]: [string, OperationPicture]): boolean => {
    const now = after.operations.get(key);
    return done && now?.id === id && !now.done && now.source !== step.field('source').text();
  };
  return [...before.operations].some(isReopened);
}

/** Whether a source reports after its acknowledgement, within one unlock. */
function answersTwice(during: readonly JsonValue[]): boolean {
  return during.some((each, index) => {
    const isAgain = (other: JsonValue): boolean =>
      other.field('kind').is('info') && other.field('source').is(each.field('source').text());
    return each.field('kind').is('done') && during.slice(index + 1).some(isAgain);
  });
}

/** P2: an acknowledgement of what an unlock had ordered is ignored, because the lock isn't synced any more. */
function ignoresLateDone({ step, kind, before, after }: RecordedStep): boolean {
  if (kind === 'done' || kind === 'putOp') {
    const operation = readOperation(step.field('op'));
    const told = before.operations.get(sourceName(operation.task, operation.source));
    return (
      told !== undefined &&
      operation.done &&
      isTwin(told, operation) &&
      before.locks.get(operation.id)?.synced === false
    );
  }
  const isIgnored = ({ id, source, done }: OperationPicture): boolean =>
    done && after.locks.get(id)?.done.get(source) === false;
  return kind === 'unlock' && [...after.operations.values()].some(isIgnored);
}

/**
 * P3: a failed unlock takes back the readiness of a source that reported meanwhile, or loses the lock with the store; one that
 * succeeds deletes an info that arrived meanwhile and that nobody answered.
 */
function losesMoreThanItChanged({ step, kind, after }: RecordedStep): boolean {
  if (kind !== 'unlock') return false;
  const during = step.field('during').list((each) => each);
  if (!step.field('expect').field('error').isPresent) {
    const acknowledged = step
      .field('expect')
      .field('during')
      .list((each) => each.field('ackPut').is(true));
    return during.some((each, index) => {
      const isAnswered = during.some(
        (other, at) => at > index && other.field('source').is(each.field('source').text()) && acknowledged[at] === true,
      );
      return infosOfSteps([each]).some(({ task, source }) => !isAnswered && !after.infos.has(sourceName(task, source)));
    });
  }
  const hasReported = infosOfSteps(during).some(
    ({ source, lockId }) => after.locks.get(lockId)?.ready.get(source) === false,
  );
  return hasReported || step.field('expect').field('error').field('code').is(38025);
}

/** P12: a replaced owner had its order to execute already, or two sources of a lock have one. */
function executesTwice({ step, kind, before, after }: RecordedStep): boolean {
  if (kind === 'unlock') {
    const replacement = step.field('replaceOwner').text();
    const lock = before.locks.get(step.field('id').text());
    const told = lock === undefined ? undefined : before.operations.get(sourceName(lock.task, lock.owner));
    const hasOrder = told?.exec === true && told.id === step.field('id').text();
    if (
      lock !== undefined &&
      replacement !== '' &&
      replacement !== lock.owner &&
      (hasOrder || lock.done.get(lock.owner) === true)
    )
      return true;
  }
  const executors = [...after.operations.values()].filter(({ exec }) => exec).map(({ id }) => id);
  return new Set(executors).size < executors.length;
}

/** The infos that a step puts, those within an unlock too; on a restart all that are stored. */
function reportedIn({ step, kind, before }: RecordedStep): InfoPicture[] {
  if (kind === 'restart') return [...before.infos.values()];
  if (kind === 'unlock') return infosOfSteps(step.field('during').list((each) => each));
  return infosOfSteps([step]);
}

function infosOfSteps(steps: readonly JsonValue[]): InfoPicture[] {
  return steps
    .filter((step) => step.field('kind').is('info'))
    .map((step) => {
      const [task, source, schema, table] = [
        step.field('task').text(),
        step.field('source').text(),
        step.field('schema').text(),
        step.field('table').text(),
      ];
      const ddls = step.field('ddls').or<string[]>([], (list) => list.list((ddl) => ddl.text()));
      return { task, source, schema, table, ddls, lockId: lockIdText(task, schema, table) };
    });
}

function lockIdText(task: string, schema: string, table: string): string {
  const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
  return `${task}-${quote(schema)}.${quote(table)}`;
}

/** The DDLs of the lock that an info meets, before the step or, on a restart, after it. */
function lockDdlsFor({ before, after }: RecordedStep, { lockId }: InfoPicture): (readonly string[])[] {
  return [before.locks.get(lockId), after.locks.get(lockId)].flatMap((lock: LockPicture | undefined) =>
    lock === undefined ? [] : [lock.ddls],
  );
}

/** How the recorded comparison of an info with its lock goes: as many, and each of the lock's occurs in the info's. */
function isSameLoosely(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && second.every((ddl) => first.includes(ddl));
}

function isTwin(told: OperationPicture, done: OperationPicture): boolean {
  return told.id === done.id && told.exec === done.exec && sameDdls(told.ddls, done.ddls);
}

function tasksOf(recorded: RecordedStep): string[] {
  return reportedIn(recorded).map(({ task }) => task);
}

function sourcesOf({ taskSources }: RecordedStep, task: string): readonly string[] {
  return taskSources.get(task) ?? [];
}
