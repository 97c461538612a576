import { ShardWorker } from '../../../../sdk';
import { MySqlDownstream, MySqlUpstream } from '../../../../sdk/plugins/mysql';
import type { ServerAddress } from '../../../../sdk/plugins/mysql';

/** What a process of workers is started with, as JSON: a worker for each source and each task. */
export interface SoakPlan {
  readonly url: string;
  readonly tasks: readonly { readonly task: string; readonly mode: 'optimistic' | 'pessimistic' }[];
  /** Ports of the sources, and of the downstream. */
  readonly sources: readonly number[];
  readonly downstream: number;
}

const addressOf = (port: number): ServerAddress => ({
  ...{ host: '127.0.0.1', port, user: 'root' },
  ...{ password: () => '', tls: 'off' as const },
});

/** Workers that go on until they are killed, each time from where the kill before left them. */
async function main([text = '']: readonly string[]): Promise<void> {
  const plan = JSON.parse(text) as SoakPlan;
  await Promise.all(
    plan.tasks.flatMap(({ task, mode }) => plan.sources.map((_, index) => work(plan, task, mode, index))),
  );
}

async function work(
  { url, sources, downstream }: SoakPlan,
  task: string,
  mode: 'optimistic' | 'pessimistic',
  index: number,
): Promise<void> {
  const expectedSources = sources.map((_, each) => `${task}-${each}`);
  const source = expectedSources[index] ?? '';
  const worker = await ShardWorker.create({
    ...{ url, name: `worker-${source}`, task, mode, source, expectedSources },
    upstream: new MySqlUpstream({ address: addressOf(sources[index] ?? 0), heartbeatMs: 200 }),
    downstream: new MySqlDownstream({ address: addressOf(downstream) }, `${task}/${source}`),
    routes: [{ schemaPattern: 's*', tablePattern: `${task}_*`, targetSchema: 'merged', targetTable: task }],
    limits: { connectTimeoutMs: 120_000, ttlMs: 5_000 },
  });
  worker.events.on('registered', () => console.log(`registered ${source}`));
  worker.events.on('paused', ({ error }) => console.log(`paused ${source}: ${error.message}`));
  await worker.run({ signal: new AbortController().signal });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.log(`ended ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
