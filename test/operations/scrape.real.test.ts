import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { useDirectories } from '../adapters/embedded/use-directories';
import { registered } from '../graphql/plain-worker';
import { EtcdServer } from '../support/etcd-server';
import { SilentLogger } from '../support/silent-logger';
import { PrometheusServer } from './prometheus-server';

const RULES = join(__dirname, '..', '..', 'operations', 'lockstep-alerts.yaml');
const README = join(__dirname, '..', '..', 'src', 'adapters', 'prometheus', 'README.md');
const INTERVALS = { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' };
const PATIENCE_MS = 60_000;

const makeDirectory = useDirectories();
let etcd: EtcdServer;
let servers: RunningServer[];
let prometheus: PrometheusServer;

beforeAll(async () => {
  etcd = await EtcdServer.start();
  servers = [];
  for (let count = 0; count < 2; count += 1)
    servers.push(
      await startServer({
        store: { kind: 'etcd', options: { urls: [etcd.url] } },
        host: '127.0.0.1',
        port: 0,
        logger: new SilentLogger(),
        leaseMs: 2_000,
        metricsListen: { host: '127.0.0.1', port: 0 },
      }),
    );
  const targets = servers.map(({ metricsUrl }) => new URL(metricsUrl ?? '').host);
  prometheus = await PrometheusServer.start({
    global: INTERVALS,
    rule_files: [RULES],
    scrape_configs: [{ job_name: 'lockstep', static_configs: [{ targets }] }],
  });
}, 120_000);

afterAll(async () => {
  await prometheus.stop();
  for (const server of servers) await server.stop();
  await etcd.stop();
});

/** Ask for an expression until it has this one value. */
async function untilValue(expression: string, value: number, asked = prometheus): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = (await asked.query(expression)).map((sample) => sample.value);
    if (found.length === 1 && found[0] === value) return;
    if (Date.now() > end) throw new Error(`${expression} never came to ${value}; last: ${JSON.stringify(found)}`);
    await sleep(200);
  }
}

/** An expression that has a value when it had that all the time for two seconds, in which every server was scraped. */
const lasting = (expression: string): string =>
  `max_over_time((${expression})[2s:500ms]) == min_over_time((${expression})[2s:500ms])`;

/** The example of the README, for a server of ours instead of those that it names. */
function exampleConfig(target: string, tokenFile: string): { readonly scrape_configs: readonly object[] } {
  const readme = readFileSync(README, 'utf8');
  const example = /```yaml\n# prometheus\.yml[^\n]*\n([^`]*)```/u.exec(readme)?.[1] ?? '';
  return parse(
    example
      .replace("'lockstep-1:4000', 'lockstep-2:4000'", `'${target}'`)
      .replace('lockstep-token', tokenFile)
      .replace('lockstep-alerts.yaml', RULES),
  ) as { readonly scrape_configs: readonly object[] };
}

describe('Prometheus', () => {
  it('scrapes a server that wants to know who asks, as the README says', async () => {
    const directory = makeDirectory();
    const sha256 = createHash('sha256').update('a token').digest('hex');
    writeFileSync(join(directory, 'token'), 'a token');
    writeFileSync(join(directory, 'tokens.yaml'), `tokens: [{name: prometheus, sha256: ${sha256}, roles: [viewer]}]`);
    writeFileSync(join(directory, 'auth.yaml'), 'tokens: tokens.yaml');
    const server = await startServer({
      store: { kind: 'memory' },
      host: '127.0.0.1',
      port: 0,
      logger: new SilentLogger(),
      authFile: join(directory, 'auth.yaml'),
    });
    const config = exampleConfig(new URL(server.url).host, join(directory, 'token'));
    const other = await PrometheusServer.start({ ...config, global: INTERVALS });
    try {
      await untilValue('lockstep_leading{job="lockstep"}', 1, other);
    } finally {
      await other.stop();
      await server.stop();
    }
  }, 120_000);

  it('scrapes several servers of one store without counting anything twice, also over a fail-over', async () => {
    await untilValue('count(lockstep_ready == 1)', 2);
    const table = { schema: 'db', table: 't' };
    const create = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
    const [one] = servers;
    for (const source of ['s1', 's2']) {
      const worker = await registered(one!.url, `w-${source}`, 'scraped', source, 'OPTIMISTIC');
      await worker.putTables([{ ...table, createTable: create }]);
      if (source === 's1')
        await worker.report(table, create, ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c` INT'], '1');
    }
    await untilValue(lasting('sum(lockstep_locks{state="waiting"})'), 1);
    await untilValue(lasting('sum(dm_master_ddl_state_number{task="scraped",type="Un-synced"})'), 1);
    await untilValue(lasting('sum(lockstep_leading)'), 1);
    await untilValue(lasting('count(lockstep_lock_seconds_since_progress)'), 1);
    await untilValue(lasting('count(lockstep_led == 1)'), 2);
    await untilValue('max(lockstep_watch_lag_revisions)', 0);

    const leading = await prometheus.query('lockstep_leading == 1');
    const leader = servers.find(({ metricsUrl }) => new URL(metricsUrl ?? '').host === leading[0]?.metric['instance']);
    await leader?.stop();
    await untilValue('count(lockstep_ready == 1)', 1);
    await untilValue(lasting('sum(lockstep_leading)'), 1);
    await untilValue(lasting('sum(lockstep_locks{state="waiting"})'), 1);
  }, 180_000);

  it('evaluates every alert', async () => {
    interface Rules {
      readonly groups: readonly { readonly rules: readonly { readonly name: string; readonly health: string }[] }[];
    }
    let rules: Rules['groups'][number]['rules'] = [];
    const end = Date.now() + PATIENCE_MS;
    do {
      await sleep(100);
      rules = (await prometheus.ask<Rules>('rules')).groups.flatMap((group) => group.rules);
    } while (rules.some(({ health }) => health === 'unknown') && Date.now() < end);
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  }, 90_000);
});
