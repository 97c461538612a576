/** How long what is only of the past is kept (8-settled.md). */
export interface Retention {
  readonly journalMs: number;
  readonly journalRecords: number;
  /** Of actions that have ended: they are the audit trail. */
  readonly actionMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** For a store of one machine. */
export const EMBEDDED_RETENTION: Retention = {
  journalMs: 7 * DAY_MS,
  journalRecords: 100_000,
  actionMs: 7 * DAY_MS,
};

/** For an etcd, whose keys and history are all in memory or in one bounded file. */
export const ETCD_RETENTION: Retention = { journalMs: DAY_MS, journalRecords: 10_000, actionMs: 7 * DAY_MS };
