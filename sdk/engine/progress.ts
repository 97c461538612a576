import type { LockstepError } from '../../src/core/model/error';
import type { Position, TargetName, UpstreamTableName } from '../plugin';
import type { ConflictStage, RevisionText } from './operation';

/** What a DDL in coordination is about; `table` is null in pessimistic mode. */
export interface OrderSubject {
  readonly table: UpstreamTableName | null;
  readonly target: TargetName;
  readonly ddls: readonly string[];
}

/** What a worker tells of its way, as it happens: for logs, timelines and tests. */
export type WorkerProgress =
  | {
      readonly kind: 'ddl-met';
      readonly table: UpstreamTableName;
      readonly target: TargetName;
      readonly ddls: readonly string[];
      readonly position: Position;
    }
  | ({ readonly kind: 'reported'; readonly lockId: string; readonly revision: RevisionText } & OrderSubject)
  | ({
      readonly kind: 'operation-taken';
      readonly lockId: string;
      readonly revision: RevisionText;
      readonly stage: ConflictStage | null;
      readonly exec: boolean | null;
      readonly message: string;
      /** What it is told to execute downstream; `ddls` is what it has met. */
      readonly executes: readonly string[];
    } & OrderSubject)
  | ({ readonly kind: 'executed'; readonly revision: RevisionText } & OrderSubject)
  | ({ readonly kind: 'acknowledged'; readonly revision: RevisionText; readonly outcome: string } & OrderSubject)
  | ({ readonly kind: 'redirected'; readonly revision: RevisionText } & OrderSubject)
  /** A shard, or group, waits for a person: the error says why, and its help what to do. */
  | ({ readonly kind: 'paused'; readonly error: LockstepError } & OrderSubject)
  | { readonly kind: 'table-created'; readonly table: UpstreamTableName; readonly target: TargetName }
  | { readonly kind: 'table-dropped'; readonly table: UpstreamTableName; readonly target: TargetName }
  | { readonly kind: 'statement-ignored'; readonly statement: string; readonly position: Position }
  /** The reader goes back to take up shards that have missed events. */
  | { readonly kind: 'read-again'; readonly from: Position | null; readonly tables: readonly UpstreamTableName[] }
  | { readonly kind: 'mark'; readonly name: string; readonly position: Position }
  /** Everything that the upstream has is handled, applied and stored; nothing is held. */
  | { readonly kind: 'caught-up'; readonly position: Position };
