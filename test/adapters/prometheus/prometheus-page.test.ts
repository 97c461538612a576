import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { PrometheusMetrics } from '../../../src/adapters/prometheus/prometheus-metrics';
import { PrometheusPage } from '../../../src/adapters/prometheus/prometheus-page';
import { formatLockId } from '../../../src/core/model/lock-id';
import type { LockState } from '../../../src/core/model/lock-state';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../../src/core/model/names';
import { parseRevision } from '../../../src/core/model/revision';
import type { LockReading } from '../../../src/core/model/store-reading';
import type { ServerReading } from '../../../src/ports/metrics';
import { parseMetrics, samplesOf } from '../../support/read-metrics';
import type { Samples } from '../../support/read-metrics';

const task = parseTaskName('t');
const NOW_MS = 1_000_000_000;

const READING: ServerReading = {
  nowMs: NOW_MS,
  version: '1.2.3',
  storeKind: 'etcd',
  phase: 'leading',
  ready: true,
  isLed: true,
  stateRevision: parseRevision(7),
  storeRevision: parseRevision(9),
  unreadableRecords: 0,
  impossibleWrites: 0,
  unsettledChanges: 17,
  usage: null,
  store: { tasks: new Set(), locks: [], workers: new Map(), absentSources: [] },
};

const lock = (table: string, state: LockState, stillForMs: number | null): LockReading => ({
  task,
  lockId: formatLockId(task, parseDownstreamTable('d', table)),
  mode: 'optimistic',
  state,
  synced: state === 'executing',
  progressAtMs: stillForMs === null ? null : NOW_MS - stillForMs,
  orphan: false,
  phantom: false,
});

/** What is shown of readings, one after the other on the same page. */
async function show(...readings: readonly Partial<ServerReading>[]): Promise<Samples[]> {
  const rest = readings.map((reading) => ({ ...READING, ...reading }));
  const page = new PrometheusPage(new Registry(), () => Promise.resolve(rest.shift() ?? READING));
  const shown: Samples[] = [];
  while (rest.length > 0) shown.push(parseMetrics(await page.text()));
  return shown;
}

describe('a page of metrics', () => {
  it('tells how far the server is behind its store, and says nothing of it when the store is out of reach', async () => {
    const [behind, lost, back] = await show(
      {},
      { storeRevision: null, ready: false },
      { stateRevision: parseRevision(9) },
    );
    expect(behind).toEqual(
      new Map([
        ...(behind ?? []),
        ['lockstep_info{version="1.2.3",store="etcd"}', 1],
        ['lockstep_watch_lag_revisions', 2],
        ['lockstep_state_revision', 7],
        ['lockstep_store_reachable', 1],
        ['lockstep_ready', 1],
      ]),
    );
    expect(samplesOf(lost!, 'lockstep_watch_lag')).toEqual({});
    expect([lost!.get('lockstep_store_reachable'), lost!.get('lockstep_ready')]).toEqual([0, 0]);
    expect(back!.get('lockstep_watch_lag_revisions')).toBe(0);
  });

  it('tells how full the store is, where that is known', async () => {
    const [unknown, known] = await show({}, { usage: { bytes: 7, quotaBytes: 10 } });
    expect(samplesOf(unknown!, 'lockstep_store_bytes')).toEqual({});
    expect([known!.get('lockstep_store_bytes'), known!.get('lockstep_store_quota_bytes')]).toEqual([7, 10]);
  });

  it('tells of locks and workers only while its server speaks for the store', async () => {
    const store = {
      tasks: new Set([task]),
      locks: [lock('a', 'waiting', 61_000)],
      workers: new Map([['w', 'offline'] as const]),
      absentSources: [{ task, source: parseSourceId('s'), locks: 3 }],
    };
    const [leading, following] = await show({ store }, { store: null, phase: 'following' });
    expect(
      leading!.get('lockstep_lock_seconds_since_progress{task="t",lock="t-`d`.`a`",mode="optimistic",state="waiting"}'),
    ).toBe(61);
    expect(leading!.get('lockstep_absent_source_locks{task="t",source="s"}')).toBe(3);
    expect(leading!.get('dm_master_worker_state{worker="w"}')).toBe(0);
    for (const prefix of ['lockstep_lock', 'lockstep_absent', 'dm_master_'])
      expect(samplesOf(following!, prefix)).toEqual({});
    expect(following!.get('lockstep_leading')).toBe(0);
  });

  it('tells of each task how many of its locks nobody goes on with, and nothing of it when there are none any more', async () => {
    const locks = [
      { ...lock('a', 'waiting', 0), orphan: true },
      { ...lock('b', 'conflict', 0), orphan: true, phantom: true },
      lock('c', 'waiting', 0),
    ];
    const [before, after] = await show(
      { store: { ...READING.store!, locks } },
      { store: { ...READING.store!, locks: locks.slice(2) } },
    );
    expect(before!.get('lockstep_orphan_locks{task="t"}')).toBe(2);
    expect(before!.get('lockstep_phantom_locks{task="t"}')).toBe(1);
    for (const prefix of ['lockstep_orphan', 'lockstep_phantom']) expect(samplesOf(after!, prefix)).toEqual({});
  });

  it('shows a hundred locks at most, those in conflict first, then the longest; sums are of all', async () => {
    const locks = [
      ...Array.from({ length: 150 }, (_, index) => lock(`w${index}`, 'waiting', 1_000 * index)),
      ...Array.from({ length: 3 }, (_, index) => lock(`c${index}`, 'conflict', 0)),
      lock('new', 'executing', null),
    ];
    const [shown] = await show({ store: { ...READING.store!, tasks: new Set([task]), locks } });
    const names = Object.keys(samplesOf(shown!, 'lockstep_lock_seconds'));
    expect(names).toHaveLength(100);
    expect(names.filter((name) => name.includes('state="conflict"'))).toHaveLength(3);
    expect(names.some((name) => name.includes('`w53`'))).toBe(true);
    expect(names.some((name) => name.includes('`w52`'))).toBe(false);
    expect(shown!.get('lockstep_locks{mode="optimistic",state="waiting"}')).toBe(150);
    expect(shown!.get('dm_master_ddl_state_number{task="t",type="Un-synced"}')).toBe(153);
    expect(shown!.get('dm_master_ddl_state_number{task="t",type="Synced"}')).toBe(1);
  });
});

describe('metrics', () => {
  it('keep the servers of one process apart', async () => {
    const [one, two] = [new Registry(), new Registry()];
    new PrometheusMetrics(one).beganToLead();
    new PrometheusMetrics(two);
    expect(parseMetrics(await one.metrics()).get('dm_master_start_leader_counter')).toBe(1);
    expect(parseMetrics(await two.metrics()).get('dm_master_start_leader_counter')).toBe(0);
  });

  it('count lost events, and subscribers that were cut off', async () => {
    const registry = new Registry();
    const metrics = new PrometheusMetrics(registry);
    metrics.lostEvents();
    metrics.cutSubscriber();
    metrics.askedStore('txn', 3, true);
    const samples = parseMetrics(await registry.metrics());
    expect(samples.get('lockstep_dropped_events_total')).toBe(1);
    expect(samples.get('lockstep_cut_subscribers_total')).toBe(1);
    expect(samples.get('lockstep_store_failures_total{call="txn"}')).toBe(1);
    expect(samples.get('lockstep_store_duration_seconds_bucket{le="0.005",call="txn"}')).toBe(1);
    expect(samples.get('lockstep_store_duration_seconds_bucket{le="0.002",call="txn"}')).toBe(0);
  });

  it('cost microseconds to tell', () => {
    const metrics = new PrometheusMetrics(new Registry());
    const begunMs = performance.now();
    for (let count = 0; count < 20_000; count += 1) {
      metrics.stepped('batch', 0.035);
      metrics.askedStore('txn', 1, false);
    }
    // Some 2 µs on an idle machine; far from what a step costs also on a busy one.
    expect((performance.now() - begunMs) / 20_000).toBeLessThan(0.1);
  });
});
