import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerConnection, isConnectionLost } from '../../../sdk/plugins/mysql';
import type { ServerAddress } from '../../../sdk/plugins/mysql';
import { freePort } from '../free-port';

/** The server's program, and the one that makes its data. */
export interface MariaDbPrograms {
  readonly server: string;
  readonly install: string;
}

/** Where Debian has them, if they aren't in PATH. */
export const MARIADB_PROGRAMS: MariaDbPrograms = { server: '/usr/sbin/mariadbd', install: 'mariadb-install-db' };

/** Nothing of it takes longer, in milliseconds. */
const START_MS = 60_000;

/** As little memory as it runs with, and all of the log that a worker needs. */
const OPTIONS = [
  ...['--no-defaults', '--bind-address=127.0.0.1', '--skip-networking=0', '--skip-name-resolve'],
  ...['--log-bin=mysql-bin', '--binlog-format=ROW', '--binlog-row-image=FULL'],
  ...['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=16M', '--innodb-flush-log-at-trx-commit=2'],
  ...['--innodb-buffer-pool-dump-at-shutdown=OFF', '--innodb-buffer-pool-load-at-startup=OFF'],
  ...['--key-buffer-size=1M', '--aria-pagecache-buffer-size=1M', '--performance-schema=OFF'],
  ...['--table-open-cache=400', '--character-set-server=utf8mb4', '--lock-wait-timeout=60'],
];

/** A real MariaDB of our own: on loopback, in a temporary folder, ended by its own process. */
export class MariaDb {
  #child: ChildProcess | null = null;
  #log = '';

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly serverId: number,
    private readonly programs: MariaDbPrograms,
    private readonly options: readonly string[],
  ) {}

  /**
   * Start one with no databases, on a free port.
   * @param options more of the server's options, as on its command line
   * @throws Error with the server's log
   */
  static async start(options: readonly string[] = [], programs = MARIADB_PROGRAMS): Promise<MariaDb> {
    const base = makeBase(programs);
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-mariadb-'));
    cpSync(base, join(folder, 'data'), { recursive: true });
    const port = await freePort();
    const server = new MariaDb(folder, port, port, programs, options);
    await server.restart();
    return server;
  }

  /** How it is reached. */
  get address(): ServerAddress {
    return { host: '127.0.0.1', port: this.port, user: 'root', password: () => '', tls: 'off' };
  }

  /** Start it again on its data, after `kill` or `shutDown`. @param more options for this time */
  async restart(more: readonly string[] = []): Promise<void> {
    const { folder, port, serverId } = this;
    const own = [`--datadir=${join(folder, 'data')}`, `--socket=${join(folder, 'socket')}`, `--port=${port}`];
    const child = spawn(
      this.programs.server,
      [...OPTIONS, ...own, `--user=${userInfo().username}`, `--server-id=${serverId}`, ...this.options, ...more],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#child = child;
    child.on('error', (error) => (this.#log += error.message));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#log = `${this.#log}${chunk.toString()}`.slice(-4_000);
    });
    for (let waitedMs = 0; !(await this.#answers()); waitedMs += 50) {
      if (child.pid === undefined || child.exitCode !== null || waitedMs > START_MS) {
        await this.stop();
        throw new Error(`MariaDB didn't start:\n${this.#log}`);
      }
      await sleep(50);
    }
  }

  /** Execute statements one after the other on a connection of their own. */
  async execute(...statements: readonly string[]): Promise<void> {
    await this.use(async (connection) => {
      for (const sql of statements) await connection.execute(sql);
    });
  }

  /** Ask it directly. */
  use<T>(ask: (connection: ServerConnection) => Promise<T>): Promise<T> {
    return ServerConnection.use(this.address, ask);
  }

  /** End it as a crash does; its data stay. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** End it in order; its data stay. */
  async shutDown(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** End it, and remove its data. */
  async stop(): Promise<void> {
    await this.#end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
  }

  async #answers(): Promise<boolean> {
    try {
      await this.execute('DO 1');
      return true;
    } catch (error) {
      if (isConnectionLost(error)) return false;
      throw error;
    }
  }
}

/** The data of a server without databases: made once, which takes seconds, and copied since. */
function makeBase({ install }: MariaDbPrograms): string {
  const { username } = userInfo();
  const base = join(tmpdir(), `lockstep-mariadb-base-${username}`);
  if (existsSync(base)) return base;
  const draft = mkdtempSync(join(tmpdir(), 'lockstep-mariadb-draft-'));
  const data = join(draft, 'data');
  mkdirSync(data);
  const { status, stderr, error } = spawnSync(
    install,
    [
      ...['--no-defaults', `--datadir=${data}`, `--user=${username}`, '--auth-root-authentication-method=normal'],
      ...['--skip-test-db', '--innodb-log-file-size=16M'],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${install} failed: ${error?.message ?? stderr}`);
  try {
    renameSync(data, base);
  } catch (failure) {
    // Another process was faster.
    if (!existsSync(base)) throw failure;
  }
  rmSync(draft, { recursive: true, force: true });
  return base;
}
