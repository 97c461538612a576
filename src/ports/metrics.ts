import type { ActionKind, ActionState } from '../core/model/action';
import type { LockEvent } from '../core/model/lock-event';
import type { TaskName } from '../core/model/names';
import type { Revision } from '../core/model/revision';
import type { StoreUsage } from '../core/model/store';
import type { StoreReading } from '../core/model/store-reading';

/** What a store is asked for. */
export type StoreCall = 'revision' | 'get' | 'range' | 'txn' | 'watch' | 'grant' | 'keepAlive' | 'revoke';

/** Beyond what a connection was that was closed: the connections there are, those of its address, what waits for clients. */
export type ConnectionLimit = 'connections' | 'connections-per-address' | 'unsent-bytes';

/** What was subscribed to. */
export type SubscribedField = 'shardLockEvents' | 'shardOperations' | 'other';

/**
 * Where a server tells what it does, as it does it. Telling costs a few microseconds at most, whatever number of tables a
 * lock has, and never fails.
 */
export interface Metrics {
  /** One step of the coordination for an event of this kind took so long. */
  stepped(kind: string, durationMs: number): void;
  /** The store was asked, and answered or failed after so long. */
  askedStore(call: StoreCall, durationMs: number, failed: boolean): void;
  /** These events came back from the store while this server spoke for it. */
  happened(events: readonly LockEvent[]): void;
  /** A manual action has ended, while this server spoke for the store. */
  endedAction(kind: ActionKind, state: ActionState): void;
  /** An acknowledgement answered no order of its pessimistic lock, and was ignored. */
  ignoredAcknowledgement(task: TaskName): void;
  /** This server began to lead. */
  beganToLead(): void;
  /** Somebody has subscribed. @returns to be called once, when he has gone */
  subscribed(field: SubscribedField): () => void;
  /** A subscriber was so slow, or away for so long, that events are lost to him: he begins again with a snapshot. */
  lostEvents(): void;
  /** A subscriber was cut off, because he didn't read or fell behind over and over. */
  cutSubscriber(): void;
  /** A connection was closed, because it was beyond a limit. */
  cutConnection(limit: ConnectionLimit): void;
}

/** What is true of a server now; asked for whenever somebody looks at metrics. */
export interface ServerReading {
  readonly nowMs: number;
  readonly version: string;
  readonly storeKind: string;
  readonly phase: string;
  /** Whether requests can be served. */
  readonly ready: boolean;
  /** Whether anybody leads on the store, as far as this server has read. */
  readonly isLed: boolean;
  /** The last revision that the state has seen. */
  readonly stateRevision: Revision;
  /** The store's last revision; null: it couldn't be asked in time. */
  readonly storeRevision: Revision | null;
  /** Records that can't be read. */
  readonly unreadableRecords: number;
  /** Writes that the store never takes; only a leader has some. */
  readonly impossibleWrites: number;
  /** How many changes a server that starts must read beside what is stored; no compaction forgets them. */
  readonly unsettledChanges: number;
  /** How full the store is; null: it isn't known, or has no end. */
  readonly usage: StoreUsage | null;
  /** What is true of the whole store, told by the server that leads or observes, so that sums over servers are right. */
  readonly store: StoreReading | null;
}

/** Gives readings. */
export type ReadServer = () => Promise<ServerReading>;

/** Metrics as text, for whoever scrapes them. */
export interface MetricsPage {
  /** The media type of the text. */
  readonly contentType: string;
  text(): Promise<string>;
}

/** Nobody looks at metrics. */
export const NO_METRICS: Metrics = {
  stepped: () => undefined,
  askedStore: () => undefined,
  happened: () => undefined,
  endedAction: () => undefined,
  ignoredAcknowledgement: () => undefined,
  beganToLead: () => undefined,
  subscribed: () => () => undefined,
  lostEvents: () => undefined,
  cutSubscriber: () => undefined,
  cutConnection: () => undefined,
};
