import { LockstepError } from '../../../../src/core/model/error';
import { quoteTable } from '../../../../src/core/model/quote';
import type { Position, UpstreamEvent, UpstreamPlugin, UpstreamTableName } from '../../../plugin';
import { silentLogger } from '../../../logger';
import type { Logger } from '../../../logger';
import { sleep, systemTiming } from '../../../timing';
import { ServerConnection } from '../connection';
import type { ServerAddress } from '../connection';
import { isConnectionLost } from '../server-error';
import { dumpEvents } from './binlog-dump';
import { ChangedSince } from './changed-since';
import { Charsets } from './charsets';
import { CopyLocks } from './copy-locks';
import { LogReader } from './log-reader';
import { comparePositions, formatPosition, parsePosition } from './log-position';
import type { LogPosition, SnapshotPlace } from './log-position';
import { Sequences } from './sequences';
import { checkServer, copyError, refuseVersioned, upstreamError } from './server-check';
import { isCopied, readSnapshot } from './snapshot';
import { beginSnapshot, readEnd, readTables, showCreateTable, takeStart } from './start';
import type { SourceTable, StartState, UpstreamStart } from './start';
import { tableAt } from './table-at';
import { EXACT_SESSION } from '../values/selected-column';

/** How a source is read. */
export interface MySqlUpstreamOptions {
  readonly address: ServerAddress;
  /** Where a worker without a checkpoint begins; `now` if absent. */
  readonly start?: UpstreamStart;
  /** `gtid`: positions are sets of transactions, which hold on every server of a topology; else files and offsets. */
  readonly positions?: 'file' | 'gtid';
  /** The reader's number among the replicas of the server; a random one if absent. */
  readonly serverId?: number;
  /** Whether tables of gh-ost and pt-online-schema-change are recognised; yes if absent. */
  readonly onlineSchemaChanges?: boolean;
  /** How often the server says that there is nothing, in milliseconds. */
  readonly heartbeatMs?: number;
  readonly logger?: Logger;
}

/** The heartbeat where nobody says one: short, because it also tells that everything is read. */
const HEARTBEAT_MS = 500;

/** How long a lost connection is waited for before it is opened anew, in milliseconds. */
const RECONNECT_PAUSE_MS = 500;

/** Numbers that people hardly give their servers. */
const LEAST_SERVER_ID = 0x4000_0000;

function anyServerId(): number {
  return LEAST_SERVER_ID + Math.floor(Math.random() * LEAST_SERVER_ID);
}

type Begun = StartState & { snapshot: SnapshotReader | null };

/** What reads a snapshot from its beginning. */
interface SnapshotReader {
  readonly connection: ServerConnection;
  /** The tables that it reads, kept as they are; null: they aren't kept yet. */
  tables: readonly SourceTable[] | null;
}

/** The binlog of a MySQL or MariaDB server as an upstream. */
export class MySqlUpstream implements UpstreamPlugin {
  readonly #options: Required<MySqlUpstreamOptions>;
  readonly #charsets: Charsets;
  readonly #sequences = new Sequences((ask) => this.#use(ask));
  /** The tables, by their quoted names, that somebody wants to have from the beginning. */
  readonly #asked = new Set<string>();
  #begun: Promise<Begun> | null = null;
  #isClosed = false;

  constructor(options: MySqlUpstreamOptions) {
    this.#options = {
      start: { kind: 'now' },
      positions: options.start?.kind === 'gtids' ? 'gtid' : 'file',
      serverId: anyServerId(),
      onlineSchemaChanges: true,
      heartbeatMs: HEARTBEAT_MS,
      logger: silentLogger,
      ...options,
    };
    this.#charsets = new Charsets(() => this.#open());
  }

  async tables(): Promise<readonly UpstreamTableName[]> {
    const { tables } = await this.#begin();
    return tables.map(({ schema, table }) => ({ schema, table }));
  }

  /** Behind the start only what hasn't changed since is known. @throws LockstepError EVENT_UNSUPPORTED if it has */
  async createTable(name: UpstreamTableName, position: Position | null): Promise<string> {
    if (position !== null) return this.#tableAt(name, parsePosition(position));
    this.#asked.add(quoteTable(name.schema, name.table));
    const { tables } = await this.#begin();
    const found = tables.find(({ schema, table }) => schema === name.schema && table === name.table);
    if (found !== undefined) return refuseVersioned(found.createTable, name);
    throw new LockstepError('PLUGIN_FAILED', `the upstream had no table ${name.schema}.${name.table}`, {
      plugin: 'mysql',
    });
  }

  async *read(from: Position | null, signal: AbortSignal): AsyncGenerator<UpstreamEvent, void, undefined> {
    try {
      if (from === null) {
        const begun = await this.#begin();
        // Before anything is told, so that nothing has to be undone if it fails.
        await this.#keepAsked(begun);
        const { position } = begun;
        yield { kind: 'mark', position: formatPosition(position), name: 'begin' };
        yield* this.#readFrom(position, signal);
      } else yield* this.#readFrom(parsePosition(from), signal);
    } catch (error) {
      if (!isConnectionLost(error)) throw upstreamError(error);
      // The worker reads on from where it is, after a pause.
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.logger.warn({ reason }, 'the connection to the upstream is lost');
    }
  }

  compare(a: Position, b: Position): number {
    return comparePositions(a, b);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const begun = await this.#begun?.catch(() => null);
    begun?.snapshot?.connection.close();
  }

  async *#readFrom(position: LogPosition, signal: AbortSignal): AsyncGenerator<UpstreamEvent, void, undefined> {
    const { snapshot, ...place } = position;
    if (snapshot !== undefined) yield* this.#readSnapshot(place, snapshot, signal);
    if (!signal.aborted) yield* this.#readLog(place, signal);
  }

  /** @param serverId another one if the log is read beside the stream: the server has one reader of each number */
  async *#readLog(
    place: LogPosition,
    signal: AbortSignal,
    serverId = this.#options.serverId,
  ): AsyncGenerator<UpstreamEvent, void, undefined> {
    const { isMariaDb, end } = await this.#use(async (connection) => ({
      ...(await checkServer(connection)),
      end: await readEnd(connection),
    }));
    const { address, heartbeatMs, onlineSchemaChanges } = this.#options;
    const { gtids, file, offset } = place;
    const start =
      gtids === undefined ? ({ kind: 'place', file, offset } as const) : ({ kind: 'gtids', set: gtids.set } as const);
    const reader = new LogReader(
      { isMariaDb, charsets: this.#charsets, sequences: this.#sequences, onlineSchemaChanges, end },
      place,
    );
    for await (const bytes of dumpEvents({ address, isMariaDb, serverId, start, heartbeatMs }, signal))
      yield* await reader.take(bytes);
  }

  async *#readSnapshot(
    place: LogPosition,
    snapshot: SnapshotPlace,
    signal: AbortSignal,
  ): AsyncGenerator<UpstreamEvent, void, undefined> {
    const begun = this.#begun === null ? null : await this.#begun;
    const kept = begun?.snapshot ?? null;
    if (begun !== null) begun.snapshot = null;
    const connection = kept?.connection ?? (await this.#open());
    try {
      const tables = kept?.tables ?? (await this.#continueSnapshot(connection, place, snapshot, signal));
      await connection.execute(`${EXACT_SESSION}, net_write_timeout = 3600`);
      for await (const event of readSnapshot(connection, tables, place, snapshot)) {
        if (signal.aborted) return;
        yield event;
      }
    } catch (error) {
      throw copyError(error);
    } finally {
      connection.close();
    }
  }

  /** Keep the tables that somebody wants to have as they are; all, if nobody has asked for one. */
  async #keepAsked(begun: Begun): Promise<void> {
    const { snapshot, tables } = begun;
    if (snapshot === null || snapshot.tables !== null) return;
    const wanted = tables.filter(
      ({ schema, table }) => this.#asked.size === 0 || this.#asked.has(quoteTable(schema, table)),
    );
    const { connection } = snapshot;
    try {
      await new CopyLocks(connection).take(wanted);
      // Since the tables were read nothing was locked.
      for (const name of wanted)
        if ((await showCreateTable(connection, name)) !== name.createTable) throw changedWithin(name);
      snapshot.tables = wanted;
    } catch (error) {
      if (!isConnectionLost(error)) throw copyError(error);
      // Its transaction is gone: it goes on as one that was cut off does.
      begun.snapshot = null;
      connection.close();
    }
  }

  /**
   * A snapshot that was cut off goes on with the rows of now; the log since its beginning makes them one with those that
   * were read before, if no statement has changed a table that isn't copied.
   */
  async #continueSnapshot(
    connection: ServerConnection,
    place: LogPosition,
    snapshot: SnapshotPlace,
    signal: AbortSignal,
  ): Promise<readonly SourceTable[]> {
    await beginSnapshot(connection);
    const tables = await readTables(connection);
    await new CopyLocks(connection).take(tables.filter((name) => !isCopied(name, snapshot)));
    const since = new ChangedSince((schema, table) => !isCopied({ schema, table: table ?? '\u{10ffff}' }, snapshot));
    for await (const event of this.#readLog(place, signal)) {
      if (event.kind === 'idle') break;
      if (event.kind === 'ddl' && since.take(event))
        throw new LockstepError(
          'UPSTREAM_POSITION_LOST',
          `the snapshot was cut off, and a statement has changed tables since: ${event.sql.slice(0, 200)}`,
        );
    }
    return tables.filter((table) => !since.isMade(table));
  }

  /** A lost connection is opened anew for as long as the caller waits. */
  async #tableAt(name: UpstreamTableName, place: LogPosition): Promise<string> {
    for (;;) {
      try {
        const text = await tableAt(name, {
          show: () => this.#use((connection) => showCreateTable(connection, name)),
          read: () => this.#readLog(place, new AbortController().signal, anyServerId()),
        });
        if (text !== null) return text;
      } catch (error) {
        if (!isConnectionLost(error) || this.#isClosed) throw upstreamError(error);
      }
      await sleep(systemTiming, RECONNECT_PAUSE_MS, new AbortController().signal);
    }
  }

  /** Once, also if several ask; again if it failed. */
  #begin(): Promise<Begun> {
    this.#begun ??= this.#takeStart().catch((error: unknown) => {
      this.#begun = null;
      throw upstreamError(error);
    });
    return this.#begun;
  }

  async #takeStart(): Promise<Begun> {
    const { start, positions } = this.#options;
    const reader = start.kind === 'snapshot' ? await this.#open() : null;
    try {
      const state = await this.#use(async (connection) => {
        const { isMariaDb } = await checkServer(connection);
        return takeStart(connection, reader, { start, isMariaDb, usesGtids: positions === 'gtid' });
      });
      return { ...state, snapshot: reader === null ? null : { connection: reader, tables: null } };
    } catch (error) {
      reader?.close();
      throw error;
    }
  }

  #open(): Promise<ServerConnection> {
    return ServerConnection.open(this.#options.address);
  }

  #use<T>(ask: (connection: ServerConnection) => Promise<T>): Promise<T> {
    return ServerConnection.use(this.#options.address, ask);
  }
}

function changedWithin({ schema, table }: UpstreamTableName): LockstepError {
  return new LockstepError(
    'UPSTREAM_CHANGED',
    `a statement has changed ${schema}.${table} just when its copying began`,
    { table: `${schema}.${table}` },
  );
}
