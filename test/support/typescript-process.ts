import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const ROOT = join(__dirname, '..', '..');

/** A running program of this repository. */
export interface TypescriptProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** How it ended, and all that it wrote to its output. */
  readonly ended: Promise<{ readonly status: number | null; readonly signal: string | null; readonly output: string }>;
}

/**
 * Run a TypeScript file of this repository in a process of its own; what it writes to stderr is shown.
 * @param file relative to the repository
 * @param options.shell words of a shell command that runs before, in the same process (`ulimit …`)
 */
export function startTypescript(
  file: string,
  args: readonly string[],
  options: { readonly shell?: string; readonly quiet?: boolean } = {},
): TypescriptProcess {
  const node = [process.execPath, '--require', './test/tools/load-typescript.js', file, ...args];
  const command = options.shell === undefined ? node : ['sh', '-c', `${options.shell}; exec "$@"`, 'sh', ...node];
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', options.quiet === true ? 'ignore' : 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(child, 'close').then(() => ({
    status: child.exitCode,
    signal: child.signalCode,
    output: Buffer.concat(chunks).toString(),
  }));
  return { child, ended };
}
