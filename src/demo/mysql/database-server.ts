import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerConnection, isConnectionLost } from '../../../sdk/plugins/mysql';
import type { ServerAddress } from '../../../sdk/plugins/mysql';
import { freePort } from '../free-port';
import { makeBase, optionsOf, serverProgram } from './server-program';
import type { ServerProgram } from './server-program';

/** Nothing of it takes longer, in milliseconds. */
const START_MS = 60_000;

/** A real MariaDB or MySQL of our own: on loopback, in a temporary folder, ended by its own process. */
export class DatabaseServer {
  #child: ChildProcess | null = null;
  #log = '';

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly serverId: number,
    readonly program: ServerProgram,
    private readonly options: readonly string[],
  ) {}

  /**
   * Start one with no databases, on a free port.
   * @param options more of the server's options, as on its command line
   * @throws Error with the server's log
   */
  static async start(options: readonly string[] = [], program = serverProgram()): Promise<DatabaseServer> {
    const base = makeBase(program);
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-database-'));
    cpSync(base, join(folder, 'data'), { recursive: true });
    const port = await freePort();
    const server = new DatabaseServer(folder, port, port, program, options);
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
      this.program.path,
      [...optionsOf(this.program, folder), ...own, `--server-id=${serverId}`, ...this.options, ...more],
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
        throw new Error(`${this.program.path} didn't start:\n${this.#log}`);
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
