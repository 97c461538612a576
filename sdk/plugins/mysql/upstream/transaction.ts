import { ByteReader } from '../binlog/byte-reader';
import { EventType } from '../binlog/event-header';
import type { LogEvent } from '../binlog/event-header';

/** How a transaction begins. */
export interface TransactionStart {
  /** Null: it has none. */
  readonly gtid: string | null;
  /** Whether it is one statement. What MySQL doesn't say before the statement itself: then it counts as one. */
  readonly isStandalone: boolean;
  readonly isXa: boolean;
}

/** Flags of MariaDB's GTID events. */
const MariaDbFlag = { standalone: 1, preparedXa: 64, completedXa: 128 } as const;

/** @throws LockstepError PLUGIN_FAILED */
export function readGtid({ type, serverId, body }: LogEvent): TransactionStart {
  if (type === EventType.anonymousGtid) return { gtid: null, isStandalone: true, isXa: false };
  return type === EventType.mariadbGtid ? readMariaDb(serverId, body) : readMySql(type, body);
}

function readMariaDb(serverId: number, body: Buffer): TransactionStart {
  const reader = new ByteReader(body);
  const sequence = reader.uint64();
  const domain = reader.uint(4);
  const flags = reader.uint(1);
  return {
    gtid: `${domain}-${serverId}-${sequence}`,
    isStandalone: (flags & MariaDbFlag.standalone) !== 0,
    isXa: (flags & (MariaDbFlag.preparedXa | MariaDbFlag.completedXa)) !== 0,
  };
}

function readMySql(type: number, body: Buffer): TransactionStart {
  const start = { isStandalone: true, isXa: false };
  if (type === EventType.gtidTagged) return { gtid: null, ...start };
  const reader = new ByteReader(body);
  reader.skip(1);
  const uuid = reader.take(16).toString('hex');
  const dashed = uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
  return { gtid: `${dashed}:${reader.uint64()}`, ...start };
}

/** Whether a statement opens a transaction. */
export function beginsTransaction(sql: string): boolean {
  return /^(?:BEGIN|START\s+TRANSACTION)$/iu.test(sql);
}

/** Whether a statement ends a transaction; one that is undone had changes that can't be undone, which happened. */
export function endsTransaction(sql: string): boolean {
  return /^(?:COMMIT|ROLLBACK)$/iu.test(sql);
}

/** Whether a statement moves within a transaction. */
export function isOfTransaction(sql: string): boolean {
  return /^(?:SAVEPOINT|ROLLBACK\s+(?:WORK\s+)?TO|RELEASE\s+SAVEPOINT)\b/iu.test(sql);
}
