import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { startServer } from '../../../src/server';
import { SilentLogger } from '../../support/silent-logger';
import { cpuShare, serveParent } from './child';
import { startStub } from './stub-server';

/** What is asked of a server's process: where it is, how much of a core it took since it was last asked, and its memory. */
export type ServerQuestion = { readonly kind: 'url' } | { readonly kind: 'cpu' } | { readonly kind: 'memory' };

/** The memory of a server. */
export interface ServerMemory {
  /** After a collection, if the process was started with `--expose-gc`. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** The server (`real`), or the stub that it is measured against (`stub`), on a store in a directory that goes with it. */
function main([which = 'real']: readonly string[]): void {
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
  const logger = new SilentLogger();
  const options = { store: { kind: 'embedded', directory }, host: '127.0.0.1', port: 0, logger } as const;
  const started = which === 'stub' ? startStub(directory) : startServer(options);
  let [cpu, sinceMs] = [process.cpuUsage(), performance.now()];
  serveParent(
    async (question) => {
      const { kind } = question as ServerQuestion;
      const { url } = await started;
      if (kind === 'url') return { url };
      if (kind === 'memory') return memory();
      const nowMs = performance.now();
      const share = cpuShare(cpu, nowMs - sinceMs);
      [cpu, sinceMs] = [process.cpuUsage(), nowMs];
      return { share };
    },
    async () => {
      await (await started).stop();
      rmSync(directory, { recursive: true, force: true });
      const bad = logger.lines.filter(({ level }) => level === 'error');
      if (bad.length > 0) console.error(bad.slice(0, 3));
    },
  );
}

function memory(): ServerMemory {
  globalThis.gc?.();
  const { heapUsed: heapBytes, rss: rssBytes } = process.memoryUsage();
  return { heapBytes, rssBytes };
}

main(process.argv.slice(2));
