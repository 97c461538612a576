import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess } from '../../support/end-process';
import { findFreePort } from '../../support/servers';

const PROGRAM = join(__dirname, '..', '..', '..', 'node_modules', '.bin', 'hive-gateway');

const START_MS = 60_000;

/** A real gateway in a process of its own, on loopback. */
export class HiveGateway {
  #log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#log = `${this.#log}${chunk.toString()}`.slice(-4_000);
      });
  }

  /**
   * @param config its configuration file, which names the supergraph as `supergraph.graphql`
   * @param environment variables that the configuration names
   */
  static async start(
    supergraphSdl: string,
    config: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<HiveGateway> {
    const directory = mkdtempSync(join(tmpdir(), 'lockstep-gateway-'));
    writeFileSync(join(directory, 'supergraph.graphql'), supergraphSdl);
    const file = join(directory, 'gateway.config.mjs');
    writeFileSync(file, config);
    const port = await findFreePort();
    const args = ['supergraph', '--config-path', file, '--host', '127.0.0.1', '--port', String(port)];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const gateway = new HiveGateway(child, directory, `http://127.0.0.1:${port}/graphql`);
    await gateway.#untilReady();
    return gateway;
  }

  /** End it, and remove its files. */
  async stop(): Promise<void> {
    await endProcess(this.child);
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #untilReady(): Promise<void> {
    const end = Date.now() + START_MS;
    while (!(await this.#isReady())) {
      if (this.child.exitCode !== null || Date.now() > end) {
        await this.stop();
        throw new Error(`the gateway didn't start:\n${this.#log}`);
      }
      await sleep(200);
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(new URL('/readiness', this.url))).ok;
    } catch {
      return false;
    }
  }
}
