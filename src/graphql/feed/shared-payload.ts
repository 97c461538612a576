/** One result, encoded once for all who get it. */
export class SharedPayload {
  readonly #json: Buffer;
  /** The message that was made last: many subscribers name their subscription alike. */
  #last: { readonly before: string; readonly message: Buffer } | null = null;

  /** @param result what GraphQL gave, with its errors as clients are told of them */
  constructor(result: object) {
    this.#json = Buffer.from(JSON.stringify(result));
  }

  /** The whole message of a transport: its own text round the result. */
  within(before: string, after: string): Buffer {
    if (this.#last?.before === before) return this.#last.message;
    const message = Buffer.concat([Buffer.from(before), this.#json, Buffer.from(after)]);
    this.#last = { before, message };
    return message;
  }
}
