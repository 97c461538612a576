import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { LockstepError } from '../../../src/core/model/error';
import type { Checkpoint, CheckpointStore } from '../../plugin';
import { parseCheckpoint } from '../../worker/checkpoint-door';

/** Checkpoints as JSON files of a folder, one for each source; a crash leaves the old one or the new one. */
export class FileCheckpoints implements CheckpointStore {
  /** @param task whose they are; without it the folder may serve one task only */
  constructor(
    private readonly folder: string,
    private readonly task: string | null = null,
  ) {}

  /** @throws LockstepError UNREADABLE_VALUE for a file that isn't JSON, or no checkpoint */
  async load(source: string): Promise<Checkpoint | null> {
    const file = this.#file(source);
    try {
      return readCheckpoint(await readFile(file, 'utf8'), file);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async save(source: string, checkpoint: Checkpoint): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const file = this.#file(source);
    const draft = `${file}.${randomUUID()}.draft`;
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(JSON.stringify(checkpoint));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    await this.#syncFolder();
  }

  /** A file's new name stands in its folder, which has to be written too. */
  async #syncFolder(): Promise<void> {
    const handle = await open(this.folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #file(source: string): string {
    const names = this.task === null ? [source] : [this.task, source];
    return join(this.folder, `${names.map(encodeURIComponent).join('@')}.json`);
  }
}

function readCheckpoint(text: string, file: string): Checkpoint {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockstepError('UNREADABLE_VALUE', `${file} isn't JSON: ${reason}`, { file });
  }
  return parseCheckpoint(value);
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
