import { performance } from 'node:perf_hooks';
import { startServer } from '../../../src/server';
import { SilentLogger } from '../../support/silent-logger';
import { cpuShare, serveParent } from '../server/child';
import { startStub } from './stub-coordinator';

/** What is asked of a coordinator's process: that it has started, or how much of a core it took since it was last asked. */
export type CoordinatorQuestion = { readonly kind: 'started' } | { readonly kind: 'cpu' };

/** The server (`real`) on an etcd, or the stub that it is measured against (`stub`). */
function main([which = 'real', url = '']: readonly string[]): void {
  const logger = new SilentLogger();
  const store = { kind: 'etcd', options: { urls: [url] } } as const;
  const startMs = performance.now();
  const started = which === 'stub' ? startStub(url) : startServer({ store, host: '127.0.0.1', port: 0, logger });
  const ready = started.then(() => ({ readyMs: performance.now() - startMs }));
  let [cpu, sinceMs] = [process.cpuUsage(), performance.now()];
  serveParent(
    async (question) => {
      const { kind } = question as CoordinatorQuestion;
      if (kind === 'started') return await ready;
      const nowMs = performance.now();
      const share = cpuShare(cpu, nowMs - sinceMs);
      [cpu, sinceMs] = [process.cpuUsage(), nowMs];
      return { share };
    },
    async () => {
      await (await started).stop();
      const bad = logger.lines.filter(({ level }) => level === 'error');
      if (bad.length > 0) console.error(bad.slice(0, 3));
    },
  );
}

main(process.argv.slice(2));
