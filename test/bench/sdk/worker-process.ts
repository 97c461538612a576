import { serveParent } from '../server/child';
import { RolloutWorker } from './rollout-worker';
import type { RolloutPlace } from './rollout-worker';

/** What is asked of a process of workers. */
export type WorkerOrder =
  { readonly kind: 'start'; readonly places: readonly RolloutPlace[] } | { readonly kind: 'roll-out' };

/** What a rollout came to in one process. */
export interface RolloutFigures {
  /** From the meeting of a DDL to its acknowledgement, of each. */
  readonly latenciesMs: readonly number[];
  /** All memory of the process when it was over. */
  readonly rssBytes: number;
}

let workers: readonly RolloutWorker[] = [];

serveParent(
  async (message) => {
    const order = message as WorkerOrder;
    if (order.kind === 'start') {
      workers = await Promise.all(order.places.map((place) => RolloutWorker.start(place)));
      return {};
    }
    const latencies = await Promise.all(workers.map((worker) => worker.rollOut()));
    return { latenciesMs: latencies.flat(), rssBytes: process.memoryUsage().rss } satisfies RolloutFigures;
  },
  async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  },
);
