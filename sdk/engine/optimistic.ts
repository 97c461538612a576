import type { Coordination, OrderDesk } from './coordination';
import type { Operation, RevisionText } from './operation';
import type { HeldShard, Order } from './order';
import { keyOfTable } from './shard';
import type { Alteration, Shard } from './shard';
import type { FormingGroup } from './status';

/** Optimistic mode: each shard is coordinated by itself, as soon as it meets a DDL. */
export class OptimisticCoordination implements Coordination {
  readonly #orders = new Map<string, Order>();

  constructor(private readonly orders: OrderDesk) {}

  met(shard: Shard, alteration: Alteration): void {
    const order = this.orders.open([{ shard, alteration }]);
    this.#orders.set(shard.key, order);
    this.orders.report(order);
  }

  membershipChanged(): void {
    // No shard waits for another one here.
  }

  arrived(): boolean {
    return false;
  }

  ended({ held }: Order): void {
    for (const { shard } of held) this.#orders.delete(shard.key);
  }

  resumed(held: readonly HeldShard[], revision: RevisionText): void {
    for (const each of held) this.#orders.set(each.shard.key, this.orders.resume([each], revision));
  }

  orderOf({ upstreamTable }: Operation): Order | null {
    return upstreamTable === null ? null : (this.#orders.get(keyOfTable(upstreamTable)) ?? null);
  }

  formingGroups(): readonly FormingGroup[] {
    return [];
  }

  mismatch(): null {
    return null;
  }
}
