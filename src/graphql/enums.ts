import { ErrorCatalogue } from '../core/model/error-catalogue';
import type { ErrorCode } from '../core/model/error-catalogue';
import type { LockEvent } from '../core/model/lock-event';
import type { LockState } from '../core/model/lock-state';
import type { ChangedRecord, PlannedChange } from '../core/request/planned-change';
import { registerEnumType } from './decorators';

/** A task's mode, by its name in GraphQL. */
export const ShardMode = { OPTIMISTIC: 'optimistic', PESSIMISTIC: 'pessimistic' } as const;

/** How far a lock is, by its name in GraphQL. */
export const ShardLockState = {
  FORMING: 'forming',
  WAITING: 'waiting',
  CONFLICT: 'conflict',
  EXECUTING: 'executing',
  RESOLVED: 'resolved',
} as const satisfies Record<string, LockState>;

/** What an optimistic operation says about conflicts, by its name in GraphQL. */
export const ShardConflictStage = {
  NONE: 'none',
  DETECTED: 'detected',
  RESOLVED: 'resolved',
  UNLOCKED: 'unlocked',
  SKIP_WAIT_REDIRECT: 'skip and wait for redirect',
  ERROR: 'error',
} as const;

/** How far one table's drop of a column has come, by its name in GraphQL. */
export const ShardDropStage = { NOT_DONE: 0, TABLE_DONE: 1, EXECUTED: 2 } as const;

/** What a person has done with DDLs. */
export const ShardDDLAction = { EXEC: 'exec', SKIP: 'skip' } as const;

/** What a person has done with DDLs: execute them downstream, or skip them. */
export type DdlAction = (typeof ShardDDLAction)[keyof typeof ShardDDLAction];

/** How an acknowledgement ended. */
export const ShardAcknowledgementOutcome = {
  ACKNOWLEDGED: 'acknowledged',
  ALREADY_ACKNOWLEDGED: 'already-acknowledged',
  OPERATION_GONE: 'gone',
} as const;

/** How an acknowledgement ended, if it succeeded. */
export type AcknowledgementOutcome = (typeof ShardAcknowledgementOutcome)[keyof typeof ShardAcknowledgementOutcome];

/** Which manual action, by its name in GraphQL. */
export const ShardActionKind = {
  PUT_TASK: 'put-task',
  UNLOCK_OPTIMISTIC: 'unlock-optimistic',
  UNLOCK_PESSIMISTIC: 'unlock-pessimistic',
  BREAK: 'break',
  REMOVE_META: 'remove-meta',
  EXCLUDE_SOURCE: 'exclude-source',
  RETRY_INFO: 'retry-info',
} as const;

/** How far a manual action is, by its name in GraphQL. */
export const ShardActionState = {
  ASKED: 'asked',
  RUNNING: 'running',
  DONE: 'done',
  FAILED: 'failed',
  EXPIRED: 'expired',
} as const;

/** What becomes of something by a manual action, by its name in GraphQL. */
export const ShardPlannedChangeKind = {
  PUT: 'put',
  REMOVE: 'remove',
  LATER: 'later',
} as const satisfies Record<string, PlannedChange['kind']>;

/** What a manual action changes, by its name in GraphQL. */
export const ShardChangedRecord = {
  INFO: 'info',
  OPERATION: 'operation',
  SOURCE_TABLES: 'source-tables',
  DROPPED_COLUMN: 'dropped-column',
  LOCK: 'lock',
  OTHER: 'other',
} as const satisfies Record<string, ChangedRecord>;

/** What happened, by its name in GraphQL. */
export const ShardLockEventKind = {
  LOCK_CREATED: 'LockCreated',
  INFO_RECEIVED: 'InfoReceived',
  CONFLICT_DETECTED: 'ConflictDetected',
  OPERATION_PUT: 'OperationPut',
  OPERATION_DONE: 'OperationDone',
  LOCK_SYNCED: 'LockSynced',
  LOCK_RESOLVED: 'LockResolved',
  LOCK_UNLOCKED: 'LockUnlocked',
  LOCK_BROKEN: 'LockBroken',
  TABLE_ADDED: 'TableAdded',
  TABLE_REMOVED: 'TableRemoved',
  META_REMOVED: 'MetaRemoved',
  WORKER_ONLINE: 'WorkerOnline',
  WORKER_OFFLINE: 'WorkerOffline',
  DIVERGENCE: 'Divergence',
} as const satisfies Record<string, LockEvent['kind']>;

/** What a server does, by its name in GraphQL. */
export const ShardServerPhase = {
  RECOVERING: 'recovering',
  LEADING: 'leading',
  FOLLOWING: 'following',
  OBSERVING: 'observing',
} as const;

/** What a server does. */
export type ServerPhase = (typeof ShardServerPhase)[keyof typeof ShardServerPhase];

/** Where the state is kept, by its name in GraphQL. */
export const ShardStoreKind = { MEMORY: 'memory', EMBEDDED: 'embedded', ETCD: 'etcd' } as const;

/** Where the state is kept. */
export type StoreKind = (typeof ShardStoreKind)[keyof typeof ShardStoreKind];

/** The codes of the error catalogue, by themselves. */
export const ShardErrorCode = codesByThemselves();

function codesByThemselves(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(ErrorCatalogue).map((code) => [code, code]));
}

/** What each code means is said by what to do about it. */
function helpOfCodes(): Record<string, { description: string }> {
  return Object.fromEntries(Object.entries(ErrorCatalogue).map(([code, { help }]) => [code, { description: help }]));
}

/** Whether a text is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ErrorCatalogue, text);
}

registerEnumType(ShardMode, {
  name: 'ShardMode',
  description: 'In which mode the locks of a task work.',
  valuesConfig: {
    OPTIMISTIC: {
      description: 'Schemas of shards may differ for a while; their join is what the downstream table has.',
    },
    PESSIMISTIC: { description: 'A DDL is a barrier: all sources report it, one executes it, the others skip it.' },
  },
});

registerEnumType(ShardLockState, {
  name: 'ShardLockState',
  description: 'How far a lock is.',
  valuesConfig: {
    FORMING: {
      description: 'A group inside a source is not complete; no source has reported yet, so there is no lock.',
    },
    WAITING: { description: 'Some sources or tables have not reported their DDLs yet.' },
    CONFLICT: { description: 'Shards contradict each other; a person, or another DDL, has to decide.' },
    EXECUTING: { description: 'All have reported; some have not carried out their operation yet.' },
    RESOLVED: { description: 'All are done; the lock is about to be removed.' },
  },
});

registerEnumType(ShardConflictStage, {
  name: 'ShardConflictStage',
  description: 'What an operation of an optimistic lock says about conflicts.',
  valuesConfig: {
    NONE: { description: 'No conflict: execute the DDLs, if there are any.' },
    DETECTED: { description: 'The DDL contradicts other shards; the table waits until a person decides.' },
    RESOLVED: { description: 'The conflict is over: go back to the first skipped DDL and replay from there.' },
    UNLOCKED: { description: 'A person has decided: execute the DDLs that the operation holds, or none.' },
    SKIP_WAIT_REDIRECT: { description: 'Skip the DDL and the rows after it until the other shards follow.' },
    ERROR: { description: 'The report could not be decided on; its message says why.' },
  },
});

registerEnumType(ShardDropStage, {
  name: 'ShardDropStage',
  description: "How far one table's drop of a column has come.",
  valuesConfig: {
    NOT_DONE: { description: 'The table has not carried out its operation.' },
    TABLE_DONE: { description: 'The table has carried it out; the downstream still has the column.' },
    EXECUTED: { description: 'The column was dropped downstream.' },
  },
});

registerEnumType(ShardDDLAction, {
  name: 'ShardDDLAction',
  description: 'What becomes of the DDLs that a source or table is blocked on.',
  valuesConfig: {
    EXEC: { description: 'Execute them downstream after all.' },
    SKIP: { description: 'Skip them, as if they had been executed.' },
  },
});

registerEnumType(ShardAcknowledgementOutcome, {
  name: 'ShardAcknowledgementOutcome',
  description: 'How an acknowledgement ended. All of these are successes: the worker goes on.',
  valuesConfig: {
    ACKNOWLEDGED: { description: 'The operation is marked as done.' },
    ALREADY_ACKNOWLEDGED: { description: 'The operation was marked as done before; nothing was written.' },
    OPERATION_GONE: { description: 'The lock has ended meanwhile, and the operation with it; nothing was written.' },
  },
});

registerEnumType(ShardActionKind, {
  name: 'ShardActionKind',
  description: 'Which manual action.',
  valuesConfig: {
    PUT_TASK: { description: 'Declare a task with all of its sources.' },
    UNLOCK_OPTIMISTIC: { description: 'Release tables of an optimistic lock that wait for a person.' },
    UNLOCK_PESSIMISTIC: { description: 'Let the owner execute and the others skip although sources are missing.' },
    BREAK: { description: 'Let one source that is blocked execute or skip its DDLs.' },
    REMOVE_META: { description: 'Remove what is stored of a task, or of some of its sources.' },
    EXCLUDE_SOURCE: { description: 'Leave a source out of its task, or take it in again.' },
    RETRY_INFO: { description: 'Decide a stored report again.' },
  },
});

registerEnumType(ShardActionState, {
  name: 'ShardActionState',
  description: 'How far a manual action is.',
  valuesConfig: {
    ASKED: { description: 'Recorded; the leading server has not begun yet.' },
    RUNNING: { description: 'It waits for workers.' },
    DONE: { description: 'It succeeded.' },
    FAILED: { description: 'It failed, or was refused; the failure says why.' },
    EXPIRED: { description: 'Workers have not answered before the deadline.' },
  },
});

registerEnumType(ShardPlannedChangeKind, {
  name: 'ShardPlannedChangeKind',
  description: 'What would become of something by a manual action.',
  valuesConfig: {
    PUT: { description: 'Its first step puts it.' },
    REMOVE: { description: 'Its first step removes it.' },
    LATER: {
      description: 'It follows in a later step, for example when workers have answered; the sentence says what.',
    },
  },
});

registerEnumType(ShardChangedRecord, {
  name: 'ShardChangedRecord',
  description: 'What a manual action would put or remove.',
  valuesConfig: {
    INFO: { description: 'What a participant has reported.' },
    OPERATION: { description: 'An order to a worker.' },
    SOURCE_TABLES: { description: 'The list of tables of a source.' },
    DROPPED_COLUMN: { description: 'The mark that a table has dropped a column which is not dropped everywhere.' },
    LOCK: { description: 'The lock.' },
    OTHER: { description: 'Something else, or several things; the sentence says what.' },
  },
});

registerEnumType(ShardLockEventKind, {
  name: 'ShardLockEventKind',
  description: 'What happened.',
  valuesConfig: {
    LOCK_CREATED: { description: 'A lock was created.' },
    INFO_RECEIVED: { description: 'A participant reported DDLs.' },
    CONFLICT_DETECTED: { description: 'A report contradicts other shards.' },
    OPERATION_PUT: { description: 'A participant was told what to do.' },
    OPERATION_DONE: { description: 'A participant has carried out its operation.' },
    LOCK_SYNCED: { description: 'All sources have reported, or all tables have the joined schema.' },
    LOCK_RESOLVED: { description: 'All are done; the lock was removed.' },
    LOCK_UNLOCKED: { description: 'A person unlocked a lock.' },
    LOCK_BROKEN: { description: 'A person let a blocked source execute or skip its DDLs.' },
    TABLE_ADDED: { description: 'A table takes part in a lock.' },
    TABLE_REMOVED: { description: 'A table takes no part in a lock any more.' },
    META_REMOVED: { description: 'A person removed what was stored of a task or of some of its sources.' },
    WORKER_ONLINE: { description: 'A worker works for a source.' },
    WORKER_OFFLINE: { description: 'A worker left, or was not heard of.' },
    DIVERGENCE: { description: 'While only observing: DM decided otherwise.' },
  },
});

registerEnumType(ShardServerPhase, {
  name: 'ShardServerPhase',
  description: 'What a server does.',
  valuesConfig: {
    RECOVERING: { description: 'It reads the store, or the store cannot be reached.' },
    LEADING: { description: 'It decides, and carries decisions out.' },
    FOLLOWING: { description: 'It follows the changes and is ready to take over.' },
    OBSERVING: { description: 'It only looks on while the master of a DM cluster decides.' },
  },
});

registerEnumType(ShardStoreKind, {
  name: 'ShardStoreKind',
  description: 'Where the state is kept.',
  valuesConfig: {
    MEMORY: { description: 'In the process; gone when it ends.' },
    EMBEDDED: { description: 'In a directory of the process.' },
    ETCD: { description: 'In an etcd.' },
  },
});

registerEnumType(ShardErrorCode, {
  name: 'ShardErrorCode',
  description: 'The codes of all errors; each says what to do about it.',
  valuesConfig: helpOfCodes(),
});
