import { invariant } from '../model/invariant';
import type { LockId } from '../model/lock-id';
import type { DownstreamTable, TaskName } from '../model/names';
import type { Revision } from '../model/revision';
import type { TableKey } from '../model/table-key';
import type { Incompatible } from '../table/ordering';
import { isShape } from '../table/shape';
import type { Shape } from '../table/shape';
import type { ShapeCounts } from '../table/shape-counts';
import { DroppedColumns } from './dropped-columns';
import type { DropMark } from './dropped-columns';

/** One upstream table in a lock. Its *final* schema is the conflict schema, else the normal one. */
export interface LockMember {
  readonly key: TableKey;
  normal: Shape;
  /** What it would be after a DDL in conflict; null: no open conflict. */
  conflict: Shape | null;
  /** Has its last operation been carried out? */
  done: boolean;
  /** The store's version of its last info's key; 0: none yet. */
  version: number;
}

/** A normal schema and the conflict schema that some tables have it with. */
export interface OpenConflict {
  readonly normal: Shape;
  readonly conflict: Shape;
}

/** The schemas of all tables of a lock, counted; `finals` is `normals` itself while no conflict is open. */
export interface LockSchemas {
  readonly normals: ShapeCounts;
  readonly conflicts: ShapeCounts;
  readonly finals: ShapeCounts;
}

/** What identifies a lock from its creation on. */
export interface LockOrigin {
  readonly id: LockId;
  readonly task: TaskName;
  readonly target: DownstreamTable;
  /** The revision of the info that created it. */
  readonly incarnation: Revision;
  /** The schema before that info; tables of which nothing better is known start from it. */
  readonly initial: Shape;
}

/** A table whose conflict was closed, with the schema that it had before its DDL in conflict. */
export interface ClosedConflict {
  readonly member: LockMember;
  readonly before: Shape;
}

/** The coordination state of one downstream table whose shards differ (3-optimistic.md). Members are kept by the caller. */
export class OptimisticLock {
  readonly dropped = new DroppedColumns();
  #schemas: LockSchemas;
  #done = 0;
  readonly #waiting = new Set<LockMember>();
  readonly #open = new Map<string, OpenConflict & { count: number }>();

  #origin: LockOrigin;

  constructor(
    origin: LockOrigin,
    private readonly empty: ShapeCounts,
  ) {
    this.#origin = origin;
    this.#schemas = { normals: empty, conflicts: empty, finals: empty };
  }

  /** What the lock is from its creation on. */
  get origin(): LockOrigin {
    return this.#origin;
  }

  /** Tables of which nothing better is known start from `initial` from now on. */
  startFrom(initial: Shape): void {
    this.#origin = { ...this.#origin, initial };
  }

  /** The counted schemas as they are now. */
  get schemas(): LockSchemas {
    return this.#schemas;
  }

  /** How many tables the lock has. */
  get size(): number {
    return this.#schemas.normals.size;
  }

  /** Tables with an open conflict. */
  get waiting(): ReadonlySet<LockMember> {
    return this.#waiting;
  }

  /** The distinct open conflicts, each with the number of its tables. */
  openConflicts(): Iterable<OpenConflict & { readonly count: number }> {
    return this.#open.values();
  }

  /** The join of all normal schemas, or why there is none; null without tables. */
  get joined(): Shape | Incompatible | null {
    return this.#schemas.normals.joined();
  }

  /** How many tables aren't ready: their final schema isn't the join of all final schemas. */
  get remain(): number {
    const joined = this.#schemas.finals.joined();
    return this.size - (isShape(joined) ? this.#schemas.finals.countOf(joined) : 0);
  }

  /** Whether `member` is ready. */
  isReady(member: LockMember): boolean {
    return (member.conflict ?? member.normal) === this.#schemas.finals.joined();
  }

  /** Every table has the joined schema. */
  get synced(): boolean {
    return this.remain === 0;
  }

  /** Synced, and every table has carried out its operation; never without tables. */
  get resolved(): boolean {
    return this.size > 0 && this.#done === this.size && this.synced;
  }

  /** A new member with `schema`, not done, version 0. */
  add(key: TableKey, schema: Shape): LockMember {
    const member: LockMember = { key, normal: schema, conflict: null, done: false, version: 0 };
    const normals = this.#schemas.normals.add(schema);
    const finals = this.#waiting.size === 0 ? normals : this.#schemas.finals.add(schema);
    this.#schemas = { ...this.#schemas, normals, finals };
    return member;
  }

  /** Take `member` out; the marks on its dropped columns, which go with it. */
  remove(member: LockMember): DropMark[] {
    this.place(member, member.normal, null);
    const normals = this.#schemas.normals.remove(member.normal);
    const finals = this.#waiting.size === 0 ? normals : this.#schemas.finals.remove(member.normal);
    this.#schemas = { ...this.#schemas, normals, finals };
    this.setDone(member, false);
    return this.dropped.removeTable(member.key);
  }

  /** Set whether `member` has carried out its last operation. */
  setDone(member: LockMember, done: boolean): void {
    if (member.done === done) return;
    member.done = done;
    this.#done += done ? 1 : -1;
  }

  /** Give `member` its schemas. */
  place(member: LockMember, normal: Shape, conflict: Shape | null): void {
    this.adopt(member, normal, conflict, replaceSchemas(this.#schemas, member, { normal, conflict }));
  }

  /** Give `member` its schemas, when the counts that follow are known already. */
  adopt(member: LockMember, normal: Shape, conflict: Shape | null, schemas: LockSchemas): void {
    if (member.conflict !== null) this.#closeOne(member, member.normal, member.conflict);
    member.normal = normal;
    member.conflict = conflict;
    if (conflict !== null) this.#openOne(member, conflict);
    this.#schemas =
      this.#waiting.size === 0 ? { normals: schemas.normals, conflicts: this.empty, finals: schemas.normals } : schemas;
  }

  /** Close every open conflict: each waiting table's normal schema becomes its conflict schema. The tables that waited. */
  closeConflicts(): ClosedConflict[] {
    const closed = [...this.#waiting].map((member) => ({ member, before: member.normal }));
    for (const { member } of closed) {
      invariant(member.conflict !== null, 'a waiting table has a conflict schema');
      member.normal = member.conflict;
      member.conflict = null;
    }
    this.#waiting.clear();
    this.#open.clear();
    this.#schemas = { normals: this.#schemas.finals, conflicts: this.empty, finals: this.#schemas.finals };
    return closed;
  }

  #openOne(member: LockMember, conflict: Shape): void {
    this.#waiting.add(member);
    const key = pairKey(member.normal, conflict);
    const open = this.#open.get(key);
    if (open === undefined) this.#open.set(key, { normal: member.normal, conflict, count: 1 });
    else open.count += 1;
  }

  #closeOne(member: LockMember, normal: Shape, conflict: Shape): void {
    this.#waiting.delete(member);
    const key = pairKey(normal, conflict);
    const open = this.#open.get(key);
    invariant(open !== undefined, 'an open conflict is counted');
    open.count -= 1;
    if (open.count === 0) this.#open.delete(key);
  }
}

/** The counts after one table's schemas changed from `from` to `to`. */
export function replaceSchemas(schemas: LockSchemas, from: TableSchemas, to: TableSchemas): LockSchemas {
  const normals = schemas.normals.replace(from.normal, to.normal);
  let conflicts = schemas.conflicts;
  if (from.conflict !== null) conflicts = conflicts.remove(from.conflict);
  if (to.conflict !== null) conflicts = conflicts.add(to.conflict);
  if (conflicts.size === 0) return { normals, conflicts, finals: normals };
  return { normals, conflicts, finals: schemas.finals.replace(from.conflict ?? from.normal, to.conflict ?? to.normal) };
}

/** The schemas of one table. */
export interface TableSchemas {
  readonly normal: Shape;
  readonly conflict: Shape | null;
}

function pairKey(normal: Shape, conflict: Shape): string {
  return `${normal.id}:${conflict.id}`;
}
