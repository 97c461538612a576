import type { TargetName } from '../plugin';
import type { EngineContext } from './context';
import type { Operation, RevisionText } from './operation';
import type { HeldShard, Order } from './order';
import type { Alteration, Shard } from './shard';
import type { FormingGroup } from './status';

/** What a mode makes of shards that meet DDLs. */
export interface Coordination {
  /** A shard is held at a DDL. */
  met(shard: Shard, alteration: Alteration): void;
  /** A shard has come, or left its target. */
  membershipChanged(shard: Shard): void;
  /** A shard that was created ahead of its target needn't wait any more. @returns whether it waits for others to meet a DDL */
  arrived(shard: Shard): boolean;
  /** An order has ended; its shards have gone on. */
  ended(order: Order): void;
  /** Shards of one source that an earlier run carried an operation out for. */
  resumed(held: readonly HeldShard[], revision: RevisionText): void;
  /** The order that an operation is for; null: none. */
  orderOf(operation: Operation): Order | null;
  formingGroups(): readonly FormingGroup[];
  /** What waits though no order says so: a group whose shards have met different DDLs. */
  mismatch(): Blocking | null;
}

/** What somebody waits for, as people are told. */
export interface Blocking {
  readonly target: TargetName;
  readonly ddls: readonly string[];
  /** Null: that of the target. */
  readonly lockId: string | null;
}

/** What a coordination is made with. */
export interface CoordinationParts {
  readonly context: EngineContext;
  readonly orders: OrderDesk;
}

/** What a coordination asks of the orders. */
export interface OrderDesk {
  open(held: readonly HeldShard[]): Order;
  report(order: Order): void;
  resume(held: readonly HeldShard[], revision: RevisionText): Order;
  /** An order that wasn't reported, and takes whatever operation comes. */
  adopt(held: readonly HeldShard[]): Order;
}
