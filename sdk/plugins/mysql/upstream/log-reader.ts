import { crc32 } from 'node:zlib';
import { parseStatement, printStatement } from '../../../../src/core/ddl';
import type { Statement } from '../../../../src/core/ddl/ast';
import { LockstepError } from '../../../../src/core/model/error';
import type { UpstreamEvent } from '../../../plugin';
import { inflate, inflateQuery, isCompressed } from '../binlog/compressed';
import { EventType, parseEvent, usesChecksums } from '../binlog/event-header';
import type { LogEvent } from '../binlog/event-header';
import { parseQueryEvent } from '../binlog/query-event';
import type { QueryEvent } from '../binlog/query-event';
import { parseRowsEvent, rowChangeOf } from '../binlog/rows-event';
import { isConnectionLost, ServerError } from '../server-error';
import { isDecoded, readText } from '../values/text';
import type { Charsets } from './charsets';
import { parseGtidSet } from './gtid-set';
import type { GtidSet } from './gtid-set';
import { formatPosition, isReached } from './log-position';
import type { LogPlace, LogPosition, ShadowDdls } from './log-position';
import { Sequences } from './sequences';
import { shadowOf, unshadow } from './shadow-tables';
import { TableMaps } from './table-maps';
import { beginsTransaction, endsTransaction, isOfTransaction, readGtid } from './transaction';

/** What a reader of a log has to know. */
export interface LogReaderOptions {
  readonly isMariaDb: boolean;
  readonly charsets: Charsets;
  readonly sequences: Sequences;
  /** Whether shadow tables of online schema changes are recognised. */
  readonly onlineSchemaChanges: boolean;
  /** Where the log ended before it was asked for: a heartbeat says that there is nothing more only from here on. */
  readonly end: LogPlace;
}

/** The transaction that is being read. */
interface Group {
  readonly offset: number;
  readonly gtid: string | null;
  /** Whether events follow until it is committed; else it is one statement. */
  isOpen: boolean;
  /** How many of its events have been met. */
  event: number;
}

type StatementEvent = Extract<UpstreamEvent, { kind: 'ddl' }>;

/** Turns the events of a log into those of an upstream, from a position on. */
export class LogReader {
  readonly #tables = new TableMaps();
  /** Null: nothing has said it yet. */
  #hasChecksums: boolean | null = null;
  #file: string;
  /** Which file of that name it is; null: that isn't known. */
  #begun: string | null = null;
  #offset: number;
  #gtids: GtidSet | null;
  #shadows: ShadowDdls;
  #group: Group | null = null;
  /** Events of the first transaction that are behind. */
  #skipped: number;

  constructor(
    private readonly options: LogReaderOptions,
    private readonly from: LogPosition,
  ) {
    this.#file = from.file;
    this.#offset = from.offset;
    this.#gtids = from.gtids === undefined ? null : parseGtidSet(from.gtids.set, options.isMariaDb);
    this.#shadows = from.shadows ?? {};
    this.#skipped = from.event;
  }

  /** What an event means. @throws LockstepError EVENT_UNSUPPORTED, UPSTREAM_UNSUITABLE, PLUGIN_FAILED */
  async take(bytes: Buffer): Promise<readonly UpstreamEvent[]> {
    this.#hasChecksums ??= startsWithChecksum(bytes);
    const event = parseEvent(bytes, bytes[4] === EventType.formatDescription ? false : this.#hasChecksums);
    switch (event.type) {
      case EventType.formatDescription:
        this.#hasChecksums = usesChecksums(event);
        this.#meetFile(event);
        return [];
      case EventType.rotate:
        return this.#rotate(event);
      case EventType.gtid:
      case EventType.anonymousGtid:
      case EventType.gtidTagged:
      case EventType.mariadbGtid:
        return this.#begin(event);
      case EventType.tableMap:
        this.#tables.take(event.body);
        return [];
      case EventType.query:
        return this.#query(event, event.body);
      case EventType.mariadbQueryCompressed:
        return this.#query(event, inflateQuery(event.body));
      case EventType.xid:
        this.#end(event);
        return [];
      case EventType.heartbeat:
        return this.#heartbeat(event);
      default:
        return rowChangeOf(event.type) === null ? this.#other(event) : this.#rows(event);
    }
  }

  #heartbeat({ body, end }: LogEvent): readonly UpstreamEvent[] {
    if (this.#group !== null || !isReached(this.options.end, { file: body.toString('utf8'), offset: end })) return [];
    return [{ kind: 'idle', position: this.#position() }];
  }

  #rotate({ body }: LogEvent): readonly UpstreamEvent[] {
    this.#file = body.subarray(8).toString('utf8');
    this.#offset = Number(body.readBigUInt64LE(0));
    this.#group = null;
    return [];
  }

  /** A server that was reset, and another server, has other files of the same names. @throws LockstepError UPSTREAM_POSITION_LOST */
  #meetFile({ atMs, serverId }: LogEvent): void {
    const { file, begun, gtids } = this.from;
    const isRead = this.#begun === null && gtids === undefined && this.#file === file;
    this.#begun = `${atMs / 1_000}/${serverId}`;
    if (isRead && begun !== undefined && begun !== this.#begun) throw otherFile(file, begun, this.#begun);
  }

  #begin(event: LogEvent): readonly UpstreamEvent[] {
    const { gtid, isStandalone, isXa } = readGtid(event);
    if (isXa) throw unsupportedXa();
    if (this.#gtids !== null && gtid === null) throw unsupported('a transaction without a GTID, or with a tagged one');
    const offset = event.end > 0 ? event.end - event.size : this.#offset;
    this.#group = { offset, gtid, isOpen: !isStandalone, event: 0 };
    return [];
  }

  async #rows(event: LogEvent): Promise<readonly UpstreamEvent[]> {
    const rows = parseRowsEvent(event.type, event.body, isCompressed(event.type) ? inflate : null);
    const { map, logged } = this.#tables.rowsOf(rows);
    if (this.options.onlineSchemaChanges && shadowOf(map.table) !== null) return [];
    if (this.options.isMariaDb && Sequences.mayBe(map) && (await this.options.sequences.has(map))) return [];
    const { schema, table } = map;
    return this.#emit([
      {
        ...{ kind: 'rows', table: { schema, table }, change: rows.change, rows: logged },
        ...{ bytes: rows.rows.length, atMs: event.atMs },
      },
    ]);
  }

  async #query(event: LogEvent, body: Buffer): Promise<readonly UpstreamEvent[]> {
    const query = parseQueryEvent(body);
    const sql = await this.#textOf(query);
    if (beginsTransaction(sql)) {
      this.#openGroup(true);
      return [];
    }
    if (endsTransaction(sql)) {
      this.#end(event);
      return [];
    }
    if (isOfTransaction(sql)) return [];
    if (/^XA\s/iu.test(sql)) throw unsupportedXa();
    const events = this.#emit(await this.#statements(query, sql, event));
    if (/\sSTART\s+TRANSACTION\s*$/iu.test(sql)) this.#openGroup(true);
    if (this.#group?.isOpen !== true) this.#end(event);
    return events;
  }

  async #statements(query: QueryEvent, sql: string, { atMs }: LogEvent): Promise<readonly Unplaced[]> {
    if (query.noBackslashEscapes && sql.includes('\\'))
      throw unsupported(
        `a statement of a session with NO_BACKSLASH_ESCAPES that has a backslash: ${sql.slice(0, 200)}`,
      );
    const text = plainStatement(sql);
    const statement = parsed(text, query.ansiQuotes);
    const { schema } = query;
    await this.#noteDatabase(query, statement);
    const characterSet =
      statement?.kind === 'create-table'
        ? await this.options.charsets.database(statement.name.schema ?? schema, this.#position(this.#group))
        : null;
    const ddl = (each: string): Unplaced => ({
      ...{ kind: 'ddl', schema, sql: each, atMs },
      ...(characterSet === null ? {} : { characterSet }),
    });
    if (statement !== null && this.options.onlineSchemaChanges) {
      const { ddls, shadows } = unshadow(statement, schema, this.#shadows);
      this.#pendingShadows = shadows;
      if (ddls !== null) return ddls.map(ddl);
    }
    // Others read the text without the session's modes.
    const isPlain = !query.ansiQuotes || statement === null || statement.kind === 'other';
    return [ddl(isPlain ? text : printStatement(statement))];
  }

  /** Shadow tables behind the statement that is being read; within it places have those before it. */
  #pendingShadows: ShadowDdls | null = null;

  /** The default charset of a database is that of the tables which are made in it. */
  async #noteDatabase({ schema, serverCollation }: QueryEvent, statement: Statement | null): Promise<void> {
    const { charsets } = this.options;
    const at = this.#position(this.#group);
    if (statement?.kind === 'alter-database')
      await charsets.databaseTold(statement.name ?? schema, at, statement.options, null);
    else if (statement?.kind === 'create-database' && !statement.ifNotExists) {
      const otherwise = serverCollation === null ? null : await charsets.collation(serverCollation);
      await charsets.databaseTold(statement.name, at, statement.options, otherwise);
    } else if (statement?.kind === 'create-database' || statement?.kind === 'drop-database')
      charsets.forgetDatabase(statement.name, at);
  }

  async #textOf({ sql, clientCollation }: QueryEvent): Promise<string> {
    const collation = clientCollation === null ? null : await this.options.charsets.collation(clientCollation);
    const text = readText(sql, collation?.charset ?? 'utf8mb4');
    if (typeof text === 'string') return text.trim();
    // Most statements are ASCII, whatever charset their session has.
    const plain = sql.toString('latin1');
    if (/^[\0-\x7f]*$/u.test(plain)) return plain.trim();
    try {
      if (!isDecoded(text.charset)) return (await this.options.charsets.textOf(text)).trim();
    } catch (error) {
      if (!(error instanceof ServerError) || isConnectionLost(error)) throw error;
    }
    throw new LockstepError(
      'EVENT_UNSUPPORTED',
      `a statement has bytes that aren't of the charset of its session, ${text.charset}: ${plain.slice(0, 200)}`,
      { charset: text.charset },
    );
  }

  #emit(events: readonly Unplaced[]): readonly UpstreamEvent[] {
    const group = this.#group ?? this.#openGroup(false);
    const placed: UpstreamEvent[] = [];
    for (const event of events) {
      group.event += 1;
      if (this.#skipped >= group.event) continue;
      placed.push({ ...event, position: this.#position(group) });
    }
    return placed;
  }

  #openGroup(isOpen: boolean): Group {
    const group = this.#group ?? { offset: this.#offset, gtid: null, isOpen, event: 0 };
    group.isOpen = isOpen;
    this.#group = group;
    return group;
  }

  #end(event: LogEvent): void {
    const gtid = this.#group?.gtid ?? null;
    if (gtid !== null) this.#gtids = this.#gtids?.with(gtid) ?? null;
    if (event.end > 0) this.#offset = event.end;
    this.#shadows = this.#pendingShadows ?? this.#shadows;
    this.#pendingShadows = null;
    this.#group = null;
    this.#skipped = 0;
  }

  #position(group: Group | null = null) {
    const hasShadows = Object.keys(this.#shadows).length > 0;
    const gtids = this.#gtids;
    return formatPosition({
      file: this.#file,
      offset: group?.offset ?? this.#offset,
      event: group?.event ?? 0,
      ...(gtids === null ? begunOf(this.#begun) : { gtids: { set: gtids.text, count: gtids.count } }),
      ...(hasShadows ? { shadows: this.#shadows } : {}),
    });
  }

  #other({ type }: LogEvent): readonly UpstreamEvent[] {
    switch (type) {
      case EventType.xaPrepare:
        throw unsupportedXa();
      case EventType.incident:
        throw unsupported('the upstream says that its log lacks changes (incident); copy the shards anew');
      case EventType.partialUpdateRows:
        throw unsupported("rows with parts of JSON only: SET GLOBAL binlog_row_value_options = ''");
      case EventType.transactionPayload:
        throw unsupported('a compressed transaction: SET GLOBAL binlog_transaction_compression = OFF');
      default:
        return [];
    }
  }
}

type Distribute<T> = T extends unknown ? Omit<T, 'position'> : never;

/** An event whose place isn't known yet. */
type Unplaced = Distribute<Extract<UpstreamEvent, { kind: 'rows' }> | StatementEvent>;

/** A statement without what is said around it: variables for it alone, and the transaction that it opens. */
function plainStatement(sql: string): string {
  const own =
    /^SET\s+STATEMENT\s.*?\sFOR\s+((?:ALTER|CREATE|DELETE|DROP|INSERT|LOAD|RENAME|REPLACE|TRUNCATE|UPDATE)\s.*)$/isu;
  return (own.exec(sql)?.[1] ?? sql).replace(/\s+START\s+TRANSACTION\s*$/iu, '');
}

/** Null: it can't be parsed, which whoever needs it will say. */
function parsed(sql: string, ansiQuotes: boolean): Statement | null {
  try {
    return parseStatement(sql, { ansiQuotes });
  } catch (error) {
    if (error instanceof LockstepError) return null;
    throw error;
  }
}

/** The first event comes before anything has said whether there are checksums; one that is right is no accident. */
function startsWithChecksum(bytes: Buffer): boolean {
  const content = bytes.length - 4;
  return content > 0 && crc32(bytes.subarray(0, content)) === bytes.readUInt32LE(content);
}

function begunOf(begun: string | null): Pick<LogPosition, 'begun'> {
  return begun === null ? {} : { begun };
}

function otherFile(file: string, ...begun: readonly [was: string, is: string]): LockstepError {
  const [was, is] = begun.map((text) => {
    const [second = '', serverId = ''] = text.split('/');
    return `begun at ${new Date(Number(second) * 1_000).toISOString()} by the server of server_id ${serverId}`;
  });
  return new LockstepError(
    'UPSTREAM_POSITION_LOST',
    `the upstream's ${file} isn't the one that was read: that was ${was ?? ''}, this one ${is ?? ''}; the log was reset, or this is another server, where only \`positions: gtid\` leads on`,
    { file },
  );
}

function unsupportedXa(): LockstepError {
  return unsupported('XA transactions');
}

function unsupported(what: string): LockstepError {
  return new LockstepError('EVENT_UNSUPPORTED', `the binlog has what a worker can't replicate: ${what}`);
}
