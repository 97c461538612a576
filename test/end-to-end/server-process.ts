import { startTypescript } from '../support/typescript-process';
import type { TypescriptProcess } from '../support/typescript-process';

/** `lockstep serve` in a process of its own, on one directory and, from its second start on, one port. */
export class ServerProcess {
  #running: TypescriptProcess | null = null;
  #port = 0;

  constructor(private readonly directory: string) {}

  /** Where GraphQL is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/graphql`;
  }

  /** Start, and wait until it listens. */
  async start(): Promise<void> {
    const flags = ['serve', '--data', this.directory, '--port', String(this.#port)];
    const running = startTypescript('src/cli/main.ts', flags);
    this.#running = running;
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
