import type { Clock } from '../ports/clock';

/** Lets requests, and the server itself, wait until something has become true of the state. */
export class ConditionWaits {
  /** Looks of those who wait, at each change. */
  readonly #looks = new Set<() => void>();
  /** Ends each wait that has a time. */
  readonly #impatient = new Set<() => void>();
  #hasPatience = true;

  constructor(private readonly clock: Clock) {}

  /** Resolves when `isTrue` gives true after some change, after `timeoutMs`, or when waits are ended. Whether it was true. */
  async until(isTrue: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isTrue() || !this.#hasPatience) return isTrue();
    return await new Promise<boolean>((resolve) => {
      const end = (result: boolean): void => {
        stop();
        this.#looks.delete(look);
        this.#impatient.delete(giveUp);
        resolve(result);
      };
      const giveUp = (): void => end(isTrue());
      const look = (): void => {
        if (isTrue()) end(true);
      };
      const stop = this.clock.after(timeoutMs, giveUp);
      this.#looks.add(look);
      this.#impatient.add(giveUp);
    });
  }

  /** Resolves when `isTrue` gives true, now or after some change. */
  async become(isTrue: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isTrue()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  /** Something has changed. */
  look(): void {
    for (const look of [...this.#looks]) look();
  }

  /** Let nobody wait any longer who has a time. */
  end(): void {
    this.#hasPatience = false;
    for (const giveUp of [...this.#impatient]) giveUp();
  }
}
