import { differences } from '../table/differences';
import { isShape } from '../table/shape';
import type { Shape } from '../table/shape';
import type { CoordinatorState } from '../state/coordinator-state';
import { lockOf } from '../state/held-back';
import type { TableEntry, Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import { blockingStageOf } from './blocking-stage';
import { explainerOf } from './conflict-text';
import type { Explain } from './conflict-text';
import { failureText } from './failure-text';
import { ddlsText, listText, sinceText, tableText } from './words';
import type { WaitKind, WaitReason } from './wait-reason';
import { workerOf, workerText } from './worker-of';

/** A lock with its target, for the functions here. */
interface Context {
  readonly state: CoordinatorState;
  readonly target: Target;
  readonly held: TargetLock;
  /** In what a schema differs from the joined one, in words: thousands of tables have the same. */
  readonly lacks: Map<Shape, string>;
}

/** For which of its tables an optimistic lock waits, and why, one by one: walks only as far as it is asked to. */
export function* optimisticWaits(state: CoordinatorState, target: Target, held: TargetLock): Generator<WaitReason> {
  const context = { state, target, held, lacks: new Map<Shape, string>() };
  const explain = explainerOf(context);
  for (const entry of target.tables) {
    const reason = waitOf(context, entry, explain);
    if (reason !== null) yield reason;
  }
}

function waitOf(context: Context, entry: TableEntry, explain: Explain): WaitReason | null {
  const { state, held } = context;
  const name = tableText(entry.table);
  const decided = entry.decidedAtMs;
  const since = sinceText(decided);
  const worker = workerText(workerOf(state, entry.task, entry.source));
  const reason = (kind: WaitKind, sentence: string, sinceMs: number | null = decided): WaitReason => ({
    kind,
    sentence,
    source: entry.source,
    table: entry.table,
    sinceMs,
  });
  if (state.unreadable.has(entry))
    return reason(
      'info-unreadable',
      `The stored report of ${name} cannot be read, so nobody knows what it asks for; ${worker}.`,
    );
  if (!entry.isAnswered) {
    const why = whyUnanswered(context, entry);
    const ddls = ddlsText(entry.info?.ddls ?? []);
    return reason('info-not-answered', `The report of ${name} (${ddls}) is not answered yet${why}.`, null);
  }
  if (state.isExcluded(entry)) return null;
  const { operation } = entry;
  switch (blockingStageOf(entry)) {
    case 'detected':
      return reason('conflict', `${name} waits for a person${since}: ${explain(entry)}.`);
    case 'skip and wait for redirect':
      return reason('redirect', `${name} waits for the other tables${since}: ${explain(entry)}.`);
    case 'error':
      return reason('error', `${name} is stopped by an error${since}: ${operation?.message ?? ''}.`);
    case null:
      break;
  }
  if (operation !== null && !operation.done) {
    const what =
      operation.ddls === null || operation.ddls.length === 0
        ? 'to go on without executing anything'
        : `to execute ${ddlsText(operation.ddls)}`;
    const order = operation.stage === 'resolved' ? 'to replay from its first skipped DDL' : what;
    return reason(
      'operation-not-done',
      `${name} was told ${order}${since} and has not said that it did; ${worker}${failureOf(state, entry)}.`,
    );
  }
  const { member } = entry;
  if (member === null) return null;
  if (!held.lock.isReady(member))
    return reason('shards-missing', missingSentence(context, entry, worker), held.createdAtMs);
  if (member.done) return null;
  return reason(
    'info-missing',
    `${name} has the joined schema, but has not reported the DDL of this lock; ${worker}.`,
    held.createdAtMs,
  );
}

/** Why the table's operation couldn't be carried out, as its worker said. */
function failureOf(state: CoordinatorState, { key, operationRevision }: TableEntry): string {
  const failure = state.failures.get(key);
  return failure === undefined ? '' : failureText(failure, operationRevision);
}

function whyUnanswered({ state, target }: Context, entry: TableEntry): string {
  if (state.isExcluded(entry)) return ', because its source is left out of the task by hand';
  if (state.downstream.held.has(target.lockId)) return ', because schemas are still read from the downstream';
  for (const { obligation, error } of state.outbox.impossible)
    if (lockOf(state, obligation) === target.lockId)
      return `, because the store refuses what is to be written for the lock: ${error.message}`;
  return state.leading || state.observing ? '' : '; if that lasts, the server that leads knows why';
}

/** What a table lacks, or has beyond, the joined schema. */
function missingSentence({ held, lacks }: Context, entry: TableEntry, worker: string): string {
  const { member } = entry;
  const joined = held.lock.schemas.finals.joined();
  const name = tableText(entry.table);
  if (member === null || !isShape(joined)) {
    return `${name} has not followed yet: the schemas of the tables do not fit one table while others wait; ${worker}.`;
  }
  const shape = member.conflict ?? member.normal;
  const what = lacks.get(shape) ?? differenceText(shape, joined);
  lacks.set(shape, what);
  return `${name} does not have the joined schema${sinceText(held.createdAtMs)}: ${what}; ${worker}.`;
}

function differenceText(shape: Shape, joined: Shape): string {
  const texts = differences(shape, joined).map(({ kind, name, from, to }) => {
    const where = kind === 'table' ? 'the table' : `${kind} \`${name}\``;
    return `${where} is ${from ?? 'missing'} instead of ${to ?? 'gone'}`;
  });
  return listText(texts);
}
