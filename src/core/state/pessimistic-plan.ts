import type { LockId } from '../model/lock-id';
import type { LockEvent } from '../model/lock-event';
import type { SourceId } from '../model/names';
import type { PessimisticOrder } from '../model/records';
import type { Compare, Mutation } from '../model/store';
import type { PessimisticLock } from '../pessimistic/lock';
import { formatDmKey } from '../wire/dm-keys';
import { writePessimisticOperation } from '../wire/pessimistic-operation';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './held-lock';
import { newsOf, ofLock, whole } from './pessimistic-events';
import type { NewsPart } from './pessimistic-events';
import { isHeadTold, planRecords } from './pessimistic-record';
import { planLockRemoval } from './pessimistic-removal';
import { sourcesPerWrite } from './pessimistic-limits';
import type { SourceEntry } from './source-entry';
import type { Plan } from './write';

/** The orders of one write. */
interface OrderPart {
  readonly ordered: ReadonlyMap<SourceId, PessimisticOrder>;
  /** Orders to execute that are taken back. */
  readonly withdrawn: readonly SourceEntry[];
}

const NO_ORDERS: OrderPart = { ordered: new Map(), withdrawn: [] };

/**
 * The next write for a pessimistic lock: the records of what has changed since the last one, with the events that tell of
 * it; if they are all in it, the operations that are due; or the lock's removal if it is resolved.
 */
export function planPessimisticLock(state: CoordinatorState, lockId: LockId, nowMs: number): Plan {
  const held = state.pessimistic.locks.get(lockId);
  if (held === undefined) return 'void';
  const { lock } = held;
  // While a person's unlock runs it is the action that removes the lock, with its result.
  if (lock.resolved && lock.unlock === null) {
    const events: LockEvent[] = [{ ...ofLock(lock), kind: 'LockResolved' }];
    return planLockRemoval(state, held, { events, mutations: [], takesInfos: false, actionId: null }, nowMs).write;
  }
  // Its removal is under way, in parts; what is left to tell goes with the last of them.
  if (lock.unlock?.removes === true) return 'wait';
  const news = newsOf(held, sourcesPerWrite(state));
  // What a restart would conclude must not fall behind what somebody is told because of it.
  const orders = news.isAll ? ordersOf(state, held, news) : NO_ORDERS;
  if (isNothing(held, news, orders)) return held.blocked.size > 0 ? 'idle' : 'void';
  const { ordered, withdrawn } = orders;
  const change = { news, ordered, withdrawn: new Set(withdrawn.map(({ source }) => source)) };
  const records = planRecords(state, held, change, nowMs);
  const sources = [...ordered.keys(), ...change.withdrawn];
  return {
    compares: [...records.compares, ...sources.map((source) => operationUnchanged(state, lock, source))],
    mutations: [
      ...records.mutations,
      ...[...ordered].map(([source, order]) => orderPut(lock, source, order)),
      ...withdrawn.map((entry): Mutation => ({ kind: 'delete', key: operationKey(entry) })),
    ],
    events: [...records.events, ...[...ordered].map(([source, order]) => orderEvent(lock, source, order))],
  };
}

/** The key of a source's operation. */
export function operationKey({
  task,
  source,
}: {
  readonly task: SourceEntry['task'];
  readonly source: SourceId;
}): string {
  return formatDmKey({ kind: 'pessimistic-operation', task, source });
}

function isNothing(held: HeldLock, news: NewsPart, { ordered, withdrawn }: OrderPart): boolean {
  const { sources, conflicts } = news;
  const hasNews = sources.length + conflicts.length > 0 || held.hasNewSources;
  return !hasNews && ordered.size + withdrawn.length === 0 && isHeadTold(held, news);
}

/**
 * As many of the due orders as fit beside the news. Whoever else holds the order to execute loses it in the same write: at
 * most one may hold it.
 */
function ordersOf(state: CoordinatorState, held: HeldLock, news: NewsPart): OrderPart {
  const room = Math.max(1, sourcesPerWrite(state) - news.sources.length - news.conflicts.length);
  const ordered = new Map<SourceId, PessimisticOrder>();
  for (const source of held.untold) {
    if (ordered.size >= room) break;
    const order = held.lock.orderDueTo(source);
    if (order !== null) ordered.set(source, order);
  }
  const withdrawn = [...ordered.values()].includes('exec') ? otherExecutors(state, held.lock, ordered) : [];
  if (withdrawn.length === 0) return { ordered, withdrawn };
  // The order to execute goes out when the last of the others has lost his.
  const executing = new Map([...ordered].filter(([, order]) => order === 'exec'));
  return withdrawn.length < room
    ? { ordered: executing, withdrawn }
    : { ordered: new Map(), withdrawn: withdrawn.slice(0, room) };
}

/** The compare that a source's operation is the one that the state knows: no acknowledgement is ever overwritten. */
function operationUnchanged(state: CoordinatorState, { origin }: PessimisticLock, source: SourceId): Compare {
  const { task } = origin;
  const value = state.pessimistic.find(task, source)?.operationRevision ?? 0;
  return { kind: 'modRevision', key: operationKey({ task, source }), operator: '=', value };
}

/** Sources that hold an order to execute that nobody wants any more. */
function otherExecutors(
  state: CoordinatorState,
  { origin }: PessimisticLock,
  ordered: ReadonlyMap<SourceId, PessimisticOrder>,
): SourceEntry[] {
  const executing = [...state.pessimistic.executingOf(origin.id)];
  return executing.filter(({ task, source, mark }) => task === origin.task && mark === null && !ordered.has(source));
}

function orderPut({ origin }: PessimisticLock, source: SourceId, order: PessimisticOrder): Mutation {
  const { id: lockId, task, ddls } = origin;
  const value = writePessimisticOperation({ lockId, task, source, ddls, exec: order === 'exec', done: false });
  return { kind: 'put', key: operationKey({ task, source }), value };
}

function orderEvent(lock: PessimisticLock, source: SourceId, order: PessimisticOrder): LockEvent {
  const { ddls } = lock.origin;
  return {
    ...ofLock(lock),
    kind: 'OperationPut',
    participant: whole(source),
    ddls,
    exec: order === 'exec',
    stage: null,
    message: '',
  };
}
