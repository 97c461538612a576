import type { LockId } from '../model/lock-id';
import type { TaskName } from '../model/names';
import type { SourceKey, TableKey } from '../model/table-key';

/**
 * Something that the state says is still to be written. It stands in the outbox of every server from the change that
 * asks for it until the change that fulfils it comes back; only the leader writes.
 */
export type Obligation =
  /** Record an optimistic lock that was created. */
  | { readonly kind: 'record-lock'; readonly lockId: LockId }
  /** Record that an optimistic lock became synced, and journal it; or that it isn't any more. */
  | { readonly kind: 'tell-synced'; readonly lockId: LockId }
  /** Answer the info of a table with its decision. */
  | { readonly kind: 'answer'; readonly table: TableKey }
  /** Tell a table whose conflict is over to go back. */
  | { readonly kind: 'redirect'; readonly table: TableKey }
  /** Record that a table has carried out its operation, and move its dropped columns. */
  | { readonly kind: 'record-done'; readonly table: TableKey }
  /** Record that a table joined a lock. */
  | { readonly kind: 'record-member'; readonly table: TableKey }
  /** Record a table's schema as its downstream has it. */
  | { readonly kind: 'know-schema'; readonly table: TableKey }
  /** Record whether schemas of a task's tables are read from its downstream. */
  | { readonly kind: 'record-downstream'; readonly task: TaskName }
  /** Delete the marks on a column of which a table that isn't in the lock any more completed the drop. */
  | { readonly kind: 'forget-column'; readonly lockId: LockId; readonly column: string }
  /** Delete what is stored of a table that has left. */
  | { readonly kind: 'forget-table'; readonly table: TableKey }
  /** Delete what is stored of an optimistic lock that is resolved. */
  | { readonly kind: 'remove-optimistic-lock'; readonly lockId: LockId }
  /** Delete what is stored of an optimistic lock that has no tables any more; done when it was written once. */
  | { readonly kind: 'remove-remains'; readonly lockId: LockId }
  /** Drive a pessimistic lock on: put what is due, record it, remove it. */
  | { readonly kind: 'drive-pessimistic-lock'; readonly lockId: LockId }
  /** Delete a finished pessimistic operation that belongs to no lock (deviation P1). */
  | { readonly kind: 'clean-source'; readonly source: SourceKey }
  /** Take the next step of a manual action. */
  | { readonly kind: 'advance-action'; readonly action: string }
  /** Record up to where everything is written, so that a start needn't read far back. */
  | { readonly kind: 'record-settled' }
  /** Delete what is only of the past and long enough ago. */
  | { readonly kind: 'trim' }
  /** Journal that a worker came or went. */
  | { readonly kind: 'announce-worker'; readonly source: SourceKey };

/** The text that names an obligation; two that ask for the same have the same. */
export type ObligationId = string;

/** The text that names `obligation`. */
export function obligationId(obligation: Obligation): ObligationId {
  switch (obligation.kind) {
    case 'answer':
    case 'redirect':
    case 'record-done':
    case 'record-member':
    case 'know-schema':
    case 'forget-table':
      return `${obligation.kind} ${obligation.table}`;
    case 'record-lock':
    case 'tell-synced':
    case 'remove-optimistic-lock':
    case 'remove-remains':
    case 'drive-pessimistic-lock':
      return `${obligation.kind} ${obligation.lockId}`;
    case 'forget-column':
      return `${obligation.kind} ${obligation.lockId} ${obligation.column}`;
    case 'clean-source':
    case 'announce-worker':
      return `${obligation.kind} ${obligation.source}`;
    case 'record-settled':
    case 'trim':
      return obligation.kind;
    case 'record-downstream':
      return `${obligation.kind} ${obligation.task}`;
    case 'advance-action':
      return `${obligation.kind} ${obligation.action}`;
  }
}
