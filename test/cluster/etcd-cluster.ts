import { EtcdServer } from '../support/etcd-server';

/** How long a member may take to answer, in milliseconds. */
const ANSWER_MS = 2_000;

/** How a member stands. */
interface MemberStatus {
  readonly header: { readonly member_id: string };
  readonly leader: string;
}

/** An etcd of several members, which can be made to change its leader and to forget its past. */
export class EtcdCluster {
  /** How often the past was forgotten. */
  compactions = 0;
  #stopCompacting: () => void = () => undefined;

  private constructor(readonly members: readonly EtcdServer[]) {}

  /** Start so many members. */
  static async start(members: number): Promise<EtcdCluster> {
    return new EtcdCluster(await EtcdServer.startMembers(members));
  }

  get urls(): readonly string[] {
    return this.members.map(({ url }) => url);
  }

  /** Let another member lead; false: there is no leader that could be asked. */
  async moveLeader(): Promise<boolean> {
    for (const { url } of this.members) {
      const status = await ask<MemberStatus>(url, 'maintenance/status', {});
      if (status === null || status.leader !== status.header.member_id) continue;
      const others = await Promise.all(
        this.urls.filter((other) => other !== url).map((other) => ask<MemberStatus>(other, 'maintenance/status', {})),
      );
      const next = others.find((other) => other !== null);
      if (next == null) return false;
      return (await ask(url, 'maintenance/transfer-leadership', { targetID: next.header.member_id })) !== null;
    }
    return false;
  }

  /** From now on forget, each second, what was before a revision. */
  compactEachSecond(revision: () => number): void {
    let last = 0;
    const timer = setInterval(() => {
      const before = revision();
      if (before <= last) return;
      last = before;
      void this.#compact(before);
    }, 1_000);
    this.#stopCompacting = () => clearInterval(timer);
  }

  /** End all members, and remove their data. */
  async stop(): Promise<void> {
    this.#stopCompacting();
    await Promise.all(this.members.map((member) => member.stop()));
  }

  /** Whichever member answers first in turn; while none does nothing is forgotten. */
  async #compact(revision: number): Promise<void> {
    for (const { url } of this.members) {
      if ((await ask(url, 'kv/compaction', { revision: String(revision) })) === null) continue;
      this.compactions += 1;
      return;
    }
  }
}

/** Ask a member over its JSON gateway; null: it doesn't answer, or refuses. */
async function ask<T>(url: string, path: string, body: object): Promise<T | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(`${url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body), signal });
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}
