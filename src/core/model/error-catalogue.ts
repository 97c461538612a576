/** One row of the catalogue. */
export interface ErrorEntry {
  /** What a person can do about it. */
  readonly help: string;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** DM's numeric code, where DM has the same error. */
  readonly dmCode: number | null;
  /** The status with which a command ends that fails so. */
  readonly exitStatus: ExitStatus;
}

/** What a command's exit status says to the script that ran it. */
export const ExitStatus = {
  /** It failed; the message says why. */
  FAILED: 1,
  /** The command line, the configuration or a value in it is wrong. */
  BAD_INPUT: 2,
  /** What it names doesn't exist, or not any more. */
  NOT_FOUND: 3,
  /** Who asks isn't known, or may not. */
  NOT_ALLOWED: 4,
  /** The same command may succeed later. */
  TRY_LATER: 5,
} as const;

/** An exit status of a command that failed. */
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

function entry(
  help: string,
  options: { dmCode?: number; retryable?: boolean; exitStatus?: ExitStatus } = {},
): ErrorEntry {
  const retryable = options.retryable ?? false;
  const exitStatus = options.exitStatus ?? (retryable ? ExitStatus.TRY_LATER : ExitStatus.FAILED);
  return { help, retryable, dmCode: options.dmCode ?? null, exitStatus };
}

/** Every error that this program gives, by its code. GraphQL, the SDK and the CLI take their errors from here. */
export const ErrorCatalogue = {
  /** A name, key, number or other input that isn't of its form. */
  INVALID_INPUT: entry('Correct the named field and send the request again.', { exitStatus: ExitStatus.BAD_INPUT }),
  /** A DDL text that doesn't parse. */
  DDL_SYNTAX: entry('Correct the statement at the given line and column.', { exitStatus: ExitStatus.BAD_INPUT }),
  /** A DDL whose brackets or expressions are nested beyond the limit. */
  DDL_NESTED_TOO_DEEPLY: entry('Rewrite the statement with less nesting.', { exitStatus: ExitStatus.BAD_INPUT }),
  /** A statement that is valid but cannot be coordinated or applied. */
  DDL_UNSUPPORTED: entry('Use an equivalent statement, or execute it by hand on every shard and downstream.'),
  /** A statement that doesn't fit the table it is applied to (unknown column, duplicate index, …). */
  DDL_NOT_APPLICABLE: entry('Check that the reported schema is the one that the table had before this statement.'),
  /** A stored value that cannot be read. */
  UNREADABLE_VALUE: entry('Inspect the key; delete it if nobody needs it, or write it again in the documented form.'),
  /** Two shards contradict each other. */
  CONFLICT_DETECTED: entry(
    'Release the table with unlock (exec or skip), or change the other shards in the same way.',
    { dmCode: 11111 },
  ),
  /** The table waits until the other shards follow. */
  SKIP_AND_WAIT_FOR_REDIRECT: entry('Run the same DDL on the other shards; the table goes on by itself.', {
    dmCode: 11127,
  }),
  /** A column was added with another length, or added again before its drop was complete. */
  COLUMN_NOT_FULLY_DROPPED: entry(
    'Use the same length on every shard; or finish dropping the column on every shard before it is added again.',
    { dmCode: 11128 },
  ),
  /** An info with a number of DDLs that isn't the number of schemas after them. */
  INCONSISTENT_INFO: entry('Report one schema after each DDL.', { dmCode: 38054 }),
  /** An info without the schema before its first DDL. */
  SCHEMA_BEFORE_MISSING: entry('Report the schema of the table before its first DDL.', { dmCode: 38055 }),
  /** Sources reported different DDLs for one pessimistic lock. */
  SHARDING_DDLS_DIFFER: entry('Run the same DDLs on every source, or skip them on the source that differs.', {
    dmCode: 38016,
  }),
  LOCK_NOT_FOUND: entry('List the locks; the lock may have been resolved meanwhile.', {
    dmCode: 38019,
    exitStatus: ExitStatus.NOT_FOUND,
  }),
  LOCK_IS_RESOLVING: entry('Wait a moment; the lock resolves by itself.', { dmCode: 38020, retryable: true }),
  /** Unlock of a table whose operation isn't in a conflict that waits for a person. */
  NOT_IN_CONFLICT: entry('Name a table whose operation is in stage detected, or use force.', { dmCode: 38020 }),
  OWNER_NOT_WAITING: entry('Name an owner among the synced sources.', { dmCode: 38022 }),
  /** The owner didn't acknowledge its operation in time, or failed. */
  OWNER_NOT_DONE: entry('Look at the owner; try again, name another owner, or force the removal.', {
    dmCode: 38024,
    retryable: true,
  }),
  PART_OF_WORKERS_FAILED: entry('Look at the workers named in the result; break the lock for each of them.', {
    dmCode: 38025,
  }),
  INFO_NOT_FOUND: entry('Name a table or source that has reported a DDL for this lock.', {
    dmCode: 38020,
    exitStatus: ExitStatus.NOT_FOUND,
  }),
  /** Break of a source that waits for nothing. */
  NOT_WAITING: entry('Look at the status of the source; it is not blocked on this task.'),
  /** A dm-master leads on this store. */
  DM_LEADS: entry('Stop every dm-master first, or observe with --observe.', { exitStatus: ExitStatus.NOT_ALLOWED }),
  /** The keys that a request relies on change faster than it can be planned. */
  CONTENTION: entry('Send the request again.', { retryable: true }),
  TASK_NOT_FOUND: entry('List the tasks.', { exitStatus: ExitStatus.NOT_FOUND }),
  SOURCE_NOT_FOUND: entry('List the sources of the task.', { exitStatus: ExitStatus.NOT_FOUND }),
  TASK_MODE_CONFLICT: entry('Use the mode that the task was created with, or another task name.'),
  TASK_RUNNING: entry('Stop the workers of the task first, or use force.'),
  SOURCE_TAKEN: entry('Stop the other worker, or wait until its lease has ended.', { retryable: true }),
  SOURCE_EXCLUDED: entry('Undo the exclusion of the source first.'),
  /** A source that a DM worker is bound to. */
  SOURCE_BOUND_BY_DM: entry('Stop the task in DM first, or use another source ID.'),
  /** The operation of the last lock isn't cleared yet. */
  PREVIOUS_OPERATION_PENDING: entry('Wait until the last operation is deleted, then report again.', {
    retryable: true,
  }),
  OPERATION_NOT_FOUND: entry('List the pending operations of the source.', { exitStatus: ExitStatus.NOT_FOUND }),
  /** An acknowledgement of an operation that isn't to be carried out: of a conflict, or a redirect. */
  OPERATION_NOT_EXECUTABLE: entry(
    'Do as its stage says, and do not acknowledge it; a newer operation comes by itself, or after a person has acted.',
  ),
  /** A source that was told to execute DDLs leaves its task for good only when it has. */
  OPERATION_NOT_DONE: entry(
    'Execute the DDLs and acknowledge; or leave without `forGood`, and have a person exclude the source or remove it.',
  ),
  STALE_SESSION: entry('Register again if the lease has ended; if another process took this source over, stop.'),
  STALE_SOURCE_TABLES: entry(
    'Nothing was written: it came late. If it did not, put all tables of the source after the given revision.',
  ),
  STALE_OPERATION: entry('Carry out the newer operation that the answer holds.'),
  LOCK_CHANGED: entry('Look at the lock again: a new one of the same ID has come.', {
    exitStatus: ExitStatus.NOT_FOUND,
  }),
  LOCK_STILL_FORMING: entry('Run the DDL on the shards that are missing.'),
  IDEMPOTENCY_KEY_REUSED: entry('Use a new idempotency key for a different request.'),
  /** The store can't be reached, is closed, or has failed. */
  STORE_UNAVAILABLE: entry('Look at the store and at the reason; nothing is decided meanwhile.', { retryable: true }),
  /** The downstream of a task, or DM's tables in it, can't be read. */
  DOWNSTREAM_UNAVAILABLE: entry(
    'Look at the reason; correct the file of `serve --downstream`, or mend the downstream. Reports wait meanwhile.',
    {
      retryable: true,
    },
  ),
  /** A revision that the store doesn't keep any more. */
  STORE_COMPACTED: entry('Read the keys again and go on from their revision.'),
  /** Another process has the store's directory open. */
  STORE_IN_USE: entry('Stop the other process, or use another directory.'),
  /** The store's files are not what was written. */
  STORE_DAMAGED: entry('Stop; restore the directory from a copy, or move it away to begin with an empty store.'),
  /** A directory that another program, or a newer version of this one, has written. */
  STORE_FOREIGN: entry('Use another directory, or the version that wrote this one.'),
  /** A lease that was never granted, has run out or was revoked. */
  LEASE_ENDED: entry('Get a new lease and write its keys again.'),
  /** A manual action that has not ended within the time that its request waits. */
  ACTION_PENDING: entry('Ask for the action by its ID until it has ended.', { exitStatus: ExitStatus.TRY_LATER }),
  ACTION_NOT_FOUND: entry('List the actions; they are kept for seven days.', { exitStatus: ExitStatus.NOT_FOUND }),
  /** Nobody knows who asks. */
  UNAUTHENTICATED: entry('Send a valid token: `authorization: Bearer <token>`, or `token` in `connection_init`.', {
    exitStatus: ExitStatus.NOT_ALLOWED,
  }),
  FORBIDDEN: entry('Use a token whose role, tasks and sources allow this.', { exitStatus: ExitStatus.NOT_ALLOWED }),
  /** A server that only observes. */
  READ_ONLY: entry('Send the request to a server that coordinates; in a DM cluster use dmctl.', {
    exitStatus: ExitStatus.NOT_ALLOWED,
  }),
  /** More than the server takes in one request. */
  REQUEST_TOO_LARGE: entry('Ask for less, or send less at once: shorter pages, a long list of tables in parts.'),
  /** More requests than one identity, or one connection, may send. */
  TOO_MANY_REQUESTS: entry('Send the same request again after a pause; send fewer at a time.', { retryable: true }),
  /** A document that isn't on the list of a server that executes no others. */
  DOCUMENT_NOT_LISTED: entry('Send a document of the list, as it is; or have it added to the list.', {
    exitStatus: ExitStatus.NOT_ALLOWED,
  }),
  /** A subscriber of events that doesn't keep up. */
  SUBSCRIBER_TOO_SLOW: entry(
    'Ask for fewer events by a filter, take them faster, or look at the locks from time to time.',
    {
      retryable: true,
    },
  ),
  /** Two routes of a worker lead one table to different targets. */
  ROUTES_DISAGREE: entry('Narrow the patterns, so that the named table matches one target only.', {
    exitStatus: ExitStatus.BAD_INPUT,
  }),
  /** A worker whose routes match none of the tables that its source has. */
  ROUTES_MAP_NOTHING: entry(
    'Compare the patterns of the routes, and the block-allow list, with the tables of the source.',
    { exitStatus: ExitStatus.BAD_INPUT },
  ),
  /** A statement that a worker has no rule for: a shard that is renamed, rows of a table that nobody created. */
  EVENT_UNSUPPORTED: entry(
    'Bring the shard into order by hand, then let the worker ignore the statement (`ignore-sql`) or begin behind it.',
  ),
  /** A plugin of a worker threw, or answered what it may not. */
  PLUGIN_FAILED: entry('Look at the reason; mend the plugin or what it works on, and start the worker again.'),
  /** A plugin of a worker didn't answer within its deadline. */
  PLUGIN_SILENT: entry('Look at what the plugin works on; raise the deadline if it only needs longer.', {
    retryable: true,
  }),
  /** A source whose log can't be replicated: its settings, or the privileges of the worker's user. */
  UPSTREAM_UNSUITABLE: entry('Do on the source what the message says, and start the worker again.'),
  /** The source's log doesn't hold any more, or never held, what comes behind the worker's place. */
  UPSTREAM_POSITION_LOST: entry(
    'Copy the shards anew: empty the target, delete the checkpoint, begin with a snapshot; keep logs for longer.',
  ),
  /** A statement changed a table just when its copying began. */
  UPSTREAM_CHANGED: entry('Nothing was copied yet: start the worker again.', { retryable: true }),
  /** A row, statement or event that is larger than what a database takes, or sends, at once. */
  PACKET_TOO_LARGE: entry(
    'Raise max_allowed_packet on the server that the message names, or make the row smaller, and start the worker again.',
  ),
  /** No server answered, or the connection was lost. */
  SERVER_UNREACHABLE: entry('Look at the address and at the server; the same request may be sent again.', {
    retryable: true,
  }),
  /** An answer that isn't of the published form, or a request that the server takes for malformed. */
  PROTOCOL_BROKEN: entry(
    'Check that the address is that of a lockstep server, and that versions fit; report it if they do.',
  ),
  /** A defect of this program. */
  INTERNAL: entry('Look for the ID of the error in the log of the server, and report it.'),
} as const satisfies Record<string, ErrorEntry>;

/** The code of an error: a row of the catalogue. */
export type ErrorCode = keyof typeof ErrorCatalogue;
