import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How long a process may take to end in order, in milliseconds. */
const PATIENCE_MS = 5_000;

/** End a process that a test has started, at once if it doesn't end in time; harmless when it has ended. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await ended;
  clearTimeout(timer);
}
