import { isBlockingStage } from '../model/conflict-stage';
import type { BlockingStage } from '../model/conflict-stage';
import { differences } from '../table/differences';
import { isShape } from '../table/shape';
import type { Shape } from '../table/shape';
import type { CoordinatorState } from '../state/coordinator-state';
import type { TableEntry, Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import { definitionAt, findContradiction, placeText } from './contradiction';
import type { Contradiction } from './contradiction';
import { failureText } from './failure-text';
import { ddlsText, listText, sinceText, tableText } from './words';
import type { WaitKind, WaitReason } from './wait-reason';
import { workerOf, workerText } from './worker-of';

/** A lock with its target, for the functions here. */
interface Context {
  readonly state: CoordinatorState;
  readonly target: Target;
  readonly held: TargetLock;
}

/** The stage in which a table waits for a person or for other tables; null: it doesn't. */
export function blockingStageOf({ operation, isAnswered }: TableEntry): BlockingStage | null {
  if (operation === null || !isAnswered) return null;
  return isBlockingStage(operation.stage) ? operation.stage : null;
}

/** For which of its tables an optimistic lock waits, and why, one by one: walks only as far as it is asked to. */
export function* optimisticWaits(state: CoordinatorState, target: Target, held: TargetLock): Generator<WaitReason> {
  const context = { state, target, held };
  const explain = explainerOf(context);
  for (const entry of target.tables) {
    const reason = waitOf(context, entry, explain);
    if (reason !== null) yield reason;
  }
}

type Explain = (entry: TableEntry) => string;

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
  return state.downstream.held.has(target.lockId) ? ', because schemas are still read from the downstream' : '';
}

/** What a table lacks, or has beyond, the joined schema. */
function missingSentence({ held }: Context, entry: TableEntry, worker: string): string {
  const { member } = entry;
  const joined = held.lock.schemas.finals.joined();
  const name = tableText(entry.table);
  if (member === null || !isShape(joined)) {
    return `${name} has not followed yet: the schemas of the tables do not fit one table while others wait; ${worker}.`;
  }
  const all = differences(member.conflict ?? member.normal, joined);
  const texts = all.map(({ kind, name: what, from, to }) => {
    const where = kind === 'table' ? 'the table' : `${kind} \`${what}\``;
    return `${where} is ${from ?? 'missing'} instead of ${to ?? 'gone'}`;
  });
  return `${name} does not have the joined schema${sinceText(held.createdAtMs)}: ${listText(texts)}; ${worker}.`;
}

/** Why a table is in conflict, with whom, and both definitions; equal reports are explained once. */
function explainerOf(context: Context): Explain {
  const known = new Map<string, string>();
  return (entry) => {
    const { info, operation, member } = entry;
    const key = JSON.stringify([
      info?.ddls,
      info?.after.map(({ shape }) => shape.id),
      operation?.stage,
      member?.normal.id,
    ]);
    const text = known.get(key) ?? explainConflict(context, entry);
    known.set(key, text);
    return text;
  };
}

function explainConflict(context: Context, entry: TableEntry): string {
  const ddls = ddlsText(entry.info?.ddls ?? []);
  const found = contradictionOf(context.held, entry);
  if (found === null) return `its DDL ${ddls} contradicts other tables: ${entry.operation?.message ?? ''}`;
  const { place, here, there } = found;
  const others = tablesWith(context, entry, there);
  const whose = others.total === 1 ? 'has' : 'have';
  const [mine, theirs] = [definitionAt(here, place.path), definitionAt(there, place.path)];
  const both = `it wants ${mine ?? 'none'}, but ${listText(others.names, others.total)} ${whose} ${theirs ?? 'none'}`;
  const must =
    blockingStageOf(entry) === 'skip and wait for redirect'
      ? `; it goes on by itself when these tables have run the same DDL: ${listText(others.names, others.total)}`
      : '';
  return `its DDL ${ddls} contradicts them in ${placeText(place.path)}: ${both}${must}`;
}

/** Where what `entry` wants contradicts the other tables of its lock; null: nowhere now. */
export function contradictionOf({ lock }: TargetLock, entry: TableEntry): Contradiction | null {
  const { info, member } = entry;
  if (info === null || member === null) return null;
  const { finals } = lock.schemas;
  const own = member.conflict ?? member.normal;
  const others = [...finals].filter((shape) => finals.countOf(shape) > (shape === own ? 1 : 0));
  return findContradiction(
    info.after.map(({ shape }) => shape),
    others,
  );
}

/** The tables beside `entry` that have a schema: the first of them by name, and how many there are. */
function tablesWith({ target, held }: Context, entry: TableEntry, shape: Shape): { names: string[]; total: number } {
  const { finals } = held.lock.schemas;
  const { member } = entry;
  const own = member !== null && (member.conflict ?? member.normal) === shape ? 1 : 0;
  const total = finals.countOf(shape) - own;
  const names: string[] = [];
  for (const other of target.tables) {
    if (names.length === Math.min(total, 3)) break;
    if (other === entry || other.member === null) continue;
    if ((other.member.conflict ?? other.member.normal) === shape) names.push(tableText(other.table));
  }
  return { names, total };
}
