/** A connection that is read, or not. */
export interface Readable {
  pause(): void;
  resume(): void;
}

/** Whatever keeps a connection from being read: it is read again when none of it is left. */
export class ReadingHolds {
  #count = 0;

  constructor(private readonly connection: Readable) {}

  /** Read nothing more. @returns what ends this hold; to be called once */
  hold(): () => void {
    this.#count += 1;
    if (this.#count === 1) this.connection.pause();
    return () => {
      this.#count -= 1;
      if (this.#count === 0) this.connection.resume();
    };
  }
}
