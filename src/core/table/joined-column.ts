import { joinColumns } from './column-order';
import type { ColumnConflict } from './column-order';
import { ColumnFlag } from './column-type';
import { withoutMissing } from './missing-column';
import type { ColumnItems, ShapeColumn, ShapeInterner } from './shape';

/** The key role follows from the joined indexes. */
const FOLLOWS = -1;

/**
 * One column joined over those tables of a set that have it, before the rules that need the whole set: an element of a
 * semilattice, so sets can be joined in any grouping. Objects are shared wherever joins agree.
 */
export class JoinedColumn {
  /** The last answer of `finish`; most columns are finished again and again with the same role. */
  private finishedRole = FOLLOWS;
  private finished: ShapeColumn | null = null;

  private constructor(
    readonly items: ColumnItems,
    /** Not null: there is no join, and `items` means nothing. */
    readonly conflict: ColumnConflict | null,
    /** Whether every table has the column. */
    readonly everywhere: boolean,
    /**
     * The key role that the indexes of each table imply, if every table stores another one and all store the same; else
     * `FOLLOWS`.
     */
    private readonly impliedRole: number,
  ) {}

  /** The column of one table whose indexes imply `impliedRole` for it. */
  static of(column: ShapeColumn, impliedRole: number): JoinedColumn {
    const joined = new JoinedColumn(column, null, true, column.keyRole === impliedRole ? FOLLOWS : impliedRole);
    joined.finishedRole = column.keyRole;
    joined.finished = column;
    return joined;
  }

  get name(): string {
    return this.items.name;
  }

  /** The same column over a set with a table that lacks it. */
  missingSomewhere(): JoinedColumn {
    return this.everywhere ? new JoinedColumn(this.items, this.conflict, false, FOLLOWS) : this;
  }

  /** The column over both sets; both have it in some table. */
  join(other: JoinedColumn): JoinedColumn {
    if (this === other || this.conflict !== null) return this;
    if (other.conflict !== null) return other;
    const everywhere = this.everywhere && other.everywhere;
    const joined = this.items === other.items ? null : joinColumns(this.items, other.items);
    if (joined?.kind === 'conflict') return new JoinedColumn(this.items, joined.conflict, everywhere, FOLLOWS);
    const items = joined?.column ?? this.items;
    const implied = this.items.keyRole === other.items.keyRole ? this.impliedRole : FOLLOWS;
    const impliedRole = everywhere && implied === other.impliedRole ? implied : FOLLOWS;
    if (this.is(items, everywhere, impliedRole)) return this;
    return other.is(items, everywhere, impliedRole) ? other : new JoinedColumn(items, null, everywhere, impliedRole);
  }

  private is(items: ColumnItems, everywhere: boolean, impliedRole: number): boolean {
    return this.items === items && this.everywhere === everywhere && this.impliedRole === impliedRole;
  }

  /**
   * The column of the join, whose indexes imply `role` for it; or why there is none. A stored role that isn't the implied
   * one is kept if all tables agree in it and the join implies what they implied: so a table joins to itself.
   */
  finish(role: number, shapes: ShapeInterner): ShapeColumn | ColumnConflict {
    if (this.conflict !== null) return this.conflict;
    const keyRole = this.impliedRole === role ? this.items.keyRole : role;
    if (keyRole === 0 && (this.items.defaultMarks & ColumnFlag.autoIncrement) !== 0) return AUTO_INCREMENT_WITHOUT_KEY;
    if (this.finished === null || this.finishedRole !== keyRole) {
      const items = this.everywhere ? this.items : withoutMissing(this.items);
      this.finished = shapes.internColumn(items.keyRole === keyRole ? items : { ...items, keyRole });
      this.finishedRole = keyRole;
    }
    return this.finished;
  }
}

const AUTO_INCREMENT_WITHOUT_KEY: ColumnConflict = {
  item: 'key',
  reason: 'an AUTO_INCREMENT column must be a key, and no key of it is common to all tables',
};
