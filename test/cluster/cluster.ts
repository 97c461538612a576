import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api-client';
import { ClusterServer } from './cluster-server';
import { EtcdCluster } from './etcd-cluster';
import { StreamRecorder } from './stream-recorder';

const MEMBERS = 3;
const SERVERS = 3;

/** How long the cluster may take to find a leader, in milliseconds. */
const ELECTION_MS = 60_000;

/** Three servers on an etcd of three members, and somebody who writes down everything that happens in it. */
export class Cluster {
  private constructor(
    readonly etcd: EtcdCluster,
    readonly servers: readonly ClusterServer[],
    readonly recorder: StreamRecorder,
  ) {}

  /** @param leaseSeconds how long others wait for a leader that is silent */
  static async start(leaseSeconds: number): Promise<Cluster> {
    const etcd = await EtcdCluster.start(MEMBERS);
    const recorder = await StreamRecorder.start(etcd.urls);
    const started = Array.from({ length: SERVERS }, (_, index) =>
      ClusterServer.start(etcd.urls, index, ['--lease', String(leaseSeconds)]),
    );
    return new Cluster(etcd, await Promise.all(started), recorder);
  }

  /** The server that leads now, or will soon. */
  async leader(): Promise<ClusterServer> {
    return await this.#untilLeader((id) => id !== null);
  }

  /** Resolves when another server leads than this one did; which. */
  async successorOf(id: string | null): Promise<ClusterServer> {
    return await this.#untilLeader((leader) => leader !== null && leader !== id);
  }

  /** Resolves when every server tells the same leader, and all servers as members. */
  async agree(): Promise<void> {
    const leader = (await this.leader()).id;
    const members = this.servers.map(({ id }) => id).sort();
    const expected = JSON.stringify({ leader: { id: leader }, members: members.map((id) => ({ id })) });
    const end = Date.now() + ELECTION_MS;
    for (const { url } of this.servers) {
      const client = new ApiClient(url, AbortSignal.timeout(ELECTION_MS));
      const tell = async (): Promise<string> =>
        JSON.stringify(await client.ask('{ shardCluster { leader { id } members { id } } }'));
      for (let told = await tell(); told !== expected; told = await tell()) {
        if (Date.now() > end) throw new Error(`${url} tells ${told}, not ${expected}`);
        await sleep(100);
      }
    }
  }

  /** How everything stands, for people who look for what went wrong. */
  async describe(): Promise<string> {
    const { recorder, servers } = this;
    const each = servers.map(async ({ id, url, process }) => {
      const query = '{ shardCluster { phase revision notReadyBecause } }';
      const says = await new ApiClient(url, AbortSignal.timeout(5_000)).ask(query).catch(String);
      return `server ${id}: ${JSON.stringify(says)}\n${process.log}`;
    });
    return [`recorded up to ${recorder.revision}, leader ${recorder.leader}`, ...(await Promise.all(each))].join('\n');
  }

  /** End everything. */
  async end(): Promise<void> {
    await this.recorder.stop();
    for (const server of this.servers) await server.end();
    await this.etcd.stop();
  }

  async #untilLeader(isWanted: (id: string | null) => boolean): Promise<ClusterServer> {
    const end = Date.now() + ELECTION_MS;
    for (;;) {
      const id = this.recorder.leader;
      const server = this.servers.find((each) => each.id !== null && each.id === id);
      if (isWanted(id) && server !== undefined) return server;
      if (Date.now() > end) throw new Error(`no server leads within ${ELECTION_MS} ms; the key is of ${id}`);
      await sleep(20);
    }
  }
}
