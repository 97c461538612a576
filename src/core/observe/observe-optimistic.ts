import { ErrorCatalogue } from '../model/error-catalogue';
import type { ErrorCode } from '../model/error-catalogue';
import type { LockEvent } from '../model/lock-event';
import type { SourceId, TaskName } from '../model/names';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState, PendingAnswer } from '../state/coordinator-state';
import { settleRedirect } from '../state/optimistic-redirect';
import { placeReleased } from '../state/optimistic-release';
import { ofLock, operationPutEvent, participantOf } from '../state/optimistic-plan';
import type { OperationContent, TableEntry, Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import { differenceOf } from './divergence';

/** Names whoever does by dmctl what here would be a manual action. */
export const BY_DMCTL = 'dmctl';

/** A table with the lock that it is in. */
interface Placed {
  readonly state: CoordinatorState;
  readonly entry: TableEntry;
  readonly target: Target;
  readonly held: TargetLock;
  readonly nowMs: number;
}

/** `entry` with its lock; null: there is none. */
export function placed(state: CoordinatorState, entry: TableEntry | undefined, nowMs: number): Placed | null {
  const target = entry?.target ?? null;
  if (entry === undefined || target?.lock == null) return null;
  return { state, entry, target, held: target.lock, nowMs };
}

/** An info was taken in, at the state's revision. */
export function infoEvents({ state, entry, target, held, nowMs }: Placed): LockEvent[] {
  const { info, infoRevision } = entry;
  if (info === null || infoRevision !== state.revision) return [];
  const of = ofLock({ target, held });
  const { ddls } = info;
  const isNew = held.createdAtMs === null && held.lock.origin.incarnation === infoRevision;
  if (isNew) held.createdAtMs = nowMs;
  held.progressAtMs = nowMs;
  // Nobody answers it.
  if (info.ignoreConflict) acceptAnswer(state, entry, nowMs);
  return [
    ...(isNew ? [{ ...of, kind: 'LockCreated', by: participantOf(entry), ddls } as const] : []),
    { ...of, kind: 'InfoReceived', participant: participantOf(entry), ddls, infoRevision },
  ];
}

/** An operation that isn't done was put. @param pending the own decision that it answers; undefined: none was open */
export function operationEvents(context: Placed, pending: PendingAnswer | undefined): LockEvent[] {
  const { state, entry, held, nowMs } = context;
  const { operation } = entry;
  if (operation === null) return [];
  held.progressAtMs = nowMs;
  const difference = differenceFrom(context, operation, pending);
  const events = [
    ...conflictEvents(context, operation, pending),
    operationPutEvent(context, operation),
    ...unlockEvents(context, operation),
    ...(difference === null ? [] : [divergenceOf(context, difference)]),
  ];
  if (operation.stage === 'resolved') settleRedirect(state, entry.key);
  acceptAnswer(state, entry, nowMs);
  return events;
}

/** An operation came back as carried out. */
export function doneEvents({ state, entry, target, held, nowMs }: Placed): LockEvent[] {
  held.progressAtMs = nowMs;
  state.finished.delete(entry.key);
  return [{ ...ofLock({ target, held }), kind: 'OperationDone', participant: participantOf(entry) }];
}

/** DM has answered the info of `entry`; what was decided here is of no meaning any more. */
export function acceptAnswer(state: CoordinatorState, entry: TableEntry, nowMs: number | null): void {
  entry.decidedRevision = entry.infoRevision;
  entry.decidedAtMs = nowMs;
  state.answers.delete(entry.key);
}

/** A lock is synced now, and wasn't. */
export function syncedEvents(target: Target): LockEvent[] {
  const held = target.lock;
  if (held === null || held.lock.synced === held.toldSynced) return [];
  held.toldSynced = held.lock.synced;
  return held.toldSynced ? [{ ...ofLock({ target, held }), kind: 'LockSynced' }] : [];
}

/** The tables of a source, each with the lock that it is in. */
export function locksOfSource(
  state: CoordinatorState,
  task: TaskName,
  source: SourceId,
): ReadonlyMap<TableEntry, { readonly target: Target; readonly held: TargetLock | null }> {
  const tables = state.sourceTables.get(sourceKey(task, source))?.tables ?? [];
  return new Map(
    tables.flatMap((entry) => {
      const { target } = entry;
      return target === null ? [] : [[entry, { target, held: target.lock }] as const];
    }),
  );
}

/** Which tables came into locks, and which left them. */
export function membershipEvents(
  before: ReturnType<typeof locksOfSource>,
  after: ReturnType<typeof locksOfSource>,
): LockEvent[] {
  const moved = (
    kind: 'TableAdded' | 'TableRemoved',
    here: ReturnType<typeof locksOfSource>,
    there: ReturnType<typeof locksOfSource>,
  ): LockEvent[] =>
    [...here].flatMap(([entry, { target, held }]): LockEvent[] => {
      if (held === null || there.get(entry)?.target === target) return [];
      return [{ ...ofLock({ target, held }), kind, participant: participantOf(entry) }];
    });
  return [...moved('TableRemoved', before, after), ...moved('TableAdded', after, before)];
}

/** What this server would have answered, against what DM did; null: it is the same, or there is nothing to compare. */
function differenceFrom(
  { state, entry }: Placed,
  operation: OperationContent,
  pending: PendingAnswer | undefined,
): string | null {
  if (operation.stage === 'resolved')
    return state.redirecting.has(entry.key) ? null : 'it would not be redirected, since its conflict is not over here';
  // A person decides what nobody else can.
  if (operation.stage === 'unlocked' || pending === undefined || pending.silent) return null;
  return differenceOf(pending.decision, operation);
}

/** A difference is told with the table that it is about, and counted. */
function divergenceOf({ state, entry, target }: Placed, message: string): LockEvent {
  state.divergences += 1;
  return { kind: 'Divergence', task: target.task, lockId: target.lockId, participant: participantOf(entry), message };
}

function conflictEvents(
  { entry, target, held }: Placed,
  { stage, message }: OperationContent,
  pending: PendingAnswer | undefined,
): LockEvent[] {
  if (stage !== 'detected' && stage !== 'skip and wait for redirect' && stage !== 'error') return [];
  const code = codeOf(message) ?? pending?.decision.problem?.code ?? CODES[stage];
  const ddls = entry.info?.ddls ?? [];
  return [
    { ...ofLock({ target, held }), kind: 'ConflictDetected', participant: participantOf(entry), code, message, ddls },
  ];
}

const CODES = {
  detected: 'CONFLICT_DETECTED',
  'skip and wait for redirect': 'SKIP_AND_WAIT_FOR_REDIRECT',
  error: 'INCONSISTENT_INFO',
} as const satisfies Record<string, ErrorCode>;

/** The own code of DM's number, which begins DM's messages. */
function codeOf(message: string): ErrorCode | null {
  const number = Number(/\[code=(\d+):/u.exec(message)?.[1]);
  for (const code of ['CONFLICT_DETECTED', 'SKIP_AND_WAIT_FOR_REDIRECT', 'COLUMN_NOT_FULLY_DROPPED'] as const)
    if (ErrorCatalogue[code].dmCode === number) return code;
  return null;
}

/** A person has released the table by dmctl. */
function unlockEvents({ state, entry, target, held }: Placed, { stage, ddls }: OperationContent): LockEvent[] {
  if (stage !== 'unlocked') return [];
  const last = entry.info?.after.at(-1)?.shape;
  const isExec = ddls !== null && ddls.length > 0;
  placeReleased(state, entry, (shape) => (isExec ? shape === last : shape === entry.member?.normal));
  const participants = [participantOf(entry)];
  return [{ ...ofLock({ target, held }), kind: 'LockUnlocked', actionId: BY_DMCTL, participants }];
}
