import { setTimeout as sleep } from 'node:timers/promises';
import { BenchChild } from './server/child';
import type { ClientOrder } from './server/client-process';
import type { ServerMemory, ServerQuestion } from './server/server-process';
import type { SubscriberFigures, SubscriberOrder } from './server/subscriber-process';

/** One measurement of subscriptions to events. */
export interface EventsLine {
  readonly what: string;
  readonly subscribers: number;
  readonly never_reading: number;
  /** Events that happened in a second, and messages that all subscribers together got in a second. */
  readonly events_per_s: number;
  readonly messages_per_s: number;
  /** Milliseconds from the time that an event carries until a subscriber has it. */
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  /** Events that some subscriber should have got and did not, or got twice. */
  readonly wrong: number;
  /** Shares of one core. */
  readonly server_cpu: number;
  readonly client_cpu: number;
  /** Bytes of the server when half of the time was over, and at the end: heap after a collection, and all memory. */
  readonly heap_half: number;
  readonly heap_end: number;
  readonly rss_half: number;
  readonly rss_end: number;
}

interface Load {
  readonly what: string;
  readonly subscribers: number;
  readonly neverReading: number;
  readonly differentDocuments: boolean;
  /** A cycle of a table is three events. */
  readonly cyclesPerS: number;
}

const FILTERS = 20;
const TABLES = 400;
const WARM_UP_S = 4;

/** How long is measured, in seconds; `LOCKSTEP_BENCH_SECONDS` makes it another time. */
const SECONDS = Number(process.env['LOCKSTEP_BENCH_SECONDS'] ?? 30);

const LOADS: readonly Load[] = [
  { what: 'events/alike', subscribers: 2_000, neverReading: 50, differentDocuments: false, cyclesPerS: 34 },
  { what: 'events/different', subscribers: 2_000, neverReading: 0, differentDocuments: true, cyclesPerS: 4 },
];

/** The server in a process, workers that make events in another, subscribers in a third. */
export async function benchEvents(emit: (line: EventsLine) => void): Promise<void> {
  for (const load of LOADS) emit(await measure(load));
}

async function measure(load: Load): Promise<EventsLine> {
  const profile = process.env['LOCKSTEP_BENCH_PROFILE'];
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const server = BenchChild.start('server-process.ts', ['real'], ['--expose-gc', ...profiling]);
  const workers = BenchChild.start('client-process.ts', []);
  const subscribers = BenchChild.start('subscriber-process.ts', []);
  const ask = <T>(question: ServerQuestion): Promise<T> => server.ask<T>(question);
  const work = (order: ClientOrder): Promise<object> => workers.ask<object>(order);
  const subscribe = <T>(order: SubscriberOrder): Promise<T> => subscribers.ask<T>(order);
  try {
    const { url } = await ask<{ readonly url: string }>({ kind: 'url' });
    await work({ kind: 'connect', url, clients: FILTERS, tables: TABLES });
    await subscribe({ kind: 'subscribe', url, filters: FILTERS, ...load });
    await work({ kind: 'open-loop', ratePerS: load.cyclesPerS, seconds: WARM_UP_S });
    await sleep(500);
    await subscribe<SubscriberFigures>({ kind: 'figures' });
    await ask({ kind: 'cpu' });
    await work({ kind: 'open-loop', ratePerS: load.cyclesPerS, seconds: SECONDS / 2 });
    const half = await ask<ServerMemory>({ kind: 'memory' });
    await work({ kind: 'open-loop', ratePerS: load.cyclesPerS, seconds: SECONDS / 2 });
    await sleep(500);
    const { share } = await ask<{ readonly share: number }>({ kind: 'cpu' });
    const figures = await subscribe<SubscriberFigures>({ kind: 'figures' });
    const end = await ask<ServerMemory>({ kind: 'memory' });
    await subscribe({ kind: 'unsubscribe' });
    await work({ kind: 'disconnect' });
    return lineOf(load, figures, share, half, end);
  } finally {
    await Promise.all([subscribers.stop(), workers.stop()]);
    await server.stop();
  }
}

function lineOf(
  { what, subscribers, neverReading }: Load,
  figures: SubscriberFigures,
  serverCpu: number,
  half: ServerMemory,
  end: ServerMemory,
): EventsLine {
  const perSecond = (count: number): number => (count / figures.elapsedMs) * 1_000;
  return {
    ...{ what, subscribers, never_reading: neverReading },
    ...{ events_per_s: perSecond(figures.events), messages_per_s: perSecond(figures.messages) },
    ...{ p50_ms: figures.p50Ms, p99_ms: figures.p99Ms, max_ms: figures.maxMs, wrong: figures.wrong },
    ...{ server_cpu: serverCpu, client_cpu: figures.clientCpu },
    ...{ heap_half: half.heapBytes, heap_end: end.heapBytes, rss_half: half.rssBytes, rss_end: end.rssBytes },
  };
}
