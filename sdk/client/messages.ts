/** Made by `npm run emit:schema` from the published schema and `schema/documents`; a test compares. One file for all messages. */

/* eslint-disable max-lines */

import { Message } from './message';

/** An operation that the worker has carried out. */
export interface ShardAcknowledgeOperationInput {
  readonly session: ShardSessionInput;
  readonly table?: ShardTableInput | null;
  readonly revision: string;
}

/** How an acknowledgement ended. All of these are successes: the worker goes on. */
export type ShardAcknowledgementOutcome = 'ACKNOWLEDGED' | 'ALREADY_ACKNOWLEDGED' | 'OPERATION_GONE';

/** A table that was created upstream. */
export interface ShardAddSourceTableInput {
  readonly session: ShardSessionInput;
  readonly table: ShardRegisteredTableInput;
  readonly defaultCollation?: string | null;
  readonly after?: string | null;
}

/** What an operation of an optimistic lock says about conflicts. */
export type ShardConflictStage = 'NONE' | 'DETECTED' | 'RESOLVED' | 'UNLOCKED' | 'SKIP_WAIT_REDIRECT' | 'ERROR';

/** A downstream table: one that shards are merged into. */
export interface ShardDownstreamTableInput {
  readonly schema: string;
  readonly table: string;
}

/** Which operation is still being carried out. */
export interface ShardExtendOperationInput {
  readonly session: ShardSessionInput;
  readonly table?: ShardTableInput | null;
  readonly revision: string;
}

/** An operation that the worker could not carry out. */
export interface ShardFailOperationInput {
  readonly session: ShardSessionInput;
  readonly table?: ShardTableInput | null;
  readonly revision: string;
  readonly reason: string;
  readonly retryable: boolean;
}

/** A sharding group inside one source that is not complete. */
export interface ShardFormingGroupInput {
  readonly target: ShardDownstreamTableInput;
  readonly ddls: readonly string[];
  readonly firstPosition: string;
  readonly synced: readonly ShardTableInput[];
  readonly unsynced: readonly ShardTableInput[];
}

/** The session to end. */
export interface ShardLeaveWorkerInput {
  readonly session: ShardSessionInput;
  readonly forGood?: boolean;
}

/** In which mode the locks of a task work. */
export type ShardMode = 'OPTIMISTIC' | 'PESSIMISTIC';

/** All tables of a source that belong to the task. */
export interface ShardPutSourceTablesInput {
  readonly session: ShardSessionInput;
  readonly tables: readonly ShardRegisteredTableInput[];
  readonly defaultCollation?: string | null;
  readonly after?: string | null;
}

/** A worker that wants to speak for a source of a task. */
export interface ShardRegisterWorkerInput {
  readonly worker: string;
  readonly task: string;
  readonly mode: ShardMode;
  readonly source: string;
  readonly expectedSources?: readonly string[] | null;
  readonly ttlMs?: number;
  readonly instance?: string | null;
  readonly version?: string | null;
}

/** A table of the source that the session speaks for, with its route. */
export interface ShardRegisteredTableInput {
  readonly schema: string;
  readonly table: string;
  readonly target: ShardDownstreamTableInput;
  readonly createTable?: string | null;
}

/** A table that was dropped upstream. */
export interface ShardRemoveSourceTableInput {
  readonly session: ShardSessionInput;
  readonly table: ShardTableInput;
  readonly after?: string | null;
}

/** The session to renew. */
export interface ShardRenewWorkerInput {
  readonly session: ShardSessionInput;
}

/** An upstream table met DDLs (optimistic mode). */
export interface ShardReportInfoInput {
  readonly session: ShardSessionInput;
  readonly table: ShardTableInput;
  readonly target: ShardDownstreamTableInput;
  readonly ddls: readonly string[];
  readonly createTableBefore: string;
  readonly createTablesAfter?: readonly string[] | null;
  readonly ignoreConflict?: boolean;
  readonly attempt: string;
  readonly defaultCollation?: string | null;
}

/** All tables of a source that are routed into a downstream table met DDLs (pessimistic mode). */
export interface ShardReportSourceInfoInput {
  readonly session: ShardSessionInput;
  readonly target: ShardDownstreamTableInput;
  readonly ddls: readonly string[];
  readonly attempt: string;
}

/** What a worker says of its work on one source. */
export interface ShardReportStatusInput {
  readonly session: ShardSessionInput;
  readonly stage: string;
  readonly error?: string | null;
  readonly position?: string | null;
  readonly delayMs?: number | null;
  readonly blockingDdls?: readonly string[];
  readonly blockingLockId?: string | null;
  readonly formingGroups?: readonly ShardFormingGroupInput[];
}

/** Which session a request of a worker belongs to, as `registerShardWorker` gave it. */
export interface ShardSessionInput {
  readonly task: string;
  readonly source: string;
  readonly id: string;
  readonly epoch: string;
  readonly sequence?: number | null;
}

/** A table of the source that the session speaks for. */
export interface ShardTableInput {
  readonly schema: string;
  readonly table: string;
}

/** The variables of `AcknowledgeShardOperation`. */
export interface AcknowledgeShardOperationVariables {
  readonly input: ShardAcknowledgeOperationInput;
}

/** The data of `AcknowledgeShardOperation`. */
export type AcknowledgeShardOperationData = {
  readonly acknowledgeShardOperation:
    | { readonly __typename: 'ShardAcknowledgeOperationSuccess'; readonly outcome: ShardAcknowledgementOutcome }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardTaskModeConflict'
          | 'ShardOperationNotFound'
          | 'ShardOperationNotExecutable';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      }
    | {
        readonly __typename: 'ShardStaleOperation';
        readonly operation: {
          readonly id: string;
          readonly taskName: string;
          readonly lockId: string;
          readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
          readonly ddls: readonly string[];
          readonly exec: boolean | null;
          readonly conflictStage: ShardConflictStage | null;
          readonly message: string;
          readonly droppedColumns: readonly string[];
          readonly revision: string;
        };
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/AcknowledgeShardOperation.graphql`. */
export const AcknowledgeShardOperation = new Message<AcknowledgeShardOperationVariables, AcknowledgeShardOperationData>(
  'AcknowledgeShardOperation',
  'mutation AcknowledgeShardOperation($input: ShardAcknowledgeOperationInput!) {\n  acknowledgeShardOperation(input: $input) {\n    __typename\n    ... on ShardAcknowledgeOperationSuccess {\n      outcome\n    }\n    ... on ShardStaleOperation {\n      operation {\n        id\n        taskName\n        lockId\n        upstreamTable {\n          schema\n          table\n        }\n        ddls\n        exec\n        conflictStage\n        message\n        droppedColumns\n        revision\n      }\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `AddShardSourceTable`. */
export interface AddShardSourceTableVariables {
  readonly input: ShardAddSourceTableInput;
}

/** The data of `AddShardSourceTable`. */
export type AddShardSourceTableData = {
  readonly addShardSourceTable:
    | { readonly __typename: 'ShardPutSourceTablesSuccess'; readonly revision: string }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardDdlSyntax'
          | 'ShardDdlNestedTooDeeply'
          | 'ShardDdlUnsupported'
          | 'ShardDdlNotApplicable'
          | 'ShardTaskNotFound'
          | 'ShardStaleSourceTables';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/AddShardSourceTable.graphql`. */
export const AddShardSourceTable = new Message<AddShardSourceTableVariables, AddShardSourceTableData>(
  'AddShardSourceTable',
  'mutation AddShardSourceTable($input: ShardAddSourceTableInput!) {\n  addShardSourceTable(input: $input) {\n    __typename\n    ... on ShardPutSourceTablesSuccess {\n      revision\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `ExtendShardOperation`. */
export interface ExtendShardOperationVariables {
  readonly input: ShardExtendOperationInput;
}

/** The data of `ExtendShardOperation`. */
export type ExtendShardOperationData = {
  readonly extendShardOperation:
    | { readonly __typename: 'ShardExtendOperationSuccess'; readonly revision: string }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardOperationNotFound';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/ExtendShardOperation.graphql`. */
export const ExtendShardOperation = new Message<ExtendShardOperationVariables, ExtendShardOperationData>(
  'ExtendShardOperation',
  'mutation ExtendShardOperation($input: ShardExtendOperationInput!) {\n  extendShardOperation(input: $input) {\n    __typename\n    ... on ShardExtendOperationSuccess {\n      revision\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `FailShardOperation`. */
export interface FailShardOperationVariables {
  readonly input: ShardFailOperationInput;
}

/** The data of `FailShardOperation`. */
export type FailShardOperationData = {
  readonly failShardOperation:
    | { readonly __typename: 'ShardFailOperationSuccess'; readonly revision: string }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardOperationNotFound';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/FailShardOperation.graphql`. */
export const FailShardOperation = new Message<FailShardOperationVariables, FailShardOperationData>(
  'FailShardOperation',
  'mutation FailShardOperation($input: ShardFailOperationInput!) {\n  failShardOperation(input: $input) {\n    __typename\n    ... on ShardFailOperationSuccess {\n      revision\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `LeaveShardWorker`. */
export interface LeaveShardWorkerVariables {
  readonly input: ShardLeaveWorkerInput;
}

/** The data of `LeaveShardWorker`. */
export type LeaveShardWorkerData = {
  readonly leaveShardWorker:
    | { readonly __typename: 'ShardLeaveWorkerSuccess'; readonly forGood: boolean }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardOperationNotDone'
          | 'ShardTaskRunning';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/LeaveShardWorker.graphql`. */
export const LeaveShardWorker = new Message<LeaveShardWorkerVariables, LeaveShardWorkerData>(
  'LeaveShardWorker',
  'mutation LeaveShardWorker($input: ShardLeaveWorkerInput!) {\n  leaveShardWorker(input: $input) {\n    __typename\n    ... on ShardLeaveWorkerSuccess {\n      forGood\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `PendingShardOperations`. */
export interface PendingShardOperationsVariables {
  readonly task: string;
  readonly source: string;
  readonly epoch?: string | null;
}

/** The data of `PendingShardOperations`. */
export type PendingShardOperationsData = {
  readonly pendingShardOperations: readonly {
    readonly id: string;
    readonly taskName: string;
    readonly lockId: string;
    readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
    readonly ddls: readonly string[];
    readonly exec: boolean | null;
    readonly conflictStage: ShardConflictStage | null;
    readonly message: string;
    readonly droppedColumns: readonly string[];
    readonly revision: string;
  }[];
};

/** `schema/documents/PendingShardOperations.graphql`. */
export const PendingShardOperations = new Message<PendingShardOperationsVariables, PendingShardOperationsData>(
  'PendingShardOperations',
  'query PendingShardOperations($task: ID!, $source: ID!, $epoch: ShardRevision) {\n  pendingShardOperations(task: $task, source: $source, epoch: $epoch) {\n    id\n    taskName\n    lockId\n    upstreamTable {\n      schema\n      table\n    }\n    ddls\n    exec\n    conflictStage\n    message\n    droppedColumns\n    revision\n  }\n}',
);

/** The variables of `PutShardSourceTables`. */
export interface PutShardSourceTablesVariables {
  readonly input: ShardPutSourceTablesInput;
}

/** The data of `PutShardSourceTables`. */
export type PutShardSourceTablesData = {
  readonly putShardSourceTables:
    | { readonly __typename: 'ShardPutSourceTablesSuccess'; readonly revision: string }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardDdlSyntax'
          | 'ShardDdlNestedTooDeeply'
          | 'ShardDdlUnsupported'
          | 'ShardDdlNotApplicable'
          | 'ShardTaskNotFound'
          | 'ShardStaleSourceTables';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/PutShardSourceTables.graphql`. */
export const PutShardSourceTables = new Message<PutShardSourceTablesVariables, PutShardSourceTablesData>(
  'PutShardSourceTables',
  'mutation PutShardSourceTables($input: ShardPutSourceTablesInput!) {\n  putShardSourceTables(input: $input) {\n    __typename\n    ... on ShardPutSourceTablesSuccess {\n      revision\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `RegisterShardWorker`. */
export interface RegisterShardWorkerVariables {
  readonly input: ShardRegisterWorkerInput;
}

/** The data of `RegisterShardWorker`. */
export type RegisterShardWorkerData = {
  readonly registerShardWorker:
    | {
        readonly __typename: 'ShardRegisterWorkerSuccess';
        readonly session: {
          readonly id: string;
          readonly taskName: string;
          readonly sourceId: string;
          readonly workerId: string;
          readonly epoch: string;
          readonly ttlMs: number;
        };
      }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardSourceTaken'
          | 'ShardSourceBoundByDm'
          | 'ShardTaskModeConflict'
          | 'ShardSourceExcluded'
          | 'ShardDmLeads';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/RegisterShardWorker.graphql`. */
export const RegisterShardWorker = new Message<RegisterShardWorkerVariables, RegisterShardWorkerData>(
  'RegisterShardWorker',
  'mutation RegisterShardWorker($input: ShardRegisterWorkerInput!) {\n  registerShardWorker(input: $input) {\n    __typename\n    ... on ShardRegisterWorkerSuccess {\n      session {\n        id\n        taskName\n        sourceId\n        workerId\n        epoch\n        ttlMs\n      }\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `RemoveShardSourceTable`. */
export interface RemoveShardSourceTableVariables {
  readonly input: ShardRemoveSourceTableInput;
}

/** The data of `RemoveShardSourceTable`. */
export type RemoveShardSourceTableData = {
  readonly removeShardSourceTable:
    | { readonly __typename: 'ShardPutSourceTablesSuccess'; readonly revision: string }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardDdlSyntax'
          | 'ShardDdlNestedTooDeeply'
          | 'ShardDdlUnsupported'
          | 'ShardDdlNotApplicable'
          | 'ShardTaskNotFound'
          | 'ShardStaleSourceTables';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/RemoveShardSourceTable.graphql`. */
export const RemoveShardSourceTable = new Message<RemoveShardSourceTableVariables, RemoveShardSourceTableData>(
  'RemoveShardSourceTable',
  'mutation RemoveShardSourceTable($input: ShardRemoveSourceTableInput!) {\n  removeShardSourceTable(input: $input) {\n    __typename\n    ... on ShardPutSourceTablesSuccess {\n      revision\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `RenewShardWorker`. */
export interface RenewShardWorkerVariables {
  readonly input: ShardRenewWorkerInput;
}

/** The data of `RenewShardWorker`. */
export type RenewShardWorkerData = {
  readonly renewShardWorker:
    | {
        readonly __typename: 'ShardRenewWorkerSuccess';
        readonly session: {
          readonly id: string;
          readonly taskName: string;
          readonly sourceId: string;
          readonly workerId: string;
          readonly epoch: string;
          readonly ttlMs: number;
        };
      }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/RenewShardWorker.graphql`. */
export const RenewShardWorker = new Message<RenewShardWorkerVariables, RenewShardWorkerData>(
  'RenewShardWorker',
  'mutation RenewShardWorker($input: ShardRenewWorkerInput!) {\n  renewShardWorker(input: $input) {\n    __typename\n    ... on ShardRenewWorkerSuccess {\n      session {\n        id\n        taskName\n        sourceId\n        workerId\n        epoch\n        ttlMs\n      }\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `ReportShardInfo`. */
export interface ReportShardInfoVariables {
  readonly input: ShardReportInfoInput;
}

/** The data of `ReportShardInfo`. */
export type ReportShardInfoData = {
  readonly reportShardInfo:
    | {
        readonly __typename: 'ShardReportInfoSuccess';
        readonly lockId: string;
        readonly revision: string;
        readonly repeated: boolean;
      }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardSourceExcluded'
          | 'ShardTaskModeConflict'
          | 'ShardTaskNotFound'
          | 'ShardDdlSyntax'
          | 'ShardDdlNestedTooDeeply'
          | 'ShardDdlUnsupported'
          | 'ShardDdlNotApplicable'
          | 'ShardIdempotencyKeyReused'
          | 'ShardInconsistentInfo'
          | 'ShardSchemaBeforeMissing'
          | 'ShardPreviousOperationPending';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/ReportShardInfo.graphql`. */
export const ReportShardInfo = new Message<ReportShardInfoVariables, ReportShardInfoData>(
  'ReportShardInfo',
  'mutation ReportShardInfo($input: ShardReportInfoInput!) {\n  reportShardInfo(input: $input) {\n    __typename\n    ... on ShardReportInfoSuccess {\n      lockId\n      revision\n      repeated\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `ReportShardSourceInfo`. */
export interface ReportShardSourceInfoVariables {
  readonly input: ShardReportSourceInfoInput;
}

/** The data of `ReportShardSourceInfo`. */
export type ReportShardSourceInfoData = {
  readonly reportShardSourceInfo:
    | {
        readonly __typename: 'ShardReportInfoSuccess';
        readonly lockId: string;
        readonly revision: string;
        readonly repeated: boolean;
      }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads'
          | 'ShardSourceExcluded'
          | 'ShardTaskModeConflict'
          | 'ShardTaskNotFound'
          | 'ShardDdlSyntax'
          | 'ShardDdlNestedTooDeeply'
          | 'ShardDdlUnsupported'
          | 'ShardDdlNotApplicable'
          | 'ShardIdempotencyKeyReused'
          | 'ShardInconsistentInfo'
          | 'ShardSchemaBeforeMissing'
          | 'ShardPreviousOperationPending';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/ReportShardSourceInfo.graphql`. */
export const ReportShardSourceInfo = new Message<ReportShardSourceInfoVariables, ReportShardSourceInfoData>(
  'ReportShardSourceInfo',
  'mutation ReportShardSourceInfo($input: ShardReportSourceInfoInput!) {\n  reportShardSourceInfo(input: $input) {\n    __typename\n    ... on ShardReportInfoSuccess {\n      lockId\n      revision\n      repeated\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `ReportShardStatus`. */
export interface ReportShardStatusVariables {
  readonly input: ShardReportStatusInput;
}

/** The data of `ReportShardStatus`. */
export type ReportShardStatusData = {
  readonly reportShardStatus:
    | { readonly __typename: 'ShardReportStatusSuccess'; readonly sourceId: string }
    | {
        readonly __typename:
          | 'ShardInvalidInput'
          | 'ShardForbidden'
          | 'ShardTooManyRequests'
          | 'ShardReadOnly'
          | 'ShardContention'
          | 'ShardUnreadableValue'
          | 'ShardStaleSession'
          | 'ShardDmLeads';
        readonly code: string;
        readonly message: string;
        readonly help: string;
        readonly retryable: boolean;
        readonly details: readonly { readonly name: string; readonly value: string }[];
      };
};

/** `schema/documents/ReportShardStatus.graphql`. */
export const ReportShardStatus = new Message<ReportShardStatusVariables, ReportShardStatusData>(
  'ReportShardStatus',
  'mutation ReportShardStatus($input: ShardReportStatusInput!) {\n  reportShardStatus(input: $input) {\n    __typename\n    ... on ShardReportStatusSuccess {\n      sourceId\n    }\n    ... on ShardUserError {\n      code\n      message\n      help\n      retryable\n      details {\n        name\n        value\n      }\n    }\n  }\n}',
);

/** The variables of `ShardOperations`. */
export interface ShardOperationsVariables {
  readonly task: string;
  readonly source: string;
  readonly after?: string | null;
  readonly epoch?: string | null;
}

/** The data of `ShardOperations`. */
export type ShardOperationsData = {
  readonly shardOperations: {
    readonly id: string;
    readonly taskName: string;
    readonly lockId: string;
    readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
    readonly ddls: readonly string[];
    readonly exec: boolean | null;
    readonly conflictStage: ShardConflictStage | null;
    readonly message: string;
    readonly droppedColumns: readonly string[];
    readonly revision: string;
  };
};

/** `schema/documents/ShardOperations.graphql`. */
export const ShardOperations = new Message<ShardOperationsVariables, ShardOperationsData>(
  'ShardOperations',
  'subscription ShardOperations($task: ID!, $source: ID!, $after: ShardRevision, $epoch: ShardRevision) {\n  shardOperations(task: $task, source: $source, after: $after, epoch: $epoch) {\n    id\n    taskName\n    lockId\n    upstreamTable {\n      schema\n      table\n    }\n    ddls\n    exec\n    conflictStage\n    message\n    droppedColumns\n    revision\n  }\n}',
);
