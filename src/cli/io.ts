import type { Writable } from 'node:stream';
import { ExitStatus } from '../core/model/error-catalogue';

/** What a command has of the process: tests give it another one. */
export interface Io {
  /** What was asked for. */
  readonly out: Output;
  /** Progress, hints and errors. */
  readonly err: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the person wants the command to end (Ctrl-C). */
  readonly interrupted: AbortSignal;
  /** The time now, in milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Where text goes. */
export interface Output {
  write(text: string): void;
  /** Whether a person looks at it, and not a program or a file. */
  readonly isTerminal: boolean;
  /** How many characters a line has. */
  readonly columns: number;
}

/** The width of what isn't a terminal. */
export const PLAIN_COLUMNS = 80;

/** The widest that text for people is set. */
const WIDEST_COLUMNS = 120;

/** The process as commands see it. Whoever reads our output may stop reading: then there is nothing more to say. */
export function processIo(process: NodeJS.Process, interrupted: AbortSignal): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    process.stderr.write(`lockstep: the output can't be written: ${error.message}\n`);
    process.exit(ExitStatus.FAILED);
  });
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    environment: process.env,
    interrupted,
    nowMs: () => Date.now(),
  };
}

function outputOf(stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Output {
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    columns: isTerminal ? Math.min(stream.columns ?? PLAIN_COLUMNS, WIDEST_COLUMNS) : PLAIN_COLUMNS,
  };
}
