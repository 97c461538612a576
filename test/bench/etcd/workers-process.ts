import { cpuShare, serveParent } from '../server/child';
import { performance } from 'node:perf_hooks';
import { DmWorkers } from './dm-workers';
import type { RolloutFigures, RolloutOrder } from './dm-workers';

/** What is asked of the workers. */
export type WorkersQuestion =
  | { readonly kind: 'roll-out'; readonly order: RolloutOrder }
  | { readonly kind: 'report'; readonly order: RolloutOrder };

/** A rollout's figures, with the share of one core that the workers took. */
export interface MeasuredRollout extends RolloutFigures {
  readonly cpu: number;
}

/** Workers as DM's in a process of their own. */
function main([url = '']: readonly string[]): void {
  const workers = new DmWorkers(url);
  serveParent(
    async (question) => {
      const { kind, order } = question as WorkersQuestion;
      if (kind === 'report') {
        await workers.report(order);
        return {};
      }
      const [cpu, startMs] = [process.cpuUsage(), performance.now()];
      const figures = await workers.rollOut(order);
      return { ...figures, cpu: cpuShare(cpu, performance.now() - startMs) };
    },
    () => {
      workers.stop();
      return Promise.resolve();
    },
  );
}

main(process.argv.slice(2));
