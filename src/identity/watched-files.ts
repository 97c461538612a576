import { statSync } from 'node:fs';
import { LockstepError } from '../core/model/error';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';

/** How often files are looked at, in milliseconds. */
const LOOK_MS = 2_000;

/** What is read of files, and read again when they change. */
export interface WatchedOptions<T> {
  readonly paths: readonly string[];
  /** What the log calls it, for example `tokens`. */
  readonly name: string;
  /** @throws LockstepError if the files can't be read, or aren't of their form */
  readonly read: () => T;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What files say, for as long as the process runs: they are read again when they change. While they can't be read, or
 * aren't of their form, what they said before holds, and the log tells.
 */
export class WatchedFiles<T> {
  #current: T;
  /** What the files looked like when they were last read, with or without success. */
  #stamp: string;
  /** Why they couldn't be read the last time; null: they were. */
  #failure: string | null = null;
  #stop: () => void = () => undefined;
  readonly #listeners: ((current: T) => void)[] = [];

  /** @throws LockstepError what `read` throws, if the files can't be read now */
  constructor(private readonly options: WatchedOptions<T>) {
    this.#stamp = stampOf(options.paths);
    this.#current = options.read();
    this.#look();
  }

  get current(): T {
    return this.#current;
  }

  /** Call `listener` whenever the files were read again. */
  onChange(listener: (current: T) => void): void {
    this.#listeners.push(listener);
  }

  /** Look no more. */
  close(): void {
    this.#stop();
  }

  #look(): void {
    this.#stop = this.options.clock.after(LOOK_MS, () => {
      this.#readIfChanged();
      this.#look();
    });
  }

  #readIfChanged(): void {
    const { paths, name, read, logger } = this.options;
    try {
      const stamp = stampOf(paths);
      // What couldn't be read is tried again: who may read a file can change without it.
      if (stamp === this.#stamp && this.#failure === null) return;
      this.#stamp = stamp;
      this.#current = read();
      this.#failure = null;
      for (const listener of this.#listeners) listener(this.#current);
      logger.info({ paths }, `${name} were read again`);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      if (error.message === this.#failure) return;
      this.#failure = error.message;
      logger.error({ paths, code: error.code }, `${name} stay as they were: ${error.message}`);
    }
  }
}

/** Do something with a file. @throws LockstepError INVALID_INPUT that names it and what went wrong */
export function readingFile<T>(name: string, path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // What follows in a message shows lines of the file, which may hold secrets.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw new LockstepError('INVALID_INPUT', `the ${name} ${path} cannot be read: ${reason}`, { path });
  }
}

/**
 * A file that isn't there has a stamp of its own, and `read` says that it is missing.
 * @throws LockstepError INVALID_INPUT if nobody may look at one
 */
function stampOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const found = readingFile('file', path, () => statSync(path, { throwIfNoEntry: false }));
      return found === undefined ? 'none' : `${found.mtimeMs}/${found.size}/${found.ino}`;
    })
    .join(' ');
}
