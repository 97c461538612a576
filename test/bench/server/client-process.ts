import { performance } from 'node:perf_hooks';
import { BenchWorker } from './bench-worker';
import { cpuShare, serveParent } from './child';

/** What is asked of the client. */
export type ClientOrder =
  | { readonly kind: 'connect'; readonly url: string; readonly clients: number; readonly tables: number }
  /** Cycles begin at fixed times, whatever becomes of the ones before. */
  | { readonly kind: 'open-loop'; readonly ratePerS: number; readonly seconds: number }
  /** So many cycles are always under way. */
  | { readonly kind: 'closed-loop'; readonly concurrency: number; readonly seconds: number }
  | { readonly kind: 'disconnect' };

/** What a loop came to. */
export interface LoopFigures {
  readonly cycles: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of one core. */
  readonly clientCpu: number;
}

interface Slot {
  readonly worker: BenchWorker;
  readonly table: string;
}

/** The clients of the benchmark, in a process of their own. */
class Clients {
  #workers: BenchWorker[] = [];
  /** Tables that aren't in a cycle, in the order in which they became free. */
  readonly #free: Slot[] = [];

  async obey(order: ClientOrder): Promise<object> {
    switch (order.kind) {
      case 'connect':
        await this.#connect(order.url, order.clients, order.tables);
        return {};
      case 'open-loop':
        return await this.#measure((record) => this.#openLoop(order.ratePerS, order.seconds, record));
      case 'closed-loop':
        return await this.#measure((record) => this.#closedLoop(order.concurrency, order.seconds, record));
      case 'disconnect':
        for (const worker of this.#workers) worker.close();
        this.#workers = [];
        this.#free.length = 0;
        return {};
    }
  }

  async #connect(url: string, clients: number, tables: number): Promise<void> {
    const each = tables / clients;
    for (let index = 0; index < clients; index += 1) {
      const names = Array.from({ length: each }, (_, table) => `orders_${index * each + table}`);
      const worker = await BenchWorker.start(url, `source-${index}`, names);
      this.#workers.push(worker);
    }
    for (let table = 0; table < each; table += 1) {
      for (const [index, worker] of this.#workers.entries())
        this.#free.push({ worker, table: `orders_${index * each + table}` });
    }
  }

  async #measure(run: (record: (latencyMs: number) => void) => Promise<number>): Promise<LoopFigures> {
    const latencies: number[] = [];
    const [cpu, startMs] = [process.cpuUsage(), performance.now()];
    const cycles = await run((latencyMs) => latencies.push(latencyMs));
    const elapsedMs = performance.now() - startMs;
    latencies.sort((a, b) => a - b);
    const at = (share: number): number =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
    return {
      ...{ cycles, perSecond: (cycles / elapsedMs) * 1_000, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) },
      clientCpu: cpuShare(cpu, elapsedMs),
    };
  }

  /** A cycle's latency counts from the time when it was due, so a server that stands still can't hide it. */
  async #openLoop(ratePerS: number, seconds: number, record: (latencyMs: number) => void): Promise<number> {
    const total = ratePerS * seconds;
    const startMs = performance.now();
    const due: number[] = [];
    let begun = 0;
    let done = 0;
    return await new Promise<number>((resolve, reject) => {
      const begin = (): void => {
        while (due.length > 0 && this.#free.length > 0) {
          const [slot, dueMs] = [this.#free.shift(), due.shift()];
          if (slot === undefined || dueMs === undefined) return;
          void slot.worker
            .cycle(slot.table, () => record(performance.now() - dueMs))
            .then(() => {
              this.#free.push(slot);
              done += 1;
              if (done === total) resolve(total);
              else begin();
            }, reject);
        }
      };
      const timer = setInterval(() => {
        const wanted = Math.min(total, ((performance.now() - startMs) / 1_000) * ratePerS);
        for (; begun < wanted; begun += 1) due.push(startMs + (begun / ratePerS) * 1_000);
        if (begun >= total) clearInterval(timer);
        begin();
      }, 1);
    });
  }

  async #closedLoop(concurrency: number, seconds: number, record: (latencyMs: number) => void): Promise<number> {
    const endMs = performance.now() + seconds * 1_000;
    let cycles = 0;
    const work = async (): Promise<void> => {
      while (performance.now() < endMs) {
        const slot = this.#free.shift();
        if (slot === undefined) throw new Error('there are more cycles than tables');
        const startMs = performance.now();
        await slot.worker.cycle(slot.table, () => record(performance.now() - startMs));
        this.#free.push(slot);
        cycles += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return cycles;
  }
}

const clients = new Clients();
serveParent(
  (order) => clients.obey(order as ClientOrder),
  () => Promise.resolve(),
);
