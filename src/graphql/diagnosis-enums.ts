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
  ORPHAN_LOCK: 'orphan-lock',
  PHANTOM_LOCK: 'phantom-lock',
  BLOCKED_WITHOUT_LOCK: 'blocked-without-lock',
  STALE_OPERATION: 'stale-operation',
  UNANSWERED_INFO: 'unanswered-info',
  WATCH_LAG: 'watch-lag',
} as const;

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
    ORPHAN_LOCK: { description: 'A lock whose task has neither workers nor source tables.' },
    PHANTOM_LOCK: { description: 'A lock for DDLs that the last lock of its target has executed already.' },
    BLOCKED_WITHOUT_LOCK: { description: 'A worker says that it is blocked on a lock that does not exist.' },
    STALE_OPERATION: { description: 'An operation that was never carried out, of a lock that does not exist.' },
    UNANSWERED_INFO: { description: 'A report that no lock takes in and no operation will answer.' },
    WATCH_LAG: { description: 'This server does not see the latest changes of the store.' },
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
