import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { cpuShare, serveParent } from './child';
import { subscribeToEvents } from './feed-subscriber';
import type { BenchEvent } from './feed-subscriber';

/** What is asked of the subscribers. */
export type SubscriberOrder =
  | {
      readonly kind: 'subscribe';
      readonly url: string;
      readonly subscribers: number;
      /** How many of them stop reading after their snapshot. */
      readonly neverReading: number;
      /** How many different filters there are: filter i leaves out what is of source i only. */
      readonly filters: number;
      /** Each subscriber has a document of its own. */
      readonly differentDocuments: boolean;
    }
  /** What came since the last time. */
  | { readonly kind: 'figures' }
  | { readonly kind: 'unsubscribe' };

/** What came. */
export interface SubscriberFigures {
  /** Events that one subscriber without a filter got. */
  readonly events: number;
  /** Messages that all subscribers got. */
  readonly messages: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Events that a subscriber that was looked at should have got and did not, or got twice. */
  readonly wrong: number;
  readonly clientCpu: number;
  readonly elapsedMs: number;
}

/** One in so many subscribers has each of its events looked at. */
const LOOKED_AT = 20;

/** How long is waited for events that did not come, in milliseconds. */
const SETTLE_MS = 5_000;

/** Subscribers in a process of their own. */
class Subscribers {
  #sockets: WebSocket[] = [];
  #latencies: number[] = [];
  #messages = 0;
  #reference: BenchEvent[] = [];
  /** The cursors that each subscriber that is looked at got, with the source that its filter leaves out. */
  #lookedAt: { readonly leftOut: string; readonly cursors: string[] }[] = [];
  #cpu = process.cpuUsage();
  #sinceMs = performance.now();

  async obey(order: SubscriberOrder): Promise<object> {
    switch (order.kind) {
      case 'subscribe':
        await this.#subscribe(order);
        this.#reset();
        return {};
      case 'figures': {
        await this.#settle();
        const figures = this.#figures();
        this.#reset();
        return figures;
      }
      case 'unsubscribe':
        for (const socket of this.#sockets) socket.terminate();
        this.#sockets = [];
        this.#lookedAt = [];
        return {};
    }
  }

  async #subscribe(order: Extract<SubscriberOrder, { kind: 'subscribe' }>): Promise<void> {
    const { url, subscribers, filters, neverReading, differentDocuments } = order;
    const takeReference = (events: readonly BenchEvent[]): void => void this.#reference.push(...events);
    this.#sockets.push(await subscribeToEvents(url, document(''), {}, { kind: 'all', take: takeReference }));
    for (let index = 0; index < subscribers; index += 1) {
      const leftOut = `source-${index % filters}`;
      const sources = Array.from({ length: filters }, (_, source) => `source-${source}`);
      const variables = { filter: { sources: sources.filter((source) => source !== leftOut) } };
      const query = document(differentDocuments ? `own_${index}` : '');
      this.#sockets.push(await subscribeToEvents(url, query, variables, this.#reading(index, leftOut, neverReading)));
    }
  }

  #reading(index: number, leftOut: string, neverReading: number): Parameters<typeof subscribeToEvents>[3] {
    if (index < neverReading) return { kind: 'none' };
    if (index % LOOKED_AT !== 0) return { kind: 'count', take: () => (this.#messages += 1) };
    const cursors: string[] = [];
    this.#lookedAt.push({ leftOut, cursors });
    return {
      kind: 'all',
      take: (events, nowMs) => {
        this.#messages += 1;
        for (const { cursor, at } of events) {
          cursors.push(cursor);
          this.#latencies.push(nowMs - Date.parse(at));
        }
      },
    };
  }

  /** What is on its way still counts. */
  async #settle(): Promise<void> {
    const endMs = performance.now() + SETTLE_MS;
    while (performance.now() < endMs && this.#countWrong() > 0) await sleep(20);
  }

  #countWrong(): number {
    return this.#lookedAt.reduce((sum, { leftOut, cursors }) => sum + this.#wrongOf(leftOut, cursors), 0);
  }

  #figures(): SubscriberFigures {
    const elapsedMs = performance.now() - this.#sinceMs;
    const sorted = this.#latencies.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      events: this.#reference.length,
      messages: this.#messages,
      ...{ p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) },
      wrong: this.#countWrong(),
      clientCpu: cpuShare(this.#cpu, elapsedMs),
      elapsedMs,
    };
  }

  #wrongOf(leftOut: string, cursors: readonly string[]): number {
    const expected = this.#reference.filter(({ participant }) => participant?.sourceId !== leftOut);
    const got = new Set(cursors);
    const missing = expected.filter(({ cursor }) => !got.has(cursor)).length;
    return missing + (cursors.length - got.size) + Math.max(0, got.size - expected.length);
  }

  #reset(): void {
    this.#latencies = [];
    this.#messages = 0;
    this.#reference = [];
    for (const { cursors } of this.#lookedAt) cursors.length = 0;
    [this.#cpu, this.#sinceMs] = [process.cpuUsage(), performance.now()];
  }
}

/** @param alias makes the document another one; empty: it is the same for all */
function document(alias: string): string {
  return `subscription ($filter: ShardLockEventFilter) { shardLockEvents(filter: $filter) { __typename
    ... on ShardLocksSnapshot { more cursor locks { id incarnation syncedCount unsyncedCount } }
    ... on ShardLockEvents { cursor events { cursor at kind lockId sentence ${alias === '' ? '' : `${alias}: kind`}
      ... on ShardParticipantEvent { participant { sourceId } } } } } }`;
}

const subscribers = new Subscribers();
serveParent(
  (order) => subscribers.obey(order as SubscriberOrder),
  () => Promise.resolve(),
);
