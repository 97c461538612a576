import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Io, Output } from '../../src/cli/io';
import { runProgram } from '../../src/cli/program';

const ROOT = join(__dirname, '..', '..');

/** What a command line came to. */
export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** How a command is run in this process. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  readonly interrupted?: AbortSignal;
  readonly nowMs?: () => number;
  /** Told of everything that is written. */
  readonly onOutput?: (text: string) => void;
}

/** Run a command line in this process, as `main.ts` would; its output is a pipe unless it is said to be a terminal. */
export async function runCommand(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({
    write: (text) => {
      written[name] += text;
      options.onOutput?.(text);
    },
    isTerminal: options.isTerminal ?? false,
    columns: 80,
  });
  const io: Io = {
    out: output('out'),
    err: output('err'),
    environment: options.environment ?? {},
    interrupted: options.interrupted ?? new AbortController().signal,
    nowMs: options.nowMs ?? (() => Date.now()),
  };
  return { status: await runProgram(words, io), ...written };
}

/** The words of a command as a POSIX shell takes them that expands nothing: quoted parts and bare ones. */
export function shellWords(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/gu)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/gu, (_all, ...parts: (string | undefined)[]) =>
      parts.slice(0, 3).join(''),
    ),
  );
}

/** A command as a process of its own. */
export interface CommandProcess {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly status: Promise<number | null>;
}

/** Start a command as a process of its own. */
export function startCommand(words: readonly string[]): CommandProcess {
  const child = spawn(process.execPath, ['--require', './test/tools/load-typescript.js', 'src/cli/main.ts', ...words], {
    cwd: ROOT,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { process: child, output: () => output, status: new Promise((resolve) => child.on('close', resolve)) };
}

/** The address that a server logs when it listens. */
export async function urlOf(output: () => string): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const [, url] = /"url":"([^"]+)"/u.exec(output()) ?? [];
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the server didn't start: ${output()}`);
}
