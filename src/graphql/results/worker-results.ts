import type { LockId } from '../../core/model/lock-id';
import type { ErrorCode } from '../../core/model/error-catalogue';
import type { Revision } from '../../core/model/revision';
import { Field, ID, ObjectType } from '../decorators';
import { ShardAcknowledgementOutcome } from '../enums';
import type { AcknowledgementOutcome } from '../enums';
import { resultUnion } from '../errors/result-union';
import { ShardRevision } from '../scalars';
import { ShardSession } from '../types/session';

/** Errors of every request that carries a session. */
const OF_SESSION: readonly ErrorCode[] = ['STALE_SESSION', 'DM_LEADS'];

/** Errors of requests that carry schemas or DDLs. */
const OF_SQL: readonly ErrorCode[] = ['DDL_SYNTAX', 'DDL_NESTED_TOO_DEEPLY', 'DDL_UNSUPPORTED', 'DDL_NOT_APPLICABLE'];

/** Errors of reports. */
const OF_REPORT: readonly ErrorCode[] = ['SOURCE_EXCLUDED', 'TASK_MODE_CONFLICT', 'TASK_NOT_FOUND'];

/** A session that was granted or renewed. */
@ObjectType({ description: 'The worker speaks for the source.' })
export class ShardRegisterWorkerSuccess {
  @Field(() => ShardSession, { description: 'The session, which every other mutation of the worker names.' })
  readonly session!: ShardSession;
}

/** A session that was renewed. */
@ObjectType({ description: 'The session lives on.' })
export class ShardRenewWorkerSuccess {
  @Field(() => ShardSession, { description: 'The session.' })
  readonly session!: ShardSession;
}

/** A session that was ended. */
@ObjectType({ description: 'The session has ended.' })
export class ShardLeaveWorkerSuccess {
  @Field(() => Boolean, { description: 'Whether the source has left its task as well.' })
  readonly forGood!: boolean;
}

/** Tables that were stored. */
@ObjectType({ description: 'The tables are stored.' })
export class ShardPutSourceTablesSuccess {
  @Field(() => ShardRevision, { description: 'The revision at which they are.' })
  readonly revision!: Revision;
}

/** A report that was stored. */
@ObjectType({ description: 'The report is stored; the worker now waits for its operation.' })
export class ShardReportInfoSuccess {
  @Field(() => ID, { description: 'The lock that the report is for.' })
  readonly lockId!: LockId;

  @Field(() => ShardRevision, {
    description: 'The revision of the report; the operation that answers it has a larger one.',
  })
  readonly revision!: Revision;

  @Field(() => Boolean, { description: 'The same attempt was reported before: nothing was written.' })
  readonly repeated!: boolean;
}

/** An acknowledgement that was taken. */
@ObjectType({ description: 'The worker goes on.' })
export class ShardAcknowledgeOperationSuccess {
  @Field(() => ShardAcknowledgementOutcome, { description: 'What became of the operation.' })
  readonly outcome!: AcknowledgementOutcome;
}

/** A failure that was recorded. */
@ObjectType({ description: 'The failure is recorded.' })
export class ShardFailOperationSuccess {
  @Field(() => ShardRevision, { description: 'The revision of the operation that failed.' })
  readonly revision!: Revision;
}

/** An extension that was recorded. */
@ObjectType({ description: 'It is recorded that the worker still works on the operation.' })
export class ShardExtendOperationSuccess {
  @Field(() => ShardRevision, { description: 'The revision of the operation.' })
  readonly revision!: Revision;
}

/** A status that was taken. */
@ObjectType({ description: 'The status is taken.' })
export class ShardReportStatusSuccess {
  @Field(() => ID, { description: 'The source that it is of.' })
  readonly sourceId!: string;
}

export const RegisterWorkerResult = resultUnion(
  '`registerShardWorker`',
  'ShardRegisterWorker',
  ShardRegisterWorkerSuccess,
  ['SOURCE_TAKEN', 'SOURCE_BOUND_BY_DM', 'TASK_MODE_CONFLICT', 'SOURCE_EXCLUDED', 'DM_LEADS'],
);

export const RenewWorkerResult = resultUnion(
  '`renewShardWorker`',
  'ShardRenewWorker',
  ShardRenewWorkerSuccess,
  OF_SESSION,
);

export const LeaveWorkerResult = resultUnion('`leaveShardWorker`', 'ShardLeaveWorker', ShardLeaveWorkerSuccess, [
  ...OF_SESSION,
  'OPERATION_NOT_DONE',
  'TASK_RUNNING',
]);

export const PutSourceTablesResult = resultUnion(
  'each of `putShardSourceTables`, `addShardSourceTable` and `removeShardSourceTable`',
  'ShardPutSourceTables',
  ShardPutSourceTablesSuccess,
  [...OF_SESSION, ...OF_SQL, 'TASK_NOT_FOUND', 'STALE_SOURCE_TABLES'],
);

export const ReportInfoResult = resultUnion(
  'each of `reportShardInfo` and `reportShardSourceInfo`',
  'ShardReportInfo',
  ShardReportInfoSuccess,
  [
    ...OF_SESSION,
    ...OF_REPORT,
    ...OF_SQL,
    'IDEMPOTENCY_KEY_REUSED',
    'INCONSISTENT_INFO',
    'SCHEMA_BEFORE_MISSING',
    'PREVIOUS_OPERATION_PENDING',
  ],
);

export const AcknowledgeOperationResult = resultUnion(
  '`acknowledgeShardOperation`',
  'ShardAcknowledgeOperation',
  ShardAcknowledgeOperationSuccess,
  [...OF_SESSION, 'STALE_OPERATION', 'TASK_MODE_CONFLICT', 'OPERATION_NOT_FOUND', 'OPERATION_NOT_EXECUTABLE'],
);

export const FailOperationResult = resultUnion(
  '`failShardOperation`',
  'ShardFailOperation',
  ShardFailOperationSuccess,
  [...OF_SESSION, 'OPERATION_NOT_FOUND'],
);

export const ExtendOperationResult = resultUnion(
  '`extendShardOperation`',
  'ShardExtendOperation',
  ShardExtendOperationSuccess,
  [...OF_SESSION, 'OPERATION_NOT_FOUND'],
);

export const ReportStatusResult = resultUnion(
  '`reportShardStatus`',
  'ShardReportStatus',
  ShardReportStatusSuccess,
  OF_SESSION,
);
