import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { endProcess } from '../support/end-process';
import { ensureServer, findFreePort } from '../support/servers';

const START_MS = 30_000;

/** A real Prometheus of our own, on loopback, in a temporary directory. */
export class PrometheusServer {
  #log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    private readonly url: string,
  ) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log = `${this.#log}${chunk.toString()}`.slice(-4_000);
    });
  }

  /** @param config what its configuration file says */
  static async start(config: object): Promise<PrometheusServer> {
    const directory = mkdtempSync(join(tmpdir(), 'lockstep-prometheus-'));
    const file = join(directory, 'prometheus.yml');
    writeFileSync(file, stringify(config));
    const address = `127.0.0.1:${await findFreePort()}`;
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${address}`,
    ];
    const child = spawn(ensureServer('prometheus'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new PrometheusServer(child, directory, `http://${address}`);
    const end = Date.now() + START_MS;
    while (!(await server.#isReady())) {
      if (child.exitCode !== null || Date.now() > end) {
        await server.stop();
        throw new Error(`Prometheus didn't start:\n${server.#log}`);
      }
      await sleep(100);
    }
    return server;
  }

  /** What a path of its API gives. */
  async ask<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    return ((await response.json()) as { data: T }).data;
  }

  /** The values of an expression now, by their labels. */
  async query(expression: string): Promise<readonly { metric: Record<string, string>; value: number }[]> {
    type Sample = { readonly metric: Record<string, string>; readonly value: readonly [number, string] };
    const { result } = await this.ask<{ readonly result: readonly Sample[] }>('query', { query: expression });
    return result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }));
  }

  /** End it, and remove its data. */
  async stop(): Promise<void> {
    await endProcess(this.child);
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/-/ready`)).ok;
    } catch {
      return false;
    }
  }
}
