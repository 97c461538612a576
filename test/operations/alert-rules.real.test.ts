import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { useDirectories } from '../adapters/embedded/use-directories';
import { ensureServer } from '../support/servers';
import { useServer } from '../support/use-server';

// A busy machine may take that long.
jest.setTimeout(60_000);

const RULES = join(__dirname, '..', '..', 'operations', 'lockstep-alerts.yaml');

const makeDirectory = useDirectories();
const server = useServer();

function promtool(args: readonly string[], input = ''): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(ensureServer('promtool'), args, { input, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

const lock = (state: string, instance: string): string =>
  `lockstep_lock_seconds_since_progress{instance="${instance}",task="t",lock="t-\`a\`.\`b\`",mode="optimistic",state="${state}"}`;
const alive = { 'lockstep_ready{instance="a"}': '1x180', 'lockstep_led{instance="a"}': '1x180' };
const ofLock = { task: 't', lock: 't-`a`.`b`', mode: 'optimistic' };

/** What happens minute by minute, and when which alert fires with which labels; until the minute before it doesn't. */
const CASES: readonly {
  readonly alert: string;
  readonly series: Readonly<Record<string, string>>;
  readonly firesAtMinutes: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}[] = [
  {
    alert: 'LockstepLockStalled',
    series: { ...alive, [lock('waiting', 'a')]: '0+60x20' },
    firesAtMinutes: 12,
    labels: { severity: 'warning', state: 'waiting', ...ofLock },
    summary: 'Lock t-`a`.`b` has made no progress for 12m 0s.',
  },
  {
    alert: 'LockstepLockStalledForAnHour',
    series: { ...alive, [lock('executing', 'a')]: '0+60x70' },
    firesAtMinutes: 62,
    labels: { severity: 'critical', state: 'executing', ...ofLock },
    summary: 'Lock t-`a`.`b` has made no progress for 1h 2m 0s.',
  },
  {
    // The other tables of a lock in conflict go on, so it makes progress all the time; and another server comes to lead.
    alert: 'LockstepConflictWaits',
    series: { ...alive, [lock('conflict', 'a')]: '_ _ 0 5 _ _', [lock('conflict', 'b')]: '_ _ _ _ 3 8' },
    firesAtMinutes: 3,
    labels: { severity: 'warning', state: 'conflict', ...ofLock },
    summary: 'Shards of lock t-`a`.`b` contradict each other.',
  },
  {
    alert: 'LockstepConflictWaitsForAnHour',
    series: { ...alive, [lock('conflict', 'a')]: '0x30 _x40', [lock('conflict', 'b')]: '_x30 0x40' },
    firesAtMinutes: 60,
    labels: { severity: 'critical', state: 'conflict', ...ofLock },
    summary: 'Shards of lock t-`a`.`b` contradict each other for an hour.',
  },
  {
    alert: 'LockstepUnlockFailed',
    series: {
      ...alive,
      'lockstep_actions_total{instance="a",kind="unlock-pessimistic",state="failed"}': '0 0 0 1 1',
      'lockstep_actions_total{instance="a",kind="unlock-pessimistic",state="done"}': '0 1 2 3 4',
    },
    firesAtMinutes: 3,
    labels: { severity: 'warning', kind: 'unlock-pessimistic' },
    summary: 'A manual action of kind unlock-pessimistic has failed.',
  },
  {
    alert: 'LockstepWorkerOfflineWhileLockWaits',
    series: { ...alive, 'lockstep_absent_source_locks{instance="a",task="t",source="mysql-02"}': '_ 2x10' },
    firesAtMinutes: 3,
    labels: { severity: 'warning', task: 't', source: 'mysql-02' },
    summary: 'The worker of source mysql-02 in task t is offline, and 2 of its locks wait for it.',
  },
  {
    // Another server comes to lead meanwhile.
    alert: 'LockstepOrphanLocks',
    series: {
      ...alive,
      'lockstep_orphan_locks{instance="a",task="t"}': '_ 2 2 _x10',
      'lockstep_orphan_locks{instance="b",task="t"}': '_ _ _ 2x10',
    },
    firesAtMinutes: 6,
    labels: { severity: 'warning', task: 't' },
    summary: '2 locks of task t stay although it has neither workers nor source tables.',
  },
  {
    alert: 'LockstepPhantomLocks',
    series: { ...alive, 'lockstep_phantom_locks{instance="a",task="t"}': '_ 1x10' },
    firesAtMinutes: 3,
    labels: { severity: 'warning', task: 't' },
    summary: '1 locks of task t are for DDLs that were executed before.',
  },
  {
    alert: 'LockstepNoLeader',
    series: {
      'lockstep_leading{instance="a"}': '1 1 0x10',
      'lockstep_leading{instance="b"}': '0x12',
      'lockstep_led{instance="a"}': '1 1 0x10',
      'lockstep_led{instance="b"}': '1 1 0x10',
    },
    firesAtMinutes: 3,
    labels: { severity: 'critical' },
    summary: 'No server leads, so no DDL is decided.',
  },
  {
    alert: 'LockstepGone',
    series: { 'lockstep_ready{instance="a"}': '1 1 stale' },
    firesAtMinutes: 3,
    labels: { severity: 'critical' },
    summary: 'Prometheus sees no server of lockstep.',
  },
  {
    alert: 'LockstepServerNotReady',
    series: { 'lockstep_ready{instance="a"}': '1x10', 'lockstep_ready{instance="b"}': '1 0x10' },
    firesAtMinutes: 2,
    labels: { severity: 'warning', instance: 'b' },
    summary: 'Server b takes no requests.',
  },
  {
    alert: 'LockstepStoreUnreachable',
    series: { ...alive, 'lockstep_store_reachable{instance="a"}': '1 1 0x10' },
    firesAtMinutes: 3,
    labels: { severity: 'critical', instance: 'a' },
    summary: 'Server a cannot reach its store.',
  },
  {
    alert: 'LockstepStoreNearlyFull',
    series: {
      ...alive,
      'lockstep_store_bytes{instance="a"}': '50 70x20',
      'lockstep_store_quota_bytes{instance="a"}': '100x20',
    },
    firesAtMinutes: 6,
    labels: { severity: 'warning' },
    summary: 'The database of the store has reached 70% of its quota.',
  },
  {
    // At first it is behind and reads; then it reads nothing any more.
    alert: 'LockstepWatchBehind',
    series: {
      ...alive,
      'lockstep_watch_lag_revisions{instance="a"}': '5x20',
      'lockstep_state_revision{instance="a"}': '0+7x5 35x15',
    },
    firesAtMinutes: 9,
    labels: { severity: 'warning', instance: 'a' },
    summary: 'Server a is 5 revisions behind its store, and reads nothing.',
  },
  {
    alert: 'LockstepCutsConnections',
    series: {
      ...alive,
      'lockstep_cut_connections_total{instance="a",limit="connections"}': '0x10',
      'lockstep_cut_connections_total{instance="a",limit="connections-per-address"}': '0 0 7 7',
    },
    firesAtMinutes: 2,
    labels: { severity: 'warning', instance: 'a', limit: 'connections-per-address' },
    summary: 'Server a closes connections beyond the limit `connections-per-address`.',
  },
  {
    alert: 'LockstepAlertsNotDelivered',
    series: {
      ...alive,
      'alertmanager_notifications_failed_total{integration="email"}': '0x20',
      'alertmanager_notifications_failed_total{integration="webhook"}': '0 1 2x20',
    },
    firesAtMinutes: 6,
    labels: { severity: 'critical', integration: 'webhook' },
    summary: 'Alertmanager cannot deliver alerts by webhook.',
  },
  {
    alert: 'LockstepDecidesOtherwise',
    series: { ...alive, 'lockstep_divergences_total{instance="a",task="t"}': '3 3 4 4' },
    firesAtMinutes: 2,
    labels: { severity: 'info', task: 't' },
    summary: 'In task t DM has decided otherwise than lockstep would.',
  },
  {
    alert: 'LockstepUnreadableRecords',
    series: { ...alive, 'lockstep_unreadable_records{instance="a"}': '0 2x20' },
    firesAtMinutes: 6,
    labels: { severity: 'warning' },
    summary: '2 stored records cannot be read, and are skipped.',
  },
  {
    alert: 'LockstepImpossibleWrites',
    series: { ...alive, 'lockstep_impossible_writes{instance="a"}': '0 1x20' },
    firesAtMinutes: 6,
    labels: { severity: 'critical' },
    summary: '1 writes are refused by the store for good; their locks stand still.',
  },
];

/** The rules without the sentences of what helps: what has to be exact of an alert is when it fires, for what. */
function withoutDescriptions(directory: string): string {
  const file = join(directory, 'rules.yaml');
  writeFileSync(file, readFileSync(RULES, 'utf8').replace(/^ +description: .*\n/gmu, ''));
  return file;
}

describe('the alert rules', () => {
  it('are of Prometheus’s form, and each of them is tried here', () => {
    const { status, output } = promtool(['check', 'rules', RULES]);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(`${CASES.length} rules found`) });
    expect(new Set(CASES.map(({ alert }) => alert)).size).toBe(CASES.length);
  });

  it.each(CASES)(
    '$alert fires when it should, and not before',
    ({ alert, series, firesAtMinutes, labels, summary }) => {
      const directory = makeDirectory();
      const file = join(directory, 'test.yaml');
      const expected = { exp_labels: labels, exp_annotations: { summary } };
      const test = {
        rule_files: [withoutDescriptions(directory)],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
            alert_rule_test: [
              { eval_time: `${firesAtMinutes - 1}m`, alertname: alert, exp_alerts: [] },
              { eval_time: `${firesAtMinutes}m`, alertname: alert, exp_alerts: [expected] },
            ],
          },
        ],
      };
      writeFileSync(file, stringify(test));
      const { status, output } = promtool(['test', 'rules', file]);
      expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') });
    },
  );
});

describe('the page of metrics', () => {
  it('is of Prometheus’s form', async () => {
    const text = await (await fetch(server.url.replace('/graphql', '/metrics'))).text();
    const { output } = promtool(['check', 'metrics'], text);
    // DM's own names break two conventions.
    const complaints = output.split('\n').filter((line) => line !== '' && !line.startsWith('dm_master_'));
    expect(complaints).toEqual([]);
  });
});
