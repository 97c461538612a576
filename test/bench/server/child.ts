import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

/** A program of the benchmark in a process of its own. It answers each message with one. */
export class BenchChild {
  private constructor(private readonly process: ChildProcess) {}

  /** @param file beside this one */
  static start(file: string, args: readonly string[], execArgv: readonly string[] = []): BenchChild {
    const load = ['--require', join(ROOT, 'test/tools/load-typescript.js')];
    const child = fork(join(__dirname, file), args, { cwd: ROOT, execArgv: [...load, ...execArgv] });
    return new BenchChild(child);
  }

  /** Send a message; its answer. */
  async ask<T>(message: object): Promise<T> {
    const ended = new AbortController();
    const answered = once(this.process, 'message', { signal: ended.signal });
    const exited = once(this.process, 'exit', { signal: ended.signal });
    this.process.send(message);
    const [answer] = (await Promise.race([
      answered,
      exited.then(() => {
        throw new Error('a process of the benchmark has ended too early');
      }),
    ])) as [T];
    answered.catch(() => undefined);
    exited.catch(() => undefined);
    ended.abort();
    return answer;
  }

  /** Let it end. */
  async stop(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.disconnect();
    await exited;
  }
}

/** The other end: answer each message, and end when the parent lets go. */
export function serveParent(answer: (message: unknown) => Promise<object>, stop: () => Promise<void>): void {
  process.on('message', (message: unknown) => void answer(message).then((value) => process.send?.(value)));
  process.on('disconnect', () => void stop().then(() => process.exit(0)));
}

/** CPU time of this process since `before`, as a share of one core over `elapsedMs`. */
export function cpuShare(before: NodeJS.CpuUsage, elapsedMs: number): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / elapsedMs;
}
