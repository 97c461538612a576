import type { LockId } from '../model/lock-id';
import type { DownstreamTable, SourceId, TaskName } from '../model/names';
import type { PessimisticOperation } from '../model/operation';
import type { BreakRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import { sourceKey } from '../model/table-key';
import type { SourceKey } from '../model/table-key';

/** What an info says, apart from whose it is: one object for all sources that report the same. */
export interface ReportedDdls {
  readonly lockId: LockId;
  readonly target: DownstreamTable;
  readonly ddls: readonly string[];
}

/**
 * What is stored of one source of a pessimistic task: there is one info and one operation, whatever the table. Info and
 * operation change through the `PessimisticState`, which keeps them by their locks.
 */
export class SourceEntry {
  info: ReportedDdls | null = null;
  infoRevision: Revision = NO_REVISION;
  operation: PessimisticOperation | null = null;
  operationRevision: Revision = NO_REVISION;
  /** The revision at which the coordinator put its operation, which stays when the worker puts it back; 0: none. */
  putRevision: Revision = NO_REVISION;
  /** A person breaks it out of its wait; null: no. */
  mark: BreakRecord | null = null;
  markRevision: Revision = NO_REVISION;

  constructor(
    readonly task: TaskName,
    readonly source: SourceId,
  ) {}

  /** Its key; there may be hundreds of thousands, so it isn't kept. */
  get key(): SourceKey {
    return sourceKey(this.task, this.source);
  }

  /** The lock that its info is for; null: it has none. */
  get infoLockId(): LockId | null {
    return this.info?.lockId ?? null;
  }

  /** Whether nothing of it is stored. */
  get isForgotten(): boolean {
    return this.info === null && this.operation === null && this.mark === null;
  }
}
