import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Etcd3 } from 'etcd3';
import { endProcess } from './end-process';
import { ensureServer, findFreePort } from './servers';

/** How an etcd is started beyond the usual, by its flags without dashes. */
export type EtcdFlags = Readonly<Record<string, string>>;

const START_MS = 30_000;

/** A real etcd of our own, on loopback, in a temporary directory. */
export class EtcdServer {
  #child: ChildProcess | null = null;
  #log = '';

  private constructor(
    readonly url: string,
    private readonly directory: string,
    private readonly flags: EtcdFlags,
  ) {}

  /** Start one on free ports, with an empty store. */
  static async start(flags: EtcdFlags = {}): Promise<EtcdServer> {
    const [server] = await EtcdServer.startMembers(1, flags);
    if (server === undefined) throw new Error('no etcd was started');
    return server;
  }

  /** Start so many members of one etcd on free ports, with an empty store. */
  static async startMembers(count: number, flags: EtcdFlags = {}): Promise<readonly EtcdServer[]> {
    const peers = await Promise.all(
      Array.from({ length: count }, async (_, index) => ({
        name: `member-${index}`,
        url: `http://127.0.0.1:${await findFreePort()}`,
      })),
    );
    const cluster = peers.map(({ name, url }) => `${name}=${url}`).join(',');
    const members: EtcdServer[] = [];
    for (const { name, url } of peers) members.push(await EtcdServer.#member(name, url, cluster, flags));
    // None of them is well before most of them are.
    await Promise.all(members.map((member) => member.restart()));
    return members;
  }

  static async #member(name: string, peerUrl: string, cluster: string, flags: EtcdFlags): Promise<EtcdServer> {
    const directory = mkdtempSync(join(tmpdir(), 'lockstep-etcd-'));
    const scheme = flags['cert-file'] === undefined ? 'http' : 'https';
    const url = `${scheme}://127.0.0.1:${await findFreePort()}`;
    return new EtcdServer(url, directory, {
      name,
      'data-dir': directory,
      'listen-client-urls': url,
      'advertise-client-urls': url,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': cluster,
      // Health is asked without certificates.
      'listen-metrics-urls': `http://127.0.0.1:${await findFreePort()}`,
      logger: 'zap',
      ...flags,
    });
  }

  /** Start it again on its data, after `kill`. */
  async restart(): Promise<void> {
    const child = spawn(
      ensureServer('etcd'),
      Object.entries(this.flags).map(([name, value]) => `--${name}=${value}`),
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ETCD_UNSUPPORTED_ARCH: goArchitecture() } },
    );
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#log = `${this.#log}${chunk.toString()}`.slice(-4_000);
    });
    for (let waitedMs = 0; !(await this.#isHealthy()); waitedMs += 50) {
      if (child.exitCode !== null || waitedMs > START_MS) {
        await this.stop();
        throw new Error(`etcd didn't start:\n${this.#log}`);
      }
      await sleep(50);
    }
  }

  /** End it as a crash does; its data stay. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Let it stand still, connections open. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Let it go on. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Drop every revision before this one. */
  async compactTo(revision: number): Promise<void> {
    await this.use((client) => client.kv.compact({ revision, physical: true }));
  }

  /** Ask it directly. */
  async use<T>(ask: (client: Etcd3) => Promise<T>): Promise<T> {
    const client = new Etcd3({ hosts: this.url });
    try {
      return await ask(client);
    } finally {
      client.close();
    }
  }

  /** End it, and remove its data. */
  async stop(): Promise<void> {
    this.resume();
    await this.#end('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child !== null) await endProcess(this.#child, signal);
  }

  async #isHealthy(): Promise<boolean> {
    try {
      return (await (await fetch(`${this.flags['listen-metrics-urls']}/health`)).text()).includes('"true"');
    } catch {
      return false;
    }
  }
}

/** etcd 3.4 starts on some machines only if it is told that we know. */
function goArchitecture(): string {
  return process.arch === 'x64' ? '' : process.arch;
}
