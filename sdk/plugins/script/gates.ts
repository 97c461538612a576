import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../timing';
import type { Timing } from '../../timing';

/** Where scripts wait: a gate that was opened stays open. */
export interface Gates {
  /** Resolves when the gate of that name is open, or `signal` aborts. */
  pass(name: string, signal: AbortSignal): Promise<void>;
}

/** Gates within one process. */
export class MemoryGates implements Gates {
  readonly #open = new Set<string>();
  readonly #waiting = new Set<() => void>();

  open(name: string): void {
    this.#open.add(name);
    for (const look of [...this.#waiting]) look();
  }

  async pass(name: string, signal: AbortSignal): Promise<void> {
    if (this.#open.has(name) || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.#open.has(name) && !signal.aborted) return;
        this.#waiting.delete(look);
        signal.removeEventListener('abort', look);
        resolve();
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', look);
    });
  }
}

/** How often a folder is looked at, in milliseconds. */
const LOOK_MS = 20;

/** Gates between processes: a gate is open when a file of its name is in the folder. */
export class FileGates implements Gates {
  constructor(
    private readonly folder: string,
    private readonly timing: Timing,
  ) {}

  open(name: string): void {
    writeFileSync(join(this.folder, name), '');
  }

  async pass(name: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !existsSync(join(this.folder, name))) await sleep(this.timing, LOOK_MS, signal);
  }
}
