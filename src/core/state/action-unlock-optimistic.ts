import type { ActionFailure, ActionRecord } from '../model/action';
import type { UpstreamTable } from '../model/names';
import { quoteTable } from '../model/quote';
import type { Mutation } from '../model/store';
import { tableKey } from '../model/table-key';
import type { Shape } from '../table/shape';
import { endAction, refuseAction, writeStep } from './action-plan';
import type { ActionContext, ActionEffects } from './action-plan';
import { unknownScope } from './known-scope';
import { acknowledgement, decisionPut, ofLock, operationPut, participantOf, tableUnchanged } from './optimistic-plan';
import type { LockContext } from './optimistic-plan';
import type { OperationContent, TableEntry, Target } from './table-entry';
import type { Plan } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'unlock-optimistic' }>>;

/** Of its info, its record, its routes and its operation; it takes fewer mutations. */
const COMPARES_A_TABLE = 4;

/** A step with more characters than that is of one table: records may hold schemas, and no store takes writes of any size. */
const CHARACTERS_A_STEP = 65_536;

/**
 * Release tables that wait for a person (3-optimistic.md, *Unlock one table by hand*): `exec` gives the operation the
 * info's DDLs, `skip` none; its stage becomes `unlocked`, all else of it stays. Nothing is released
 * unless everything named can be; more than one write holds are released in steps.
 */
export function planUnlockOptimistic(context: Context): Plan {
  const { state, input } = context;
  const target = state.targets.get(input.lockId);
  if (target?.lock == null) return refuseAction(context, 'LOCK_NOT_FOUND', `there is no lock ${input.lockId}`);
  const { incarnation } = target.lock.lock.origin;
  if (input.ifIncarnation !== null && input.ifIncarnation !== incarnation) {
    return refuseAction(
      context,
      'LOCK_CHANGED',
      `lock ${input.lockId} is a new one, created at revision ${incarnation}`,
    );
  }
  if (target.lock.lock.resolved) {
    return endAction(context, { changes: [`lock ${input.lockId} is resolved already and is removed`] });
  }
  const there = new Set([...target.tables].map(({ source }) => source));
  const others = input.sources.filter((source) => !there.has(source));
  const unknown = unknownScope(state, target.task, others);
  if (unknown !== null) return endAction(context, { failure: unknown });
  const chosen = chooseTables(context, target);
  if (!Array.isArray(chosen)) return endAction(context, { failure: chosen });
  const lock = { ...context, target, held: target.lock };
  const part = firstPart(context, lock, chosen);
  const effects = releaseAll(context, lock, part);
  const released = releasedOf(context) + part.length;
  if (part.length < chosen.length) {
    return writeStep(context, { state: 'running', progress: { kind: 'unlocking', released } }, effects);
  }
  const before = released > part.length ? [`${released - part.length} tables were released before`] : [];
  return endAction(context, { changes: [...before, ...part.map(({ entry }) => describe(context, entry))] }, effects);
}

/** How many tables earlier steps have released. */
function releasedOf({ action }: Context): number {
  return action.progress?.kind === 'unlocking' ? action.progress.released : 0;
}

/** A table with what releases it. */
interface Release {
  readonly entry: TableEntry;
  readonly mutations: readonly Mutation[];
}

/** Those that one step releases. */
function firstPart(context: Context, lock: LockContext, chosen: readonly TableEntry[]): Release[] {
  const perStep = Math.max(1, Math.floor((lock.state.limits.operationsPerWrite - 2) / COMPARES_A_TABLE));
  const part: Release[] = [];
  let characters = 0;
  for (const entry of chosen.slice(0, perStep)) {
    const mutations = releaseTable(context, lock, entry);
    for (const mutation of mutations) characters += mutation.kind === 'put' ? mutation.value.length : 0;
    if (characters > CHARACTERS_A_STEP && part.length > 0) break;
    part.push({ entry, mutations });
  }
  return part;
}

function releaseAll(context: Context, lock: LockContext, part: readonly Release[]): ActionEffects {
  const { target, held } = lock;
  return {
    compares: part.flatMap(({ entry }) => tableUnchanged({ ...lock, entry })),
    mutations: part.flatMap(({ mutations }) => mutations),
    events: [
      ...part.flatMap(({ entry }) => acknowledgement({ ...lock, entry }).events),
      {
        ...ofLock({ target, held }),
        kind: 'LockUnlocked',
        actionId: context.action.id,
        participants: part.map(({ entry }) => participantOf(entry)),
      },
    ],
  };
}

/** The tables to release, or why not. */
export function chooseTables(context: Context, target: Target): TableEntry[] | ActionFailure {
  const { state, input } = context;
  const released = releasedOf(context);
  const named = input.tables.map((table) => state.tables.get(tableKey(target.task, table)));
  const sources = new Set(input.sources);
  const all = [...target.tables].filter((entry) => sources.size === 0 || sources.has(entry.source));
  const chosen: TableEntry[] = [];
  for (const [index, entry] of named.entries()) {
    if (index < released) continue;
    if (entry?.info == null || entry.target !== target) return noInfo(input.lockId, input.tables[index]);
    if (!isReleasable(entry, input.force)) return notInConflict(entry);
    chosen.push(entry);
  }
  if (named.length === 0) chosen.push(...all.filter((entry) => isReleasable(entry, input.force)));
  if (chosen.length > 0 || released > 0) return chosen;
  return {
    code: 'NOT_IN_CONFLICT',
    message: `no table of lock ${input.lockId} waits for a person`,
    fields: { lockId: input.lockId },
  };
}

function isReleasable({ info, operation, isAnswered }: TableEntry, force: boolean): boolean {
  if (info === null || operation === null || !isAnswered) return false;
  return (
    operation.stage === 'detected' ||
    (force && (operation.stage === 'skip and wait for redirect' || operation.stage === 'error'))
  );
}

function noInfo(lockId: string, table: UpstreamTable | undefined): ActionFailure {
  const name = table === undefined ? '' : `${table.source} ${quoteTable(table.schema, table.table)}`;
  return { code: 'INFO_NOT_FOUND', message: `${name} has reported nothing for lock ${lockId}`, fields: { lockId } };
}

function notInConflict(entry: TableEntry): ActionFailure {
  if (!entry.isAnswered) {
    const unanswered = `${entry.source} ${quoteTable(entry.schema, entry.name)} has an info that isn't answered yet`;
    return { code: 'NOT_IN_CONFLICT', message: unanswered, fields: { source: entry.source } };
  }
  const stage = entry.operation?.stage ?? 'unanswered';
  const name = `${entry.source} ${quoteTable(entry.schema, entry.name)}`;
  return {
    code: 'NOT_IN_CONFLICT',
    message: `${name} is in stage ${stage}, not detected`,
    fields: { source: entry.source, stage },
  };
}

/** The schema with which a table is released; null: it isn't in a lock. */
export function releasedSchema({ exec }: Context['input'], { info, operation, member }: TableEntry): Shape | null {
  const normal = member?.normal ?? null;
  if (exec) return info?.after.at(-1)?.shape ?? normal;
  // Only a forced skip moves the table: what was in conflict is as if it had never been tried.
  return operation?.stage === 'detected' ? normal : (info?.before?.shape ?? normal);
}

function releaseTable({ input }: Context, lock: LockContext, entry: TableEntry): Mutation[] {
  const { info, operation, member } = entry;
  if (info === null || operation === null || member === null) return [];
  const released: OperationContent = { ...operation, ddls: input.exec ? info.ddls : [], stage: 'unlocked' };
  const normal = releasedSchema(input, entry) ?? member.normal;
  const record = {
    infoRevision: entry.decidedRevision,
    normal,
    conflict: null,
    done: member.done,
    operationRevision: null,
    by: 'unlock',
  } as const;
  const { puts, deletes } = acknowledgement({ ...lock, entry });
  return [...puts, ...deletes, operationPut(entry, released), decisionPut({ ...lock, entry }, record)];
}

function describe({ input }: Context, entry: TableEntry): string {
  const name = `${entry.source} ${quoteTable(entry.schema, entry.name)}`;
  const ddls = entry.info?.ddls.join('; ') ?? '';
  return input.exec ? `${name} executes ${ddls} downstream` : `${name} skips ${ddls}`;
}
