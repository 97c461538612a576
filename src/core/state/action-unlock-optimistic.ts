import type { ActionFailure, ActionRecord } from '../model/action';
import type { UpstreamTable } from '../model/names';
import { quoteTable } from '../model/quote';
import type { Mutation } from '../model/store';
import { tableKey } from '../model/table-key';
import { endAction, refuseAction } from './action-plan';
import type { ActionContext } from './action-plan';
import { decisionPut, infoUnchanged, ofLock, operationKey, operationPut, participantOf } from './optimistic-plan';
import type { LockContext } from './optimistic-plan';
import type { OperationContent, TableEntry, Target } from './table-entry';
import type { Plan } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'unlock-optimistic' }>>;

/**
 * Release tables that wait for a person (3-optimistic.md, *Unlock one table by hand*): `exec` gives the operation the
 * info's DDLs, `skip` none; its stage becomes `unlocked`, all else of it stays. Everything or nothing is released.
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
  const entries = chooseTables(context, target);
  if (!Array.isArray(entries)) return endAction(context, { failure: entries });
  const held = target.lock;
  const events = [
    {
      ...ofLock({ target, held }),
      kind: 'LockUnlocked',
      actionId: context.action.id,
      participants: entries.map(participantOf),
    } as const,
  ];
  const mutations = entries.flatMap((entry) => releaseTable(context, { ...context, target, held }, entry));
  const compares = entries.flatMap((entry) => [
    infoUnchanged(entry),
    { kind: 'modRevision', key: operationKey(entry), operator: '=', value: entry.operationRevision } as const,
  ]);
  const changes = entries.map((entry) => describe(context, entry));
  return endAction(context, { changes }, { compares, mutations, events });
}

/** The tables to release, or why not. */
function chooseTables({ state, input }: Context, target: Target): TableEntry[] | ActionFailure {
  const named = input.tables.map((table) => state.tables.get(tableKey(target.task, table)));
  const sources = new Set(input.sources);
  const all = [...target.tables].filter((entry) => sources.size === 0 || sources.has(entry.source));
  const chosen: TableEntry[] = [];
  for (const [index, entry] of named.entries()) {
    if (entry?.info == null || entry.target !== target) return noInfo(input.lockId, input.tables[index]);
    if (!isReleasable(entry, input.force)) return notInConflict(entry);
    chosen.push(entry);
  }
  if (named.length === 0) chosen.push(...all.filter((entry) => isReleasable(entry, input.force)));
  if (chosen.length > 0) return chosen;
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
  const stage = entry.operation?.stage ?? 'unanswered';
  const name = `${entry.source} ${quoteTable(entry.schema, entry.name)}`;
  return {
    code: 'NOT_IN_CONFLICT',
    message: `${name} is in stage ${stage}, not detected`,
    fields: { source: entry.source, stage },
  };
}

function releaseTable({ input }: Context, lock: LockContext, entry: TableEntry): Mutation[] {
  const { info, operation, member } = entry;
  if (info === null || operation === null || member === null) return [];
  const released: OperationContent = { ...operation, ddls: input.exec ? info.ddls : [], stage: 'unlocked' };
  // Only a forced skip moves the table: what was in conflict is as if it had never been tried.
  const before = operation.stage === 'detected' ? member.normal : (info.before?.shape ?? member.normal);
  const normal = input.exec ? (info.after.at(-1)?.shape ?? member.normal) : before;
  const record = {
    infoRevision: entry.decidedRevision,
    normal: normal.fingerprint,
    conflict: null,
    done: member.done,
    operationRevision: null,
    by: 'unlock',
  } as const;
  return [operationPut(entry, released), decisionPut({ ...lock, entry }, record)];
}

function describe({ input }: Context, entry: TableEntry): string {
  const name = `${entry.source} ${quoteTable(entry.schema, entry.name)}`;
  const ddls = entry.info?.ddls.join('; ') ?? '';
  return input.exec ? `${name} executes ${ddls} downstream` : `${name} skips ${ddls}`;
}
