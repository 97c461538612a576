import { BenchChild } from './server/child';
import type { ClientOrder, LoopFigures } from './server/client-process';
import type { ServerQuestion } from './server/server-process';

/** One measurement of the server. A figure that the measurement doesn't have is null. */
export interface ServerLine {
  readonly what: string;
  /** How many cycles were to begin in a second. */
  readonly rate_per_s: number | null;
  readonly achieved_per_s: number | null;
  /** Milliseconds from the time when a report was due until its operation came. */
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  /** Cycles in a second when 400 are always under way: of the stub, of the server, and the second by the first. */
  readonly stub_cycles_per_s: number | null;
  readonly cycles_per_s: number | null;
  readonly ratio: number | null;
  /** Shares of one core. */
  readonly server_cpu: number;
  readonly client_cpu: number;
}

const CLIENTS = 100;
const TABLES = 1_000;
const RATE_PER_S = 2_000;
/** What the stub does on the machine for which that rate is an aim: one that does less has the aim in the same measure. */
const AIM_STUB_PER_S = 3_200;
const CONCURRENCY = 400;
/** As `npm start` has it: requests leave much garbage, and with Node's own 16 MiB a fifth of the time goes into collecting it. */
const YOUNG_GENERATION = '--max-semi-space-size=64';
const WARM_UP_S = 4;
const SECONDS = 10;

/**
 * The server in a process, its clients in another: a cycle is `reportShardInfo`, its operation over a WebSocket, and the
 * acknowledgement. First at a fixed rate, then at that to the scale of the machine, then as fast as it goes; the stub too.
 */
export async function benchServer(emit: (line: ServerLine) => void): Promise<void> {
  const client = BenchChild.start('client-process.ts', []);
  const order = <T>(message: ClientOrder): Promise<T> => client.ask<T>(message);
  try {
    const openLoop = async (what: string, ratePerS: number, cpu: () => Promise<number>): Promise<void> => {
      await order({ kind: 'open-loop', ratePerS: ratePerS / 2, seconds: WARM_UP_S });
      await cpu();
      const open = await order<LoopFigures>({ kind: 'open-loop', ratePerS, seconds: SECONDS });
      const line = { ...latencies(open), server_cpu: await cpu(), client_cpu: open.clientCpu };
      emit({ what, rate_per_s: ratePerS, achieved_per_s: open.perSecond, ...line, ...NO_CYCLES });
    };
    const stub = await withServer('stub', order, async (cpu) => {
      await openLoop('server/stub-open-loop', RATE_PER_S, cpu);
      return await closedLoop(order, cpu);
    });
    await withServer('real', order, async (cpu) => {
      await openLoop('server/open-loop', RATE_PER_S, cpu);
      await openLoop('server/open-loop-to-scale', Math.round(RATE_PER_S * (stub.perSecond / AIM_STUB_PER_S)), cpu);
      const closed = await closedLoop(order, cpu);
      emit({
        ...{ what: 'server/closed-loop', rate_per_s: null, achieved_per_s: null, ...latencies(closed) },
        stub_cycles_per_s: stub.perSecond,
        cycles_per_s: closed.perSecond,
        ratio: closed.perSecond / stub.perSecond,
        server_cpu: closed.serverCpu,
        client_cpu: closed.clientCpu,
      });
    });
  } finally {
    await client.stop();
  }
}

const NO_CYCLES = { stub_cycles_per_s: null, cycles_per_s: null, ratio: null } as const;

async function closedLoop(
  order: <T>(message: ClientOrder) => Promise<T>,
  cpu: () => Promise<number>,
): Promise<LoopFigures & { readonly serverCpu: number }> {
  await order({ kind: 'closed-loop', concurrency: CONCURRENCY, seconds: WARM_UP_S });
  await cpu();
  const figures = await order<LoopFigures>({ kind: 'closed-loop', concurrency: CONCURRENCY, seconds: SECONDS });
  return { ...figures, serverCpu: await cpu() };
}

async function withServer<T>(
  which: 'real' | 'stub',
  order: <R>(message: ClientOrder) => Promise<R>,
  run: (cpu: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const profile = process.env['LOCKSTEP_BENCH_PROFILE'];
  const profiling = profile === undefined || which === 'stub' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const server = BenchChild.start('server-process.ts', [which], [YOUNG_GENERATION, ...profiling]);
  const ask = <R>(question: ServerQuestion): Promise<R> => server.ask<R>(question);
  try {
    const { url } = await ask<{ readonly url: string }>({ kind: 'url' });
    await order({ kind: 'connect', url, clients: CLIENTS, tables: TABLES });
    const result = await run(async () => (await ask<{ readonly share: number }>({ kind: 'cpu' })).share);
    await order({ kind: 'disconnect' });
    return result;
  } finally {
    await server.stop();
  }
}

function latencies({ p50Ms, p99Ms, maxMs }: LoopFigures): Pick<ServerLine, 'p50_ms' | 'p99_ms' | 'max_ms'> {
  return { p50_ms: p50Ms, p99_ms: p99Ms, max_ms: maxMs };
}
