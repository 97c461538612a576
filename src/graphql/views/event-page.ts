import { setImmediate as othersTurn } from 'node:timers/promises';
import type { EventSlice, LockEventSource } from '../../coordinator/service';
import { matchesEvent } from '../../core/event/event-filter';
import type { EventFilter } from '../../core/event/event-filter';
import type { ActionRecord } from '../../core/model/action';
import { LockstepError } from '../../core/model/error';
import { compareEventCursors, endOfRevision, formatEventCursor } from '../../core/model/event-cursor';
import type { EventCursor } from '../../core/model/event-cursor';
import type { LockEvent } from '../../core/model/lock-event';
import type { PublishedEvent } from '../../core/model/published-event';
import { NO_REVISION } from '../../core/model/revision';
import type { ShardLockEventConnection } from '../types/lock-feed';
import type { ShardLockEvent } from '../types/lock-event';
import { viewEvent } from './lock-event-view';
import { LARGEST_PAGE } from './page';

/** Which page of the journal is asked for: from `after` on, the first or the last ones. */
export interface EventPageArguments {
  readonly first: number | null;
  readonly last: number | null;
  readonly after: EventCursor | null;
}

/** The default of `first`, if `last` isn't given either. */
const AT_MOST = 50;

/** How many reads of the journal one page costs at most: a read is a hundred records. */
const READS_A_PAGE = 100;

/** Whether an event is looked for. */
type IsWanted = (event: LockEvent) => boolean;

interface Found {
  readonly events: readonly PublishedEvent[];
  /** How far was searched: from where on, up to where. */
  readonly from: EventCursor;
  readonly to: EventCursor;
  /** Whether there may be more behind `to`, and before `from`. */
  readonly isCutBehind: boolean;
  readonly isCutBefore: boolean;
}

/**
 * A page of the events that match, oldest first.
 * @throws LockstepError INVALID_INPUT if `first` or `last` is out of range, or both are given
 */
export async function pageOfEvents(
  source: LockEventSource,
  filter: EventFilter,
  { first, last, after }: EventPageArguments,
): Promise<ShardLockEventConnection> {
  if (first !== null && last !== null)
    throw new LockstepError('INVALID_INPUT', 'first and last exclude each other', { field: 'last' });
  checkCount('first', first);
  checkCount('last', last);
  const from = after ?? beginningOf(source);
  // A place of another store, or of another server's memory, says nothing of these events.
  const isOurs = after === null || (await source.caughtUp(after));
  const isWanted: IsWanted = (event) => matchesEvent(event, filter);
  const found =
    last === null
      ? await search(source, isWanted, from, first ?? AT_MOST)
      : await searchBack(source, isWanted, from, last);
  const edges = found.events.map((event) => ({ cursor: event.cursor, node: viewEvent(event) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: found.isCutBehind,
      hasPreviousPage: found.isCutBefore || after !== null,
      startCursor: formatEventCursor(edges[0]?.cursor ?? found.from),
      endCursor: formatEventCursor(found.isCutBehind ? (edges.at(-1)?.cursor ?? found.to) : found.to),
    },
    complete: isOurs && source.reachesBack(from),
  };
}

/** The last event that tells of an unlock; null: there is none, or the newest 10,000 records don't reach back to it. */
export async function findUnlockEvent(source: LockEventSource, { id }: ActionRecord): Promise<ShardLockEvent | null> {
  const isOfAction: IsWanted = (event) => event.kind === 'LockUnlocked' && event.actionId === id;
  const { events } = await searchBack(source, isOfAction, beginningOf(source), 1);
  return events[0] === undefined ? null : viewEvent(events[0]);
}

/** Before every event. */
function beginningOf({ head }: LockEventSource): EventCursor {
  return { ...head, revision: NO_REVISION, index: 0 };
}

function checkCount(field: string, count: number | null): void {
  if (count !== null && (count < 0 || count > LARGEST_PAGE))
    throw new LockstepError('INVALID_INPUT', `${field} must be from 0 to ${LARGEST_PAGE}, not ${count}`, { field });
}

/** Forwards; what is trimmed is stepped over. Between two reads everybody else has his turn: a store may answer at once. */
async function search(source: LockEventSource, isWanted: IsWanted, from: EventCursor, first: number): Promise<Found> {
  const until = source.head;
  const events: PublishedEvent[] = [];
  let position = from;
  for (let reads = 0; reads < READS_A_PAGE && isBefore(position, until) && events.length < first; reads += 1) {
    const slice: EventSlice | null = await source.read(position, until, LARGEST_PAGE);
    if (slice !== null) for (const each of slice.events) if (isWanted(each.event)) events.push(each);
    position = slice?.position ?? source.oldest(until);
    await othersTurn();
  }
  const isCutBehind = events.length > first || isBefore(position, until);
  const chosen = events.slice(0, first);
  const to = events.length > first ? (chosen.at(-1)?.cursor ?? from) : position;
  return { events: chosen, from, to, isCutBehind, isCutBefore: false };
}

/** Backwards from the newest. */
async function searchBack(
  source: LockEventSource,
  isWanted: IsWanted,
  from: EventCursor,
  last: number,
): Promise<Found> {
  const to = source.head;
  let events: readonly PublishedEvent[] = [];
  let before = endOfRevision(to.revision);
  for (let reads = 0; reads < READS_A_PAGE && isBefore(from, before) && events.length < last; reads += 1) {
    const slice = await source.readBack(from, before);
    events = [...slice.events.filter(({ event }) => isWanted(event)), ...events];
    before = slice.position;
    await othersTurn();
  }
  const chosen = last === 0 ? [] : events.slice(-last);
  return { events: chosen, from, to, isCutBehind: false, isCutBefore: events.length > last || isBefore(from, before) };
}

function isBefore(a: EventCursor, b: EventCursor): boolean {
  return compareEventCursors(a, b) < 0;
}
