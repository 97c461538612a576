import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '../end-to-end/server-process';
import { ApiClient } from '../support/api-client';
import { TcpProxy } from '../support/tcp-proxy';

/** How long a server may take to start, also while etcd is away at first, in milliseconds. */
const START_MS = 60_000;

/** A server of a cluster, with its own ways to the members of etcd. */
export class ClusterServer {
  /** New with each start; null while it doesn't run. */
  #id: string | null = null;

  private constructor(
    readonly process: ServerProcess,
    readonly ways: readonly TcpProxy[],
  ) {}

  /** Start one on an etcd. @param first which member it begins with */
  static async start(etcdUrls: readonly string[], first: number, flags: readonly string[]): Promise<ClusterServer> {
    const ways = await Promise.all(etcdUrls.map((url) => TcpProxy.start(Number(new URL(url).port))));
    const turned = [...ways.slice(first), ...ways.slice(0, first)];
    const urls = turned.map(({ port }) => `http://127.0.0.1:${port}`).join(',');
    const server = new ClusterServer(new ServerProcess(['--etcd', urls, ...flags]), turned);
    await server.restart();
    return server;
  }

  /** What it is called in the leader's key. */
  get id(): string | null {
    return this.#id;
  }

  get url(): string {
    return this.process.url;
  }

  /** Start it again, as a supervisor does: until it has started. */
  async restart(): Promise<void> {
    const end = Date.now() + START_MS;
    for (;;) {
      try {
        await this.process.start();
        break;
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(200);
      }
    }
    const client = new ApiClient(this.url, AbortSignal.timeout(START_MS));
    this.#id = (await client.ask<{ readonly id: string }>('{ shardCluster { id } }')).id;
  }

  async kill(): Promise<void> {
    this.#id = null;
    await this.process.kill();
  }

  /** Stop it in order. @throws Error if it ends otherwise */
  async stop(): Promise<void> {
    this.#id = null;
    const { status, output } = await this.process.stop();
    if (status !== 0) throw new Error(`a server ended with ${status}:\n${output.slice(-4_000)}`);
  }

  /** End it, if it runs, and its ways. */
  async end(): Promise<void> {
    await this.kill();
    await Promise.all(this.ways.map((way) => way.stop()));
  }
}
