import { randomUUID } from 'node:crypto';
import { parseStatement } from '../../../../src/core/ddl';
import { buildTable } from '../../../../src/core/ddl/tracker';
import { LockstepError } from '../../../../src/core/model/error';
import { quoteTable } from '../../../../src/core/model/quote';
import type { TableSchema } from '../../../../src/core/table/table-schema';
import type {
  Checkpoint,
  DownstreamPlugin,
  ExecutionContext,
  ExecutionResult,
  RowChange,
  TargetName,
} from '../../../plugin';
import { silentLogger } from '../../../logger';
import type { Logger } from '../../../logger';
import { systemTiming } from '../../../timing';
import { isAlreadyDone } from '../../memory/already-done';
import { ServerConnection } from '../connection';
import type { ServerAddress } from '../connection';
import { ServerError, isConnectionLost, isLockConflict } from '../server-error';
import { hasChecked, inWordsOfAll } from './check-constraints';
import { CheckpointTable, checkReader } from './checkpoint-table';
import { RowStatements } from './row-statements';
import type { RowStatement } from './row-statements';
import { TargetTables } from './target-table';

/** Where rows are written. */
export interface MySqlDownstreamOptions {
  readonly address: ServerAddress;
  /** The database of the checkpoints; made if it isn't there. `lockstep` if absent. */
  readonly checkpointSchema?: string;
  readonly logger?: Logger;
}

/** Modes in which everything is written as it was: strict, but for dates that only some servers take. */
const STRICT = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION';
const LENIENT = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION';

/** How long a server that is away is waited for in one call, in milliseconds. */
const RECONNECT_MS = 40_000;

/** The pause before another attempt, which grows with their number to the longest, in milliseconds. */
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/** A connection that wasn't used for so long isn't used again, in milliseconds. */
const IDLE_MS = 10_000;

/** How long the server keeps one of ours that says nothing: so long one whose host has died keeps its locks, in seconds. */
const WAIT_TIMEOUT_S = 20;

/** How often a batch that gave way to another one is written again at once. */
const LOCK_ATTEMPTS = 20;

/** A MySQL, MariaDB or TiDB as a downstream, which stores checkpoints with the rows. */
export class MySqlDownstream implements DownstreamPlugin {
  readonly storesPositions = true;
  readonly #options: Required<MySqlDownstreamOptions>;
  readonly #checkpoints: CheckpointTable;
  readonly #tables = new TargetTables();
  /** The name of a batch stays the same when it is tried again. */
  readonly #batches = new WeakMap<readonly RowChange[], string>();
  #connection: ServerConnection | null = null;
  /** When the connection was last used, on the clock that only goes forward. */
  #usedMs = 0;
  #isClosed = false;

  /** @param reader whose checkpoint is kept: a source of a task @throws LockstepError INVALID_INPUT */
  constructor(options: MySqlDownstreamOptions, reader: string) {
    this.#options = { checkpointSchema: 'lockstep', logger: silentLogger, ...options };
    this.#checkpoints = new CheckpointTable(this.#options.checkpointSchema, checkReader(reader));
  }

  async loadPosition(): Promise<Checkpoint | null> {
    const untilMs = performance.now() + RECONNECT_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const connection = await this.#connect();
        await this.#checkpoints.create(connection);
        return await this.#checkpoints.load(connection);
      } catch (error) {
        this.#disconnect();
        const isWaitedFor = isConnectionLost(error) || isLockConflict(error);
        if (!isWaitedFor || performance.now() > untilMs || this.#isClosed) throw error;
        this.#options.logger.warn({ reason: String(error), attempt }, 'the checkpoint can’t be read; trying again');
        await waitABit(attempt);
      }
    }
  }

  async execute(ddl: string, { target, signal }: ExecutionContext): Promise<ExecutionResult> {
    let connection: ServerConnection | null = null;
    const abort = (): void => connection?.close();
    signal.addEventListener('abort', abort);
    try {
      connection = await this.#open();
      signal.throwIfAborted();
      await connection.execute(inWordsOfAll(ddl));
      return { kind: 'done' };
    } catch (error) {
      if (isTooLarge(error)) return { kind: 'failed', reason: error.message, retryable: false };
      if (!(error instanceof ServerError)) throw error;
      const retryable = isConnectionLost(error) || isLockConflict(error);
      if (!retryable && connection !== null && (await hasHappened(connection, error, ddl, target)))
        return { kind: 'already-done' };
      return { kind: 'failed', reason: `${error.message} (${error.number})`, retryable };
    } finally {
      signal.removeEventListener('abort', abort);
      connection?.close();
    }
  }

  async apply(changes: readonly RowChange[], checkpoint: Checkpoint | null): Promise<void> {
    const batch = this.#batches.get(changes) ?? randomUUID();
    this.#batches.set(changes, batch);
    const untilMs = performance.now() + RECONNECT_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const connection = await this.#connect();
        await this.#write(connection, changes, batch, checkpoint);
        this.#checkpoints.committed(batch);
        return;
      } catch (error) {
        this.#disconnect();
        const isWaitedFor = isConnectionLost(error)
          ? performance.now() < untilMs
          : isLockConflict(error) && attempt < LOCK_ATTEMPTS;
        if (!isWaitedFor || this.#isClosed) throw error;
        this.#options.logger.warn({ reason: String(error), attempt }, 'rows are written again');
        await waitABit(attempt);
      }
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#connection?.close();
    return Promise.resolve();
  }

  async #write(
    connection: ServerConnection,
    changes: readonly RowChange[],
    batch: string,
    checkpoint: Checkpoint | null,
  ): Promise<void> {
    await connection.execute('START TRANSACTION');
    // A connection that was lost at its end may have committed, and may do so still.
    if (await this.#checkpoints.isCommitted(connection, batch)) {
      await connection.execute('ROLLBACK');
      return;
    }
    const statements = new RowStatements(connection.limit);
    const tables = new Map<string, Awaited<ReturnType<TargetTables['look']>>>();
    for (const change of changes) {
      const name = quoteTable(change.target.schema, change.target.table);
      const table = tables.get(name) ?? (await this.#tables.look(connection, change.target));
      tables.set(name, table);
      statements.add(change, table);
    }
    for (const statement of statements.finish()) await run(connection, statement);
    await this.#checkpoints.save(connection, batch, checkpoint);
    await connection.execute('COMMIT');
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  async #connect(): Promise<ServerConnection> {
    const nowMs = performance.now();
    if (nowMs - this.#usedMs > IDLE_MS) this.#disconnect();
    this.#usedMs = nowMs;
    this.#connection ??= await this.#open();
    return this.#connection;
  }

  async #open(): Promise<ServerConnection> {
    const connection = await ServerConnection.open(this.#options.address);
    try {
      await connection.execute(
        `SET SESSION sql_mode = '${STRICT}', time_zone = '+00:00', foreign_key_checks = 0, wait_timeout = ${WAIT_TIMEOUT_S}`,
      );
      await connection.limitPackets();
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }
}

/** Not always as long: who waits for the same lock should not come at the same time again. */
function waitABit(attempt: number): Promise<void> {
  const pauseMs = Math.min(PAUSE_MS * attempt, LONGEST_PAUSE_MS);
  return new Promise((resolve) => void systemTiming.after(pauseMs * Math.random(), resolve));
}

async function run(connection: ServerConnection, statement: RowStatement): Promise<void> {
  const { sql, preparing, isLenient, otherwise } = statement;
  for (const each of preparing) await connection.execute(each);
  if (isLenient) await connection.execute(`SET SESSION sql_mode = '${LENIENT}'`);
  const found = await connection.execute(sql);
  if (isLenient) await connection.execute(`SET SESSION sql_mode = '${STRICT}'`);
  if (found === 0 && otherwise !== null) await run(connection, otherwise);
}

function isTooLarge(error: unknown): error is LockstepError {
  return error instanceof LockstepError && error.code === 'PACKET_TOO_LARGE';
}

/** Whether an error says that what the statement does was done before. */
async function hasHappened(
  connection: ServerConnection,
  error: ServerError,
  ddl: string,
  target: TargetName | null,
): Promise<boolean> {
  const statement = parseStatement(ddl);
  if (target !== null && (await hasChecked(connection, error, statement, target))) return true;
  return isAlreadyDone(error, statement, target === null ? null : await schemaOf(connection, target));
}

/** Null: there is no such table. */
async function schemaOf(connection: ServerConnection, { schema, table }: TargetName): Promise<TableSchema | null> {
  try {
    const [row] = await connection.rows(`SHOW CREATE TABLE ${quoteTable(schema, table)}`);
    const statement = row === undefined ? null : parseStatement(row.text('Create Table'));
    return statement?.kind === 'create-table' ? buildTable(statement) : null;
  } catch (error) {
    if (error instanceof ServerError && !isConnectionLost(error)) return null;
    throw error;
  }
}
