import type { RemedyKind } from '../core/diagnosis/remedy';
import { registerEnumType } from './decorators';

/** Why a lock waits, by its name in GraphQL. */
export const ShardWaitKind = {
  SOURCES_NOT_DECLARED: 'sources-not-declared',
  INFO_MISSING: 'info-missing',
  SHARDS_MISSING: 'shards-missing',
  OWNER_NOT_DONE: 'owner-not-done',
  OPERATION_NOT_DONE: 'operation-not-done',
  CONFLICT: 'conflict',
  REDIRECT: 'redirect',
  ERROR: 'error',
  DDLS_DIFFER: 'ddls-differ',
  PREVIOUS_OPERATION: 'previous-operation',
  INFO_NOT_ANSWERED: 'info-not-answered',
  INFO_UNREADABLE: 'info-unreadable',
  ACTION_RUNNING: 'action-running',
} as const;

/** What is wrong, by its name in GraphQL. */
export const ShardProblemKind = {
  UNREADABLE_RECORD: 'unreadable-record',
  NEWER_RECORD: 'newer-record',
  IMPOSSIBLE_WRITE: 'impossible-write',
  ORPHAN_LOCK: 'orphan-lock',
  PHANTOM_LOCK: 'phantom-lock',
  BLOCKED_WITHOUT_LOCK: 'blocked-without-lock',
  STALE_OPERATION: 'stale-operation',
  UNANSWERED_INFO: 'unanswered-info',
  LONG_START: 'long-start',
  WATCH_LAG: 'watch-lag',
  STORE_NEARLY_FULL: 'store-nearly-full',
} as const;

/** What a remedy does, by its name in GraphQL. */
export const ShardRemedyKind = {
  EXECUTE_TABLE: 'execute-table',
  SKIP_TABLE: 'skip-table',
  RETRY_INFO: 'retry-info',
  REMOVE_UNREADABLE: 'remove-unreadable',
  EXCLUDE_SOURCE: 'exclude-source',
  INCLUDE_SOURCE: 'include-source',
  REMOVE_TASK: 'remove-task',
  BEGIN_AGAIN: 'begin-again',
  DECLARE_TASK: 'declare-task',
  SKIP_REPEATED: 'skip-repeated',
  EXECUTE_REPEATED: 'execute-repeated',
  SKIP_OTHER_DDLS: 'skip-other-ddls',
  EXECUTE_OTHER_DDLS: 'execute-other-ddls',
  UNLOCK: 'unlock',
  UNLOCK_BY_OTHER_OWNER: 'unlock-by-other-owner',
  FORCE_REMOVAL: 'force-removal',
  UNLOCK_EXECUTED: 'unlock-executed',
  REMOVE_OTHER_LOCK: 'remove-other-lock',
  REMOVE_OTHER_OPERATION: 'remove-other-operation',
  SKIP_BLOCKED: 'skip-blocked',
  EXECUTE_BLOCKED: 'execute-blocked',
  REMOVE_STALE_OPERATION: 'remove-stale-operation',
} as const satisfies Record<string, RemedyKind>;

/** How locks are ordered, by its name in GraphQL. */
export const ShardLockOrder = { OLDEST_PROGRESS_FIRST: 'oldest-progress', NEWEST_FIRST: 'newest', ID: 'id' } as const;

/** How locks are ordered. */
export type LockOrder = (typeof ShardLockOrder)[keyof typeof ShardLockOrder];

registerEnumType(ShardWaitKind, {
  name: 'ShardWaitKind',
  description: 'Why a lock waits.',
  valuesConfig: {
    SOURCES_NOT_DECLARED: { description: 'Pessimistic mode: nobody has said which sources the task has.' },
    INFO_MISSING: { description: 'A source, or a table, has not reported its DDLs.' },
    SHARDS_MISSING: {
      description: 'A table does not have the joined schema yet, or a group inside a source is forming.',
    },
    OWNER_NOT_DONE: { description: 'Pessimistic mode: the owner was told to execute and has not said that it did.' },
    OPERATION_NOT_DONE: { description: 'A worker was given an operation and has not said that it carried it out.' },
    CONFLICT: { description: 'The DDL of a table contradicts other tables; a person decides.' },
    REDIRECT: { description: 'A table waits until the other tables run the same DDL.' },
    ERROR: { description: 'The report of a table could not be decided on.' },
    DDLS_DIFFER: { description: 'Pessimistic mode: a source has reported other DDLs than the lock has.' },
    PREVIOUS_OPERATION: { description: 'An operation of another lock of the same source comes first.' },
    INFO_NOT_ANSWERED: { description: 'A report is stored, and no operation answers it yet.' },
    INFO_UNREADABLE: { description: 'The stored report of a table cannot be read.' },
    ACTION_RUNNING: { description: 'A manual action is at work on the lock.' },
  },
});

registerEnumType(ShardProblemKind, {
  name: 'ShardProblemKind',
  description: 'What is wrong.',
  valuesConfig: {
    UNREADABLE_RECORD: { description: 'A stored value cannot be read; it is skipped.' },
    NEWER_RECORD: { description: 'A newer program wrote a record: this server follows and does not lead.' },
    IMPOSSIBLE_WRITE: {
      description: 'The store never takes what is to be written; told by the server that leads.',
    },
    ORPHAN_LOCK: { description: 'A lock whose task has neither workers nor source tables.' },
    PHANTOM_LOCK: { description: 'A lock for DDLs that the last lock of its target has executed already.' },
    BLOCKED_WITHOUT_LOCK: { description: 'A worker says that it is blocked on a lock that does not exist.' },
    STALE_OPERATION: { description: 'An operation that was never carried out, of a lock that does not exist.' },
    UNANSWERED_INFO: { description: 'A report that no lock takes in and no operation will answer.' },
    LONG_START: {
      description: 'A server that starts must read very many changes, and the store keeps them all.',
    },
    WATCH_LAG: { description: 'This server does not see the latest changes of the store.' },
    STORE_NEARLY_FULL: { description: 'The database of the store is larger than 60 % of its quota.' },
  },
});

registerEnumType(ShardRemedyKind, {
  name: 'ShardRemedyKind',
  description: 'What a remedy does, for programs: its sentence and its effect say it to people.',
  valuesConfig: {
    EXECUTE_TABLE: { description: 'A table that waits executes its DDLs and goes on.' },
    SKIP_TABLE: { description: 'A table that waits goes on without its DDLs.' },
    RETRY_INFO: { description: 'The stored report of a table is decided again.' },
    REMOVE_UNREADABLE: { description: 'What is stored of a source is removed, because a report of it cannot be read.' },
    EXCLUDE_SOURCE: { description: 'A source that is gone is left out of its task.' },
    INCLUDE_SOURCE: { description: 'A source that was left out takes part again.' },
    REMOVE_TASK: { description: 'What is stored of a task that was stopped is removed.' },
    BEGIN_AGAIN: { description: 'What is stored of a task is removed, and its workers put their tables anew.' },
    DECLARE_TASK: { description: 'Pessimistic mode: the sources that are known are declared to be all.' },
    SKIP_REPEATED: {
      description: 'Pessimistic mode: a source skips what the last lock has executed, and the lock is removed.',
    },
    EXECUTE_REPEATED: {
      description:
        'Pessimistic mode: a source executes again what the last lock has executed, and the lock is removed.',
    },
    SKIP_OTHER_DDLS: { description: 'Pessimistic mode: a source skips its DDLs, which are not those of the lock.' },
    EXECUTE_OTHER_DDLS: {
      description: 'Pessimistic mode: a source executes its DDLs alone, which are not those of the lock.',
    },
    UNLOCK: {
      description: 'Pessimistic mode: the owner executes without those that are missing, and the lock is removed.',
    },
    UNLOCK_BY_OTHER_OWNER: {
      description: 'Pessimistic mode: another source executes instead of the owner, and the lock is removed.',
    },
    FORCE_REMOVAL: { description: 'Pessimistic mode: the lock is removed whether the owner executes or not.' },
    UNLOCK_EXECUTED: {
      description:
        'Pessimistic mode: the owner has executed, and the lock is removed without those that do not answer.',
    },
    REMOVE_OTHER_LOCK: {
      description: 'Pessimistic mode: another lock, for which a source must execute first, is removed by force.',
    },
    REMOVE_OTHER_OPERATION: {
      description:
        'Pessimistic mode: an operation of another lock that comes first is removed, with what else is stored of its source.',
    },
    SKIP_BLOCKED: { description: 'A source that is blocked on a lock that is gone skips its DDLs.' },
    EXECUTE_BLOCKED: { description: 'A source that is blocked on a lock that is gone executes its DDLs.' },
    REMOVE_STALE_OPERATION: {
      description: 'An operation of a lock that is gone is removed with what else is stored of its source.',
    },
  },
});

registerEnumType(ShardLockOrder, {
  name: 'ShardLockOrder',
  description:
    'How locks are ordered. A lock that moves in the order between two pages may be shown on both or on neither.',
  valuesConfig: {
    OLDEST_PROGRESS_FIRST: { description: 'By the time of their last progress: what has stood still longest first.' },
    NEWEST_FIRST: { description: 'By the time of their creation, the newest first.' },
    ID: { description: 'By their IDs.' },
  },
});
