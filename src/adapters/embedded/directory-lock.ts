import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { LockstepError } from '../../core/model/error';

/** The file whose lock is the right to use the directory. */
export const LOCK_FILE = 'lockstep.lock';

/**
 * The right to use a directory, held by one descriptor of one process. It is a lock of the operating system on an open
 * file, so it ends with the process however that dies, and no file that was left behind can be mistaken for it. The text
 * in the file only tells people who holds it.
 */
export class DirectoryLock {
  readonly #fd: number;

  /** @throws LockstepError STORE_IN_USE */
  constructor(directory: string) {
    const path = join(directory, LOCK_FILE);
    this.#fd = openSync(path, 'a+');
    try {
      if (!tryLock(this.#fd)) throw inUse(directory, readFileSync(path, 'utf8').trim());
      ftruncateSync(this.#fd);
      writeSync(this.#fd, `${process.pid}\n`);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** Let another take it. */
  release(): void {
    closeSync(this.#fd);
  }
}

function inUse(directory: string, holder: string): LockstepError {
  const who = holder === '' ? 'another process' : `process ${holder}`;
  return new LockstepError('STORE_IN_USE', `${directory} is used by ${who}`, { directory, holder });
}
