import type { LockstepError } from '../../src/core/model/error';
import type { Checkpoint, Position, RowChange, TargetName, UpstreamEvent, UpstreamTableName } from '../plugin';
import type { Operation, RevisionText } from './operation';
import type { WorkerProgress } from './progress';

/** An order to the shell to execute statements downstream, one after the other. */
export interface Execution {
  /** Which effect this is the answer to. */
  readonly id: string;
  readonly ddls: readonly string[];
  /** The same whenever this is executed again. */
  readonly key: string;
  readonly revision: RevisionText | null;
  readonly table: UpstreamTableName | null;
  readonly target: TargetName | null;
}

/** What happened outside; the engine hears of everything as one of these. */
export type EngineEvent =
  /** The source is registered and its tables are put: what the checkpoint left open goes on. */
  | { readonly kind: 'started' }
  | { readonly kind: 'read'; readonly event: UpstreamEvent }
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'reported'; readonly order: string; readonly lockId: string; readonly revision: RevisionText }
  | { readonly kind: 'report-refused'; readonly order: string; readonly error: LockstepError }
  | { readonly kind: 'executed'; readonly id: string }
  | { readonly kind: 'execution-failed'; readonly id: string; readonly error: LockstepError }
  | { readonly kind: 'acknowledged'; readonly order: string; readonly outcome: string }
  /** A newer operation has come instead of the one to acknowledge. */
  | { readonly kind: 'superseded'; readonly order: string; readonly operation: Operation }
  | { readonly kind: 'acknowledge-refused'; readonly order: string; readonly error: LockstepError }
  /** The last flush is applied and, if it had a checkpoint, that is stored. */
  | { readonly kind: 'flushed' }
  | { readonly kind: 'table-added'; readonly key: string }
  | { readonly kind: 'table-removed'; readonly key: string }
  | { readonly kind: 'looked-up'; readonly key: string; readonly createTable: string }
  /** Time has passed: a checkpoint is due, refused reports that may be taken now are sent again. */
  | { readonly kind: 'tick' }
  /** Reading has ended for good: what is pending is flushed with a last checkpoint. */
  | { readonly kind: 'stopping' };

/** What the shell has to do; each is answered by the event of its name, if it has one. */
export type Effect =
  | {
      readonly kind: 'report';
      readonly order: string;
      /** Null in pessimistic mode. */
      readonly table: UpstreamTableName | null;
      readonly target: TargetName;
      readonly ddls: readonly string[];
      readonly createTableBefore: string;
      readonly attempt: string;
      readonly collation: string | null;
    }
  | { readonly kind: 'execute'; readonly execution: Execution }
  | {
      readonly kind: 'acknowledge';
      readonly order: string;
      readonly table: UpstreamTableName | null;
      readonly revision: RevisionText;
    }
  /** Acknowledge once more what was acknowledged; nothing hangs on it. */
  | { readonly kind: 'acknowledge-again'; readonly table: UpstreamTableName | null; readonly revision: RevisionText }
  | {
      readonly kind: 'fail';
      readonly table: UpstreamTableName | null;
      readonly revision: RevisionText;
      readonly reason: string;
    }
  | {
      readonly kind: 'add-table';
      readonly key: string;
      readonly table: UpstreamTableName;
      readonly target: TargetName;
      readonly createTable: string;
    }
  | { readonly kind: 'remove-table'; readonly key: string; readonly table: UpstreamTableName }
  | {
      readonly kind: 'look-up';
      readonly key: string;
      readonly table: UpstreamTableName;
      readonly position: Position;
    }
  /** Apply the changes, then store the checkpoint, if there is one. One at a time. */
  | { readonly kind: 'flush'; readonly changes: readonly RowChange[]; readonly checkpoint: Checkpoint | null }
  /** End the reading and begin again behind `from`. */
  | { readonly kind: 'seek'; readonly from: Position | null }
  /** What people are shown is another now (`WorkerEngine.status`). */
  | { readonly kind: 'status-changed' }
  | { readonly kind: 'tell'; readonly progress: WorkerProgress }
  /** Nothing can go on: stop with the error. */
  | { readonly kind: 'stop'; readonly error: LockstepError };
