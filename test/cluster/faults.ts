import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../support/seeded-random';
import type { Cluster } from './cluster';
import type { ClusterServer } from './cluster-server';

/** Something that goes wrong and heals again. */
export interface Fault {
  readonly name: string;
  /** What it concerns: faults of different kinds can happen at once. */
  readonly kind: 'server' | 'etcd' | 'way';
  /** Until it has healed; how long the others took to lead, in milliseconds, if the leader ended. */
  readonly happen: (cluster: Cluster, random: SeededRandom) => Promise<number | null>;
  /** When another server is to lead, if nothing else is wrong; null: nobody promises it. */
  readonly takeover: 'at once' | 'within the lease' | null;
}

/** Faults last so long, in milliseconds. */
const SHORT_MS = 1_000;
const LONG_MS = 4_000;

const lasting = (random: SeededRandom, mostMs: number): Promise<void> => sleep(mostMs * (0.3 + 0.7 * random.next()));

/** A fault after which nobody asks when another server leads. */
function silent(
  kind: Fault['kind'],
  name: string,
  happen: (cluster: Cluster, random: SeededRandom) => Promise<void>,
): Fault {
  return { name, kind, takeover: null, happen: (cluster, random) => happen(cluster, random).then(() => null) };
}

async function aFollower(cluster: Cluster, random: SeededRandom): Promise<ClusterServer> {
  const leader = await cluster.leader();
  return random.pick(cluster.servers.filter((server) => server !== leader));
}

/** Let the leader end and start again; how long the others took to lead. */
async function takeOver(cluster: Cluster, end: (leader: ClusterServer) => Promise<void>): Promise<number> {
  const leader = await cluster.leader();
  const { id } = leader;
  await end(leader);
  const endedMs = Date.now();
  await cluster.successorOf(id);
  const tookMs = Date.now() - endedMs;
  await leader.restart();
  return tookMs;
}

/** What can go wrong with the servers. */
const SERVER_FAULTS: readonly Fault[] = [
  {
    name: 'the leader is killed',
    ...{ kind: 'server', takeover: 'within the lease' },
    happen: (cluster) => takeOver(cluster, (leader) => leader.kill()),
  },
  {
    name: 'the leader is stopped in order',
    ...{ kind: 'server', takeover: 'at once' },
    happen: (cluster) => takeOver(cluster, (leader) => leader.stop()),
  },
  silent('server', 'the leader stands still for longer than its lease, and wakes up', async (cluster, random) => {
    const leader = await cluster.leader();
    leader.process.pause();
    await cluster.successorOf(leader.id);
    await lasting(random, SHORT_MS);
    leader.process.resume();
  }),
  silent('server', 'the leader stands still for a moment', async (cluster, random) => {
    const leader = await cluster.leader();
    leader.process.pause();
    await lasting(random, SHORT_MS);
    leader.process.resume();
  }),
  silent('server', 'a follower is killed', async (cluster, random) => {
    const follower = await aFollower(cluster, random);
    await follower.kill();
    await follower.restart();
  }),
];

/** What can go wrong with etcd. */
const ETCD_FAULTS: readonly Fault[] = [
  silent('etcd', 'a member of etcd is killed', async ({ etcd }, random) => {
    const member = random.pick(etcd.members);
    await member.kill();
    await lasting(random, LONG_MS);
    await member.restart();
  }),
  silent('etcd', 'a member of etcd stands still', async ({ etcd }, random) => {
    const member = random.pick(etcd.members);
    member.pause();
    await lasting(random, LONG_MS);
    member.resume();
  }),
  silent('etcd', 'all members of etcd but one stand still', async ({ etcd }, random) => {
    const awake = random.pick(etcd.members);
    const others = etcd.members.filter((member) => member !== awake);
    for (const member of others) member.pause();
    await lasting(random, LONG_MS);
    for (const member of others) member.resume();
  }),
  silent('etcd', 'all members of etcd are killed', async ({ etcd }, random) => {
    await Promise.all(etcd.members.map((member) => member.kill()));
    await lasting(random, SHORT_MS);
    await Promise.all(etcd.members.map((member) => member.restart()));
  }),
  silent('etcd', 'another member of etcd leads', async ({ etcd }) => {
    for (let tries = 0; tries < 20 && !(await etcd.moveLeader()); tries += 1) await sleep(200);
  }),
];

/** What can go wrong between a server and etcd. */
const WAY_FAULTS: readonly Fault[] = [
  silent('way', 'the connections of the leader to etcd are cut', async (cluster, random) => {
    const { ways } = await cluster.leader();
    for (let cut = 0; cut < 5; cut += 1) {
      for (const way of ways) way.cut();
      await lasting(random, SHORT_MS / 5);
    }
  }),
  silent('way', 'the leader’s way to its member of etcd swallows everything', async (cluster, random) => {
    const { ways } = await cluster.leader();
    const swallowing = ways.slice(0, 1 + random.below(2));
    for (const way of swallowing) way.swallow();
    await lasting(random, LONG_MS);
    for (const way of swallowing)
      if (random.oneIn(2)) way.heal();
      else way.healNewOnly();
  }),
  silent('way', 'all ways of the leader to etcd swallow everything until another leads', async (cluster) => {
    const leader = await cluster.leader();
    for (const way of leader.ways) way.swallow();
    await cluster.successorOf(leader.id);
    for (const way of leader.ways) way.healNewOnly();
  }),
  silent('way', 'all ways of a follower to etcd swallow everything, over a compaction', async (cluster, random) => {
    const { ways } = await aFollower(cluster, random);
    for (const way of ways) way.swallow();
    const compactions = cluster.etcd.compactions;
    const end = Date.now() + LONG_MS;
    while (cluster.etcd.compactions < compactions + 2 && Date.now() < end) await sleep(50);
    for (const way of ways) way.heal();
  }),
  silent('way', 'the ways of a server to etcd are slow', async (cluster, random) => {
    const { ways } = random.pick(cluster.servers);
    for (const way of ways) way.delay(20 + random.below(300));
    await lasting(random, LONG_MS);
    for (const way of ways) way.delay(0);
  }),
];

/** Everything that can go wrong. */
export const FAULTS: readonly Fault[] = [...SERVER_FAULTS, ...ETCD_FAULTS, ...WAY_FAULTS];
