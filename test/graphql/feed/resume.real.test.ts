import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../support/seeded-random';
import { useServer } from '../../support/use-server';
import { overEvents, overWebSocket } from './feed-client';
import type { FeedItem, OpenFeed, OpenFeedBy, ToldEvent } from './feed-client';
import { LockTraffic } from './lock-traffic';

const server = useServer();

const CUTS = 100;

/** A subscriber that loses its connection over and over, and goes on from the last item that it took. */
class CutSubscriber {
  readonly events: ToldEvent[] = [];
  readonly others: string[] = [];
  cuts = 0;
  #after: string | null = null;
  #feed: OpenFeed;

  constructor(
    private readonly openFeed: OpenFeedBy,
    private readonly random: () => number,
    private readonly mostCuts: number,
  ) {
    this.#feed = this.#open();
  }

  close(): void {
    this.cuts = this.mostCuts;
    this.#feed.cut();
  }

  #open(): OpenFeed {
    let isCut = false;
    const feed: OpenFeed = this.openFeed(server.url, { filter: null, after: this.#after }, (item) => {
      // What arrives after the cut was lost on the way.
      if (isCut) return;
      this.#take(item);
      if (this.cuts < this.mostCuts && this.random() < 0.4) cutNow();
    });
    const cutNow = (): void => {
      if (isCut || this.cuts >= this.mostCuts) return;
      isCut = true;
      this.cuts += 1;
      feed.cut();
      setTimeout(() => (this.#feed = this.#open()), this.random() * 20);
    };
    if (this.cuts < this.mostCuts && this.random() < 0.5) setTimeout(cutNow, this.random() * 60);
    return feed;
  }

  #take(item: FeedItem): void {
    if (item.__typename === 'ShardLockEvents') this.events.push(...item.events);
    else this.others.push(item.__typename);
    this.#after = item.__typename === 'ShardLagged' ? item.to : item.cursor;
  }
}

describe('a subscription that is cut and resumed 100 times', () => {
  it('is told what one is told that never was, over WebSockets and server-sent events', async () => {
    const seeds = new SeededRandom(20_261_128);
    const random = (): number => seeds.next();
    const whole = new CutSubscriber(overWebSocket, random, 0);
    const cut = [overWebSocket, overEvents].map((open) => new CutSubscriber(open, random, CUTS));
    while ([whole, ...cut].some(({ others }) => others.length === 0)) await sleep(10);
    const traffic = await Promise.all(['a', 'b', 'c'].map((task) => LockTraffic.start(server.url, task)));
    while (cut.some(({ cuts }) => cuts < CUTS)) await Promise.all(traffic.map((each) => each.live()));
    const last = (): string | undefined => whole.events.at(-1)?.cursor;
    for (let tries = 0; cut.some(({ events }) => events.at(-1)?.cursor !== last()); tries += 1) {
      if (tries > 100) break;
      await sleep(20);
    }
    expect(whole.events.length).toBeGreaterThan(100);
    expect(whole.others).toEqual(['ShardLocksSnapshot']);
    for (const { events, others, cuts } of cut) {
      expect(cuts).toBe(CUTS);
      expect(events).toEqual(whole.events);
      // Before the first item there is no place to resume from.
      expect(new Set(others)).toEqual(new Set(['ShardLocksSnapshot']));
    }
    for (const each of [whole, ...cut]) each.close();
  }, 60_000);
});
