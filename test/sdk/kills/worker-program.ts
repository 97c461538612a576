import { ShardWorker, systemTiming } from '../../../sdk';
import { RemoteDownstream } from '../../../sdk/plugins/memory';
import { FileGates, ScriptUpstream } from '../../../sdk/plugins/script';
import { scriptOf } from './rollout-script';
import type { SourcePlan } from './rollout-script';

/** What a process of workers is started with, as JSON. */
export interface ProgramPlan {
  readonly url: string;
  /** Of the downstream. */
  readonly port: number;
  /** Of the gates. */
  readonly folder: string;
  readonly rounds: number;
  readonly sources: readonly SourcePlan[];
}

/** What a process of workers prints, an object a line. */
export type ProgramLine =
  | { readonly kind: 'registered'; readonly source: string }
  | { readonly kind: 'caught-up'; readonly source: string; readonly position: number }
  /** A shard waits for a person. */
  | { readonly kind: 'paused'; readonly source: string; readonly reason: string }
  /** What Node warns of, for example that something seems to leak. */
  | { readonly kind: 'warned'; readonly reason: string };

/** Workers of the SDK that go on until they are killed, each time from where the kill before left them. */
async function main([text = '']: readonly string[]): Promise<void> {
  process.on('warning', ({ message }) => print({ kind: 'warned', reason: message }));
  const plan = JSON.parse(text) as ProgramPlan;
  await Promise.all(plan.sources.map((source) => work(plan, source)));
}

async function work({ url, port, folder, rounds }: ProgramPlan, plan: SourcePlan): Promise<void> {
  const { task, mode, source, expectedSources } = plan;
  const gates = new FileGates(folder, systemTiming);
  const worker = await ShardWorker.create({
    ...{ url, name: `worker-${source}`, task, mode, source, expectedSources },
    upstream: new ScriptUpstream({ text: scriptOf(plan, rounds), schema: 'db', gates }),
    downstream: new RemoteDownstream(port, source),
    routes: [{ schemaPattern: 'db', tablePattern: 'orders_*', targetSchema: 'shop', targetTable: task }],
    limits: { connectTimeoutMs: 120_000, ttlMs: 5_000 },
  });
  worker.events.on('registered', () => print({ kind: 'registered', source }));
  worker.events.on('caught-up', ({ position }) => print({ kind: 'caught-up', source, position: Number(position) }));
  worker.events.on('paused', ({ error }) => print({ kind: 'paused', source, reason: error.message }));
  await worker.run({ signal: new AbortController().signal });
}

function print(line: ProgramLine): void {
  console.log(JSON.stringify(line));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
