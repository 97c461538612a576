import type { Shape } from '../table/shape';
import { agree, hasMoved } from './agreement';
import { replaceSchemas } from './lock';
import type { LockMember, LockSchemas, OpenConflict, OptimisticLock, TableSchemas } from './lock';

/**
 * A lock as it would be, while the DDLs of one info are judged one by one: the lock itself isn't touched until the whole
 * info is decided.
 */
export class LockDraft {
  schemas: LockSchemas;
  caller: TableSchemas;
  /** Whether all other tables' conflicts were closed on the way. */
  closesConflicts = false;

  constructor(
    private readonly lock: OptimisticLock,
    private readonly member: LockMember,
  ) {
    this.schemas = lock.schemas;
    this.caller = { normal: member.normal, conflict: member.conflict };
  }

  /** Give the caller its schemas. */
  place(normal: Shape, conflict: Shape | null): void {
    const to = { normal, conflict };
    if (normal !== this.caller.normal || conflict !== this.caller.conflict)
      this.schemas = replaceSchemas(this.schemas, this.caller, to);
    this.caller = to;
  }

  /** The counted normal schemas if the caller had `normal`. */
  normalsWith(normal: Shape): LockSchemas['normals'] {
    return normal === this.caller.normal
      ? this.schemas.normals
      : this.schemas.normals.replace(this.caller.normal, normal);
  }

  /** Whether a table other than the caller has an open conflict. */
  get othersWait(): boolean {
    return this.schemas.conflicts.size > (this.caller.conflict === null ? 0 : 1);
  }

  /** Whether the final schemas no longer conflict. */
  finalsAgree(): boolean {
    return agree(this.schemas.finals.joined(), this.#open(), this.schemas.finals);
  }

  /** Whether the conflict schemas don't conflict among themselves. */
  conflictsAgree(): boolean {
    return agree(this.schemas.conflicts.joined(), this.#open(), this.schemas.conflicts);
  }

  /** Whether one other table has already moved from `before` to what `after` needs. */
  othersMoved(before: Shape, after: Shape): boolean {
    for (const shape of this.schemas.normals) {
      const others = this.schemas.normals.countOf(shape) - (shape === this.caller.normal ? 1 : 0);
      if (others > 0 && hasMoved(shape, before, after)) return true;
    }
    return false;
  }

  /** Close every open conflict, the caller's too: normal schemas become the final ones. */
  closeConflicts(): void {
    const { finals } = this.schemas;
    this.closesConflicts ||= this.othersWait;
    this.schemas = { normals: finals, conflicts: this.schemas.conflicts.cleared(), finals };
    this.caller = { normal: this.caller.conflict ?? this.caller.normal, conflict: null };
  }

  /** The distinct open conflicts, the caller's as it stands in the draft. */
  #open(): OpenConflict[] {
    const open: OpenConflict[] = [];
    const { normal, conflict } = this.caller;
    if (conflict !== null) open.push({ normal, conflict });
    if (this.closesConflicts) return open;
    for (const other of this.lock.openConflicts()) {
      const own = other.normal === this.member.normal && other.conflict === this.member.conflict;
      if (other.count > (own ? 1 : 0)) open.push(other);
    }
    return open;
  }
}
