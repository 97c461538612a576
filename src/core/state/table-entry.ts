import type { LockId } from '../model/lock-id';
import { isBlockingStage } from '../model/conflict-stage';
import type { ConflictStage } from '../model/conflict-stage';
import type { SourceId, TaskName, UpstreamTable } from '../model/names';
import type { AttemptRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import { nameOfKey } from '../model/table-key';
import type { TableKey } from '../model/table-key';
import type { LockMember } from '../optimistic/lock';
import type { Shape } from '../table/shape';
import type { KnownSchema } from '../table/known-schema';
import type { TargetOf } from './target';

/** What an info says, apart from whose it is: one object for all tables that report the same. */
export interface InfoContent {
  readonly ddls: readonly string[];
  /** Null: missing. */
  readonly before: KnownSchema | null;
  readonly after: readonly KnownSchema[];
  readonly ignoreConflict: boolean;
}

/** What an operation says, apart from whose it is: one object for all tables that got the same. */
export interface OperationContent {
  readonly lockId: LockId;
  readonly ddls: readonly string[] | null;
  readonly stage: ConflictStage;
  readonly message: string;
  readonly done: boolean;
  readonly columns: readonly string[] | null;
}

/** The last report of a table or source. */
export interface Attempt extends AttemptRecord {
  /** The info's revision. */
  readonly revision: Revision;
}

/** The downstream table that upstream tables route to. */
export type Target = TargetOf<TableEntry>;

/** Where an upstream table is known from; `none`: only leftovers of it are stored. */
export type Membership = 'source-tables' | 'info' | 'none';

/**
 * Everything that is known of one upstream table of an optimistic task. There may be hundreds of thousands: shared
 * contents are shared objects, and nothing is nested.
 */
export class TableEntry {
  readonly source: SourceId;
  readonly schema: string;
  membership: Membership = 'none';
  /** Whether its initial schema is what its worker said, and not what the downstream has. */
  isRegistered = false;
  /** Its last report through the API; null: none. */
  attempt: Attempt | null = null;
  info: InfoContent | null = null;
  infoRevision: Revision = NO_REVISION;
  infoVersion = 0;
  operationRevision: Revision = NO_REVISION;
  /** The revision at which the coordinator put its operation, which stays when the worker puts it back; 0: none. */
  putRevision: Revision = NO_REVISION;
  /** The info that its stored decision record answers; 0: none, or no record. */
  decidedRevision: Revision = NO_REVISION;
  /** When its stored decision record was put, in milliseconds; null: no record. */
  decidedAtMs: number | null = null;
  /** The revision of its stored decision record; 0: none. */
  decisionRevision: Revision = NO_REVISION;
  #target: Target | null = null;
  #initial: Shape | null = null;
  #member: LockMember | null = null;
  #operation: OperationContent | null = null;

  constructor(
    readonly key: TableKey,
    readonly task: TaskName,
    table: UpstreamTable,
  ) {
    this.source = table.source;
    this.schema = table.schema;
  }

  /** The downstream table that it routes to; null: only leftovers are stored. */
  get target(): Target | null {
    return this.#target;
  }

  set target(target: Target | null) {
    this.#target?.stopped.delete(this);
    this.#target?.unregistered.delete(this);
    this.#target = target;
    this.#showStopped();
    this.#showUnregistered();
  }

  /** The schema that its worker registered for it, or that was read from the downstream; null: none. */
  get initial(): Shape | null {
    return this.#initial;
  }

  set initial(initial: Shape | null) {
    this.#initial = initial;
    this.#showUnregistered();
  }

  /** Its part in the target's lock; null: there is no lock. */
  get member(): LockMember | null {
    return this.#member;
  }

  set member(member: LockMember | null) {
    this.#member = member;
    this.#showUnregistered();
  }

  /** What is stored as its operation; null: none. */
  get operation(): OperationContent | null {
    return this.#operation;
  }

  set operation(operation: OperationContent | null) {
    this.#operation = operation;
    this.#showStopped();
  }

  /** Its own name; there may be hundreds of thousands, so it isn't kept beside the key. */
  get name(): string {
    return nameOfKey(this.key);
  }

  /** The table's names. */
  get table(): UpstreamTable {
    return { source: this.source, schema: this.schema, table: this.name };
  }

  /** Whether its info is answered, by us or by an operation that came after it. */
  get isAnswered(): boolean {
    return this.info === null || this.decidedRevision === this.infoRevision;
  }

  /** Whether its worker lists it for another target than that of the lock. */
  isListedElsewhere(lockId: LockId): boolean {
    return this.membership === 'source-tables' && this.target?.lockId !== lockId;
  }

  /** Whether nothing of it is stored any more. */
  get isForgotten(): boolean {
    const revisions = [this.infoRevision, this.operationRevision, this.decisionRevision];
    return (
      this.membership === 'none' &&
      this.attempt === null &&
      this.initial === null &&
      revisions.every((revision) => revision === NO_REVISION)
    );
  }

  /** Its target knows the tables that wait, so that nobody has to look at all of them. */
  #showStopped(): void {
    if (this.#operation !== null && isBlockingStage(this.#operation.stage)) this.#target?.stopped.add(this);
    else this.#target?.stopped.delete(this);
  }

  /** Likewise of those whose schema may have to be read. */
  #showUnregistered(): void {
    if (this.#initial === null) this.#target?.unregistered.add(this);
    else this.#target?.unregistered.delete(this);
  }
}
