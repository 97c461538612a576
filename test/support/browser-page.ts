import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { ensureServer } from './servers';

/** How long Chromium may take to begin, in milliseconds. */
const START_MS = 60_000;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly request?: { readonly url: string } };
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** One page of a Chromium without a window that reaches nothing but loopback. */
export class BrowserPage {
  /** Everything that the page asked for. */
  readonly asked: string[] = [];
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (bytes: Buffer) => this.#take(JSON.parse(bytes.toString()) as Answer));
  }

  static async open(url: string): Promise<BrowserPage> {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-chromium-'));
    const rules = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1';
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', rules];
    const child = spawn(ensureServer('chromium'), [...flags, `--user-data-dir=${folder}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own: its helpers would go on writing to the folder when only the first process is killed.
      detached: true,
    });
    const port = await portOf(child);
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
      readonly type: string;
      readonly webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
    await once(socket, 'open');
    const page = new BrowserPage(child, folder, socket);
    await page.#send('Network.enable');
    await page.#send('Page.enable');
    await page.#send('Page.navigate', { url });
    return page;
  }

  /** The value of an expression in the page; of a promise what it resolves to. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    return answer.result?.result?.value;
  }

  async close(): Promise<void> {
    this.socket.close();
    const { pid } = this.process;
    // Its error stream closes when the last of the group has gone.
    const closed = once(this.process, 'close');
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    await closed;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #send(method: string, params: object = {}): Promise<Answer> {
    this.#last += 1;
    const id = this.#last;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    return answered;
  }

  #take(answer: Answer): void {
    const { id, method, params } = answer;
    if (method === 'Network.requestWillBeSent' && params?.request !== undefined) this.asked.push(params.request.url);
    if (id === undefined) return;
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }
}

/** The port for those who watch a page, which Chromium tells on its error output. */
function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`Chromium did not begin: ${said}`)), START_MS);
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, port] = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//u.exec(said) ?? [];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(port);
    });
  });
}
