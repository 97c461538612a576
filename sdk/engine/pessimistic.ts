import { LockstepError } from '../../src/core/model/error';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseTaskName } from '../../src/core/model/names';
import type { TargetName } from '../plugin';
import type { Blocking, Coordination, CoordinationParts } from './coordination';
import type { Operation, RevisionText } from './operation';
import type { HeldShard, Order } from './order';
import { keyOfTable } from './shard';
import type { Alteration, Shard } from './shard';
import { positionText } from './status';
import type { FormingGroup } from './status';

/** Shards of one target that wait for the others. */
interface Group {
  readonly target: TargetName;
  readonly held: Map<string, HeldShard>;
  /** The shards' DDLs differ, and people have been told. */
  isMismatched: boolean;
}

/**
 * Pessimistic mode: a DDL is a barrier. Shards are held until all of their target in this source have met the same DDLs;
 * then the source reports once for all of them. One report at a time.
 */
export class PessimisticCoordination implements Coordination {
  readonly #groups = new Map<string, Group>();
  readonly #waiting: Order[] = [];
  #current: Order | null = null;

  constructor(private readonly parts: CoordinationParts) {}

  met(shard: Shard, alteration: Alteration): void {
    const key = keyOfTable(shard.target);
    const group = this.#groups.get(key) ?? { target: shard.target, held: new Map(), isMismatched: false };
    this.#groups.set(key, group);
    group.held.set(shard.key, { shard, alteration });
    this.#changed(key, group);
  }

  membershipChanged(shard: Shard): void {
    const key = keyOfTable(shard.target);
    const group = this.#groups.get(key);
    if (group !== undefined) this.#changed(key, group);
  }

  ended(order: Order): void {
    const waiting = this.#waiting.indexOf(order);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    if (this.#current !== order) return;
    this.#current = null;
    this.#next();
  }

  resumed(held: readonly HeldShard[], revision: RevisionText): void {
    const order = this.parts.orders.resume(held, revision);
    if (this.#current === null) this.#current = order;
    else this.#waiting.push(order);
  }

  orderOf({ upstreamTable, lockId }: Operation): Order | null {
    if (upstreamTable !== null) return null;
    if (this.#current === null) return this.#adopt(lockId);
    const known = this.#current.lockId;
    return known === null || known === lockId ? this.#current : null;
  }

  formingGroups(): readonly FormingGroup[] {
    return [...this.#groups.values()].filter(({ isMismatched }) => !isMismatched).map((group) => this.#describe(group));
  }

  mismatch(): Blocking | null {
    for (const { isMismatched, held, target } of this.#groups.values()) {
      const [first] = held.values();
      if (isMismatched && first !== undefined) return { target, ddls: first.alteration.ddls, lockId: null };
    }
    return null;
  }

  /** A person breaks the lock of a group whose shards have met different DDLs: each goes on behind its own. */
  #adopt(lockId: string): Order | null {
    const task = parseTaskName(this.parts.context.options.task);
    for (const [key, { isMismatched, held, target }] of this.#groups) {
      if (!isMismatched || formatLockId(task, target) !== lockId) continue;
      this.#groups.delete(key);
      this.#current = this.parts.orders.adopt([...held.values()]);
      return this.#current;
    }
    return null;
  }

  #changed(key: string, group: Group): void {
    const { context, orders } = this.parts;
    context.emit({ kind: 'status-changed' });
    // A shard that is held doesn't leave its target, so counting suffices.
    if (group.held.size < context.shards.ofTarget(group.target).size) return;
    const held = [...group.held.values()];
    const differing = firstDifference(held);
    if (differing !== null) {
      this.#mismatched(group, differing);
      return;
    }
    this.#groups.delete(key);
    this.#waiting.push(orders.open(held));
    this.#next();
  }

  #next(): void {
    if (this.#current !== null) return;
    this.#current = this.#waiting.shift() ?? null;
    if (this.#current?.carriedOut === null) this.parts.orders.report(this.#current);
  }

  #mismatched(group: Group, [one, other]: readonly [HeldShard, HeldShard]): void {
    if (group.isMismatched) return;
    group.isMismatched = true;
    const { target } = group;
    const error = new LockstepError(
      'SHARDING_DDLS_DIFFER',
      `shards of ${target.schema}.${target.table} in one source have met different DDLs: ${describe(one)}; ${describe(other)}`,
      { target: `${target.schema}.${target.table}`, ddls: [...one.alteration.ddls, ...other.alteration.ddls] },
    );
    this.parts.context.tell({ kind: 'paused', error, table: null, target, ddls: one.alteration.ddls });
  }

  #describe({ target, held }: Group): FormingGroup {
    const { timeline, shards } = this.parts.context;
    const synced = [...held.values()];
    let first = synced[0]?.alteration.position ?? null;
    for (const { alteration } of synced) if (timeline.isBefore(alteration.position, first)) first = alteration.position;
    return {
      target,
      ddls: synced[0]?.alteration.ddls ?? [],
      firstPosition: positionText(first),
      synced: synced.map(({ shard }) => shard.table),
      unsynced: [...shards.ofTarget(target)].filter(({ key }) => !held.has(key)).map(({ table }) => table),
    };
  }
}

/** Two shards that have met different DDLs; null: none. */
function firstDifference(held: readonly HeldShard[]): readonly [HeldShard, HeldShard] | null {
  const [first, ...others] = held;
  if (first === undefined) return null;
  const other = others.find(({ alteration }) => !isSame(alteration.ddls, first.alteration.ddls));
  return other === undefined ? null : [first, other];
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((ddl, index) => ddl === b[index]);
}

function describe({ shard, alteration }: HeldShard): string {
  return `${shard.table.schema}.${shard.table.table}: ${alteration.ddls.join('; ')}`;
}
