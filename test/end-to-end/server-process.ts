import { startTypescript } from '../support/typescript-process';
import type { TypescriptProcess } from '../support/typescript-process';

/** How much of what a server writes is kept, in characters. */
const LOG_LENGTH = 8_000;

/** `lockstep serve` in a process of its own, on one store and, from its second start on, one port. */
export class ServerProcess {
  #running: TypescriptProcess | null = null;
  #port = 0;
  #log = '';

  /** @param store a directory, or the flags that name another store */
  constructor(private readonly store: string | readonly string[]) {}

  /** Where GraphQL is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/graphql`;
  }

  /** Start, and wait until it listens. */
  async start(): Promise<void> {
    const store = typeof this.store === 'string' ? ['--data', this.store] : this.store;
    const flags = ['serve', ...store, '--port', String(this.#port)];
    const running = startTypescript('src/cli/main.ts', flags);
    this.#running = running;
    running.child.stdout.on(
      'data',
      (chunk: Buffer) => (this.#log = `${this.#log}${chunk.toString()}`.slice(-LOG_LENGTH)),
    );
    this.#port = await new Promise<number>((resolve, reject) => {
      let output = '';
      running.child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const url = /"url":"http:\/\/127\.0\.0\.1:(\d+)\/graphql"/u.exec(output);
        if (url !== null) resolve(Number(url[1]));
      });
      void running.ended.then((end) => reject(new Error(`the server has ended: ${JSON.stringify(end)}`)));
    });
  }

  /** The last that it has written, of all its starts. */
  get log(): string {
    return this.#log;
  }

  /** Whether it has been started and hasn't ended. */
  get isRunning(): boolean {
    return this.#running !== null && this.#running.child.exitCode === null && this.#running.child.signalCode === null;
  }

  /** Let it stand still, connections open. */
  pause(): void {
    this.#running?.child.kill('SIGSTOP');
  }

  /** Let it go on. */
  resume(): void {
    this.#running?.child.kill('SIGCONT');
  }

  /** Kill it without a word. */
  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    running?.child.kill('SIGKILL');
    await running?.ended;
  }

  /** Stop it in order; how it ended. */
  async stop(): Promise<{ readonly status: number | null; readonly output: string }> {
    const running = this.#running;
    this.#running = null;
    if (running === null) return { status: 0, output: '' };
    running.child.kill('SIGTERM');
    return await running.ended;
  }
}
