/** A message of the protocol, as far as the order of messages depends on it. */
interface Named {
  readonly type: unknown;
  readonly id: string;
}

/** One request of a connection, from the message that asks for it until all of it is over. */
interface Running {
  readonly over: Promise<void>;
  /** The client has said that it wants no more of it. */
  isCompleted: boolean;
  /** Another request under the same name waits. */
  next: { isCompleted: boolean } | null;
}

/** What the protocol's server does with a message. */
export type Handle = (text: string) => Promise<void>;

/**
 * The requests of one connection, by the names that the client gives them. A name is free again as soon as the client has
 * completed its request, but what was asked for may not be over yet, and the library would take its answer for that of the
 * next request of the name. So that one waits.
 */
export class OperationIds {
  readonly #running = new Map<string, Running>();
  #bytes = 0;

  /**
   * @param onNameInUse called when a name is used once more although a request waits under it
   * @param onBegin told that a request of so many bytes begins; what it returns is called when it is over
   */
  constructor(
    private readonly onNameInUse: () => void,
    private readonly onBegin: (bytes: number) => () => void,
  ) {}

  /** How many bytes the requests have that aren't over. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many requests aren't over. */
  get count(): number {
    return this.#running.size;
  }

  /** Whether nobody wants the answer of a request any more. */
  isCompleted(id: string): boolean {
    return this.#running.get(id)?.isCompleted === true;
  }

  /** Hand a message on when it is its turn. */
  async take(text: string, handle: Handle): Promise<void> {
    const message = namedIn(text);
    if (message?.type === 'complete') this.#complete(message.id);
    if (message?.type !== 'subscribe') {
      await handle(text);
      return;
    }
    const before = this.#running.get(message.id);
    if (before?.isCompleted !== true) await this.#run(message.id, text, handle);
    else if (before.next?.isCompleted === false) this.onNameInUse();
    else await this.#runAfter(before, message.id, text, handle);
  }

  #complete(id: string): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    if (running.next !== null) running.next.isCompleted = true;
    running.isCompleted = true;
  }

  async #runAfter(before: Running, id: string, text: string, handle: Handle): Promise<void> {
    const waiting = { isCompleted: false };
    before.next = waiting;
    await before.over;
    if (!waiting.isCompleted) await this.#run(id, text, handle);
  }

  async #run(id: string, text: string, handle: Handle): Promise<void> {
    const work = handle(text);
    // A name that is in use closes the connection; the request that has it goes on until then.
    if (this.#running.has(id)) {
      await work;
      return;
    }
    const over = work.then(
      () => undefined,
      () => undefined,
    );
    const bytes = Buffer.byteLength(text);
    this.#bytes += bytes;
    const end = this.onBegin(bytes);
    this.#running.set(id, { over, isCompleted: false, next: null });
    void over.then(() => {
      this.#bytes -= bytes;
      end();
      this.#running.delete(id);
    });
    await work;
  }
}

/** Null: it names nothing, or is no message; the protocol's server says what is wrong with it. */
function namedIn(text: string): Named | null {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null || !('type' in message) || !('id' in message)) return null;
    return typeof message.id === 'string' ? { type: message.type, id: message.id } : null;
  } catch {
    return null;
  }
}
