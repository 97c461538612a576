import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Change } from '../../src/core/model/store';
import { LOCKSTEP_LEADER_KEY } from '../../src/core/wire/lockstep-keys';
import { checkAnswered, checkLedger } from '../end-to-end/check-stream';
import { orderedAgain, ordersOf } from '../end-to-end/orders';
import { createTableOf, FIRST_COLUMNS } from '../end-to-end/played-schema';
import { SharedLoad } from '../end-to-end/shared-load';
import { dumpState } from '../end-to-end/state-dump';
import { foldedState, recoveredState } from '../end-to-end/stored-stream';
import type { StoredStream } from '../end-to-end/stored-stream';
import { InvariantWatch } from '../sdk/simulation/invariants/invariant-watch';
import { SeededRandom } from '../support/seeded-random';
import { Cluster } from './cluster';
import { Schedule } from './schedule';
import type { Takeover } from './schedule';

const FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
const SECONDS = Number(process.env['LOCKSTEP_CLUSTER_SECONDS'] ?? (FULL ? 300 : 90));
const SEED = Number(process.env['LOCKSTEP_CLUSTER_SEED'] ?? 1);

const LEASE_SECONDS = 3;
const END_MS = 120_000;

/** What may pass, on a busy machine, between the end of a lease or a stop and what shows it, in milliseconds. */
const SLACK_MS = 3_000;

/** Acknowledgements between two faults. */
const WORK = 30;

jest.setTimeout(1_000 * SECONDS + 600_000);

let cluster: Cluster;

beforeEach(async () => {
  cluster = await Cluster.start(LEASE_SECONDS);
});

afterEach(() => cluster.end());

it(`three servers on three members of etcd lose and double nothing, whatever goes wrong for ${SECONDS} s`, async () => {
  const random = new SeededRandom(SEED);
  const schedule = new Schedule(cluster, random);
  const { etcd, recorder, servers } = cluster;
  // The last revision before the one that the recorder has read: its own watch goes on from there.
  etcd.compactEachSecond(() => recorder.revision - 1);
  const load = new SharedLoad(
    servers.map(({ url }) => url),
    SEED,
  );
  let stream: StoredStream;
  try {
    await load.start();
    const end = Date.now() + 1_000 * SECONDS;
    while (Date.now() < end) {
      await load.progress(WORK);
      await sleep(500 * random.next());
      await schedule.goOn();
    }
    await load.finish(END_MS);
    await cluster.agree();
    for (const server of servers) await server.stop();
    stream = await recorder.finish();
  } catch (error) {
    const story = `seed ${SEED} failed after: ${schedule.happened.join('; ')}\n${await cluster.describe()}`;
    throw new Error(story, { cause: error });
  } finally {
    load.end();
  }
  expect(dumpState(recoveredState(stream))).toEqual(dumpState(foldedState(stream)));
  checkAnswered(stream);
  checkLedger(stream, load.ledger);
  const watch = new InvariantWatch(createTableOf('orders', FIRST_COLUMNS));
  for (const batch of stream.batches) watch.take(batch);
  expect(watch.wrong).toEqual([]);
  expect(orderedAgain(stream, load.held.task)).toEqual([]);
  expect(
    ordersOf(stream, load.pessimistic.task)
      .map(({ ddl }) => ddl)
      .sort(),
  ).toEqual(load.pessimistic.ddls.sort());
  const each = ordersOf(stream, load.optimistic.task).map(({ who, ddl }) => `${who}: ${ddl}`);
  expect(each.sort()).toEqual([...new Set(each)].sort());
  checkTakeovers(schedule.takeovers);
  const { reports, acknowledgements, actions } = load.ledger;
  const leaders = stream.batches.flatMap(({ changes }) => changes).filter(isElection).length;
  console.log(
    `seed ${SEED}, ${SECONDS} s: ${schedule.happened.length} faults, ${leaders} leaderships, ${etcd.compactions} ` +
      `compactions, ${stream.revision} revisions, ${reports.length} reports, ${acknowledgements.length} ` +
      `acknowledgements, ${actions.size} actions; taken over in ms: ${schedule.takeovers.map(({ promised, tookMs }) => `${promised} ${tookMs}`).join(', ')}`,
  );
});

function isElection({ kind, key }: Change): boolean {
  return kind === 'put' && key === LOCKSTEP_LEADER_KEY;
}

/** A leader that has gone is followed within its lease, and one that stopped in order at once. */
function checkTakeovers(takeovers: readonly Takeover[]): void {
  const late = takeovers.filter(
    ({ promised, tookMs }) => tookMs > SLACK_MS + (promised === 'at once' ? 0 : 1_000 * LEASE_SECONDS),
  );
  expect(late).toEqual([]);
}
