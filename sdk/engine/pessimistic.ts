import { LockstepError } from '../../src/core/model/error';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseTaskName } from '../../src/core/model/names';
import type { TableSchema } from '../../src/core/table/table-schema';
import type { TargetName } from '../plugin';
import type { Blocking, Coordination, CoordinationParts } from './coordination';
import { hasChange } from './newcomer-steps';
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
  /** The shards of the target that aren't held. */
  readonly others: Set<Shard>;
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
    const { key: shardKey, target } = shard;
    const key = keyOfTable(target);
    const group = this.#groups.get(key) ?? this.#newGroup(target);
    this.#groups.set(key, group);
    group.held.set(shardKey, { shard, alteration });
    group.others.delete(shard);
    this.#changed(key, group);
  }

  #newGroup(target: TargetName): Group {
    const others = new Set(this.parts.context.shards.ofTarget(target));
    return { target, held: new Map(), others, isMismatched: false };
  }

  membershipChanged(shard: Shard): void {
    const key = keyOfTable(shard.target);
    const group = this.#groups.get(key);
    if (group === undefined) return;
    // A shard that is held doesn't leave its target.
    if (this.parts.context.shards.get(shard.key) !== shard) group.others.delete(shard);
    else if (!group.held.has(shard.key)) group.others.add(shard);
    this.#changed(key, group);
  }

  arrived(shard: Shard): boolean {
    const key = keyOfTable(shard.target);
    const group = this.#groups.get(key);
    if (group?.held.delete(shard.key) !== true) return false;
    if (group.held.size === 0) this.#groups.delete(key);
    return true;
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
    const leader = leaderOf(group);
    if (leader === null || !this.#haveMet(group.others, leader)) return;
    // What only those created ahead have is no DDL of the siblings.
    if (leader.shard.ahead !== null && group.others.size > 0) return;
    const held = [...group.held.values()];
    const differing = held.find((each) => !this.#isSame(each, leader));
    if (differing !== undefined) {
      this.#mismatched(group, [leader, differing]);
      return;
    }
    this.#groups.delete(key);
    const others = held.filter((each) => each !== leader);
    this.#waiting.push(orders.open([leader, ...others.map((each) => behind(each, leader))]));
    this.#next();
  }

  /** A shard that was created when others had met the DDL, or were about to, may never meet what it already has. */
  #haveMet(others: Iterable<Shard>, leader: HeldShard): boolean {
    for (const { schema, hold } of others)
      if (hold?.kind === 'membership' || !this.#hasChange(schema, leader)) return false;
    return true;
  }

  #isSame({ shard, alteration }: HeldShard, leader: HeldShard): boolean {
    if (shard.ahead === null || leader.shard.ahead !== null) return isSame(alteration.ddls, leader.alteration.ddls);
    return this.#hasChange(shard.ahead, leader);
  }

  #hasChange(schema: TableSchema, { shard, alteration }: HeldShard): boolean {
    return hasChange(this.parts.context.shapes, schema, { before: shard.schema, after: alteration.after });
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
    const leader = leaderOf({ held });
    let first = synced[0]?.alteration.position ?? null;
    for (const { alteration } of synced) if (timeline.isBefore(alteration.position, first)) first = alteration.position;
    return {
      target,
      ddls: leader?.alteration.ddls ?? [],
      firstPosition: positionText(first),
      synced: synced.map(({ shard }) => shard.table),
      unsynced: [...shards.ofTarget(target)].filter(({ key }) => !held.has(key)).map(({ table }) => table),
    };
  }
}

/** Who says what the group has met: the first that read it, unless all were created with it. */
function leaderOf({ held }: Pick<Group, 'held'>): HeldShard | null {
  let first: HeldShard | null = null;
  for (const each of held.values()) {
    if (each.shard.ahead === null) return each;
    first ??= each;
  }
  return first;
}

/** A shard as it has met what the leader read. */
function behind({ shard, alteration }: HeldShard, leader: HeldShard): HeldShard {
  const { ddls, after } = leader.alteration;
  return shard.ahead === null ? { shard, alteration } : { shard, alteration: { ...alteration, ddls, after } };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((ddl, index) => ddl === b[index]);
}

function describe({ shard, alteration }: HeldShard): string {
  return `${shard.table.schema}.${shard.table.table}: ${alteration.ddls.join('; ')}`;
}
