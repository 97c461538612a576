import { createConnection } from 'mysql2';
import type { Connection, ConnectionOptions, ResultSetHeader, RowDataPacket } from 'mysql2';
import type { JsonValue as JsonField } from '../../../src/core/wire/json-reader';
import { checkSize, limitOf } from './packet-limit';
import type { PacketLimit } from './packet-limit';
import { plainError } from './server-error';

/** Where a server is, and who asks. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Read anew for each connection, so that it can be replaced while the worker runs. */
  readonly password: () => string;
  /** With TLS; `verify`: the server's certificate must be good. */
  readonly tls: 'off' | 'on' | 'verify';
}

/** The names of the settings that make up an address. */
export const ADDRESS_FIELDS = ['host', 'port', 'user', 'password', 'password-file', 'tls'] as const;

/**
 * An address of the settings of a plugin.
 * @param readFile what reads the file of a password, by its path as written
 * @throws LockstepError UNREADABLE_VALUE with the field
 */
export function readAddress(settings: JsonField, readFile: (path: string) => string): ServerAddress {
  const password = settings.field('password').or('', (field) => field.text());
  const file = settings.field('password-file').nullable((field) => field.text());
  return {
    host: settings.field('host').or('127.0.0.1', (field) => field.text()),
    port: settings.field('port').or(3306, (field) => field.count()),
    user: settings.field('user').or('root', (field) => field.text()),
    password: file === null ? () => password : () => readFile(file).trim(),
    tls: settings.field('tls').or('off', (field) => field.oneOf(['off', 'on', 'verify'])),
  };
}

/** How `mysql2` connects: texts as texts, large numbers with all their digits. */
export function connectionOptions({ host, port, user, password, tls }: ServerAddress): ConnectionOptions {
  return {
    ...{ host, port, user, password: password() },
    ...(tls === 'off' ? {} : { ssl: { rejectUnauthorized: tls === 'verify' } }),
    ...{ charset: 'utf8mb4', supportBigNumbers: true, bigNumberStrings: true, dateStrings: true },
    ...{ connectTimeout: 10_000, enableKeepAlive: true },
  };
}

/** A connection for statements. What it throws says what the server said. */
export class ServerConnection {
  /** How much the server takes at once; until it is asked, anything. */
  #limit: PacketLimit;

  private constructor(
    private readonly connection: Connection,
    private readonly address: ServerAddress,
  ) {
    this.#limit = limitOf(address, Infinity);
  }

  /** @throws LockstepError as `plainError` */
  static async open(address: ServerAddress): Promise<ServerConnection> {
    try {
      const connection = createConnection(connectionOptions(address));
      // Told by the statement that meets it.
      connection.on('error', () => undefined);
      await connection.promise().connect();
      return new ServerConnection(connection, address);
    } catch (error) {
      throw plainError(error);
    }
  }

  /** Ask over a connection that is there for that alone. @throws LockstepError as `plainError`, and what `ask` throws */
  static async use<T>(address: ServerAddress, ask: (connection: ServerConnection) => Promise<T>): Promise<T> {
    const connection = await ServerConnection.open(address);
    try {
      return await ask(connection);
    } finally {
      connection.close();
    }
  }

  /** What doesn't fit is refused, instead of sent. */
  get limit(): PacketLimit {
    return this.#limit;
  }

  /** Ask the server how much it takes at once. */
  async limitPackets(): Promise<void> {
    const [row] = await this.rows('SELECT @@SESSION.max_allowed_packet AS most');
    this.#limit = limitOf(this.address, row?.number('most') ?? 0);
  }

  /** The rows of a statement that has some. */
  async rows(sql: string, values: readonly (string | number)[] = []): Promise<readonly SqlRow[]> {
    try {
      const [rows] = await this.connection.promise().query<RowDataPacket[]>(sql, [...values]);
      return rows.map((row) => new SqlRow(row));
    } catch (error) {
      throw plainError(error);
    }
  }

  /** Execute a statement. @returns how many rows it has found or changed @throws LockstepError PACKET_TOO_LARGE */
  async execute(sql: string): Promise<number> {
    checkSize(Buffer.byteLength(sql), this.#limit, () => `the statement ${sql.slice(0, SHOWN_CHARACTERS)} …`);
    try {
      const [result] = await this.connection.promise().query<ResultSetHeader>(sql);
      return result.affectedRows;
    } catch (error) {
      throw plainError(error);
    }
  }

  /** The rows of a query as they come, their values as the texts that the server has for them. */
  async *stream(sql: string): AsyncGenerator<readonly (Buffer | null)[], void, undefined> {
    const typeCast = (field: { buffer(): Buffer | null }): Buffer | null => field.buffer();
    const rows = this.connection.query({ sql, rowsAsArray: true, typeCast }).stream();
    try {
      for await (const row of rows) if (Array.isArray(row)) yield row.map(bytesOf);
    } catch (error) {
      throw plainError(error);
    }
  }

  /** It isn't needed any more; what runs on it is cut off. */
  close(): void {
    this.connection.destroy();
  }
}

/** How much of a statement an error shows. */
const SHOWN_CHARACTERS = 100;

/** A row of a result, read by the names of its columns without case. */
export class SqlRow {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(row: object) {
    this.#values = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
  }

  /** The text of a column; empty: it is null, or missing. */
  text(name: string): string {
    const value = this.#values.get(name.toLowerCase());
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return String(value);
    return Buffer.isBuffer(value) ? value.toString('utf8') : '';
  }

  /** The number of a column; 0: it is null, or missing. */
  number(name: string): number {
    return Number(this.text(name));
  }

  isNull(name: string): boolean {
    return this.#values.get(name.toLowerCase()) === null;
  }

  /** The text of the first column. */
  first(): string {
    const [name = ''] = this.#values.keys();
    return this.text(name);
  }
}

function bytesOf(value: unknown): Buffer | null {
  return Buffer.isBuffer(value) ? value : null;
}
