import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { MemoryDownstream, MemoryDownstreamServer } from '../../sdk/plugins/memory';
import { freePort } from './free-port';
import type { Story } from './story';
import { readWorkerLine, tellLine } from './worker-line';
import type { WorkerLine } from './worker-line';

/** The command `lockstep`, beside this program. */
const LOCKSTEP = join(__dirname, '..', 'cli', 'main.js');

/** Nothing in the demo takes longer, in milliseconds. */
const LATEST_MS = 30_000;

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** What a worker reads and writes: sections of its file, and the tables of the schema `shop` that it merges. */
export interface Engagement {
  readonly upstream: object;
  readonly downstream: object;
  readonly tables: string;
}

/** A worker of the play. */
interface Actor {
  readonly child: Child;
  readonly lines: WorkerLine[];
  wake: () => void;
}

/** What is started for the demo, and ended with it: a server, workers, a downstream, a folder for all of them. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'lockstep-demo-'));
  readonly downstream = new MemoryDownstream();
  readonly #actors = new Map<string, Actor>();
  #server: Child | null = null;
  #remote: MemoryDownstreamServer | null = null;
  #url = '';

  constructor(private readonly story: Story) {
    mkdirSync(join(this.folder, 'gates'));
  }

  /** Start the server on a fresh store. */
  async open(): Promise<void> {
    const port = await freePort();
    this.#url = `http://127.0.0.1:${port}`;
    const data = join(this.folder, 'data');
    this.#server = start(['serve', '--data', data, '--host', '127.0.0.1', '--port', String(port)]);
    await this.#untilReady();
  }

  /** Start the worker of a source that plays a script, into the tables in memory. */
  async employ(task: string, mode: string, source: string, script: string, tables: string): Promise<void> {
    const file = `${task}-${source}.sql`;
    writeFileSync(join(this.folder, file), script);
    this.#remote ??= await MemoryDownstreamServer.start(this.downstream);
    await this.hire(task, mode, source, {
      upstream: { plugin: 'script', file: `./${file}`, gates: './gates' },
      downstream: { plugin: 'memory', port: this.#remote.port },
      tables,
    });
  }

  /** Start the worker of a source: a process of its own. */
  async hire(task: string, mode: string, source: string, { upstream, downstream, tables }: Engagement): Promise<void> {
    const config = join(this.folder, `${task}-${source}.yaml`);
    writeFileSync(
      config,
      JSON.stringify({
        ...{ server: this.#url, name: `worker-of-${source}`, task, mode, source },
        ...{ 'expected-sources': ['mysql-01', 'mysql-02'], upstream, downstream },
        routes: [{ 'schema-pattern': 'shop', 'table-pattern': tables, 'target-schema': 'shop', 'target-table': task }],
      }),
    );
    const actor: Actor = { child: start(['worker', '--config', config]), lines: [], wake: () => undefined };
    this.#actors.set(source, actor);
    createInterface({ input: actor.child.stderr }).on('line', (text) => this.#hear(source, actor, text));
    await this.until(source, ({ kind }) => kind === 'registered');
  }

  /** Let the shards meet what waits behind a gate. */
  openGate(name: string): void {
    writeFileSync(join(this.folder, 'gates', name), '');
  }

  /** Resolves with the first line of a worker, from the `after`-th on, for which `isIt` is true. */
  async until(source: string, isIt: (line: WorkerLine) => boolean, after = 0): Promise<WorkerLine> {
    const actor = this.#actorOf(source);
    const end = Date.now() + LATEST_MS;
    for (;;) {
      const found = actor.lines.slice(after).find(isIt);
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`${source} tells nothing more:\n${JSON.stringify(actor.lines.slice(-5))}`);
      await Promise.race([new Promise<void>((resolve) => (actor.wake = resolve)), pause(200)]);
    }
  }

  /** How many lines a worker has told. */
  told(source: string): number {
    return this.#actorOf(source).lines.length;
  }

  /** End a worker as by kill -9. */
  async kill(source: string): Promise<void> {
    await end(this.#actorOf(source).child, 'SIGKILL');
    this.story.event(source, 'its worker is gone', 'bad');
  }

  /** Let all workers stop in order. */
  async dismiss(): Promise<void> {
    for (const { child } of this.#actors.values()) await end(child, 'SIGTERM');
    this.#actors.clear();
  }

  /** Type a command, and show it. */
  async command(args: readonly string[]): Promise<string> {
    const { output } = await run([...args, '--server', this.#url]);
    this.story.command(`lockstep ${args.map(quote).join(' ')}`, output);
    return output;
  }

  /** End everything, and leave nothing behind. */
  async close(): Promise<void> {
    await this.dismiss();
    if (this.#server !== null) await end(this.#server, 'SIGTERM');
    await this.#remote?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #hear(source: string, actor: Actor, text: string): void {
    const line = readWorkerLine(text);
    if (line === null) return;
    actor.lines.push(line);
    const told = tellLine(line);
    const table = line.fields['table'];
    const who = table === undefined || table === 'null' ? source : `${source} ${table.replace('shop.', '')}`;
    if (told !== null) this.story.event(who, told.text, told.mood);
    actor.wake();
  }

  #actorOf(source: string): Actor {
    const actor = this.#actors.get(source);
    if (actor === undefined) throw new Error(`${source} has no worker`);
    return actor;
  }

  async #untilReady(): Promise<void> {
    const end = Date.now() + LATEST_MS;
    while (Date.now() < end) {
      const answer = await fetch(`${this.#url}/readyz`).catch(() => null);
      if (answer?.ok === true) return;
      await pause(50);
    }
    throw new Error('the server is not ready');
  }
}

function start(args: readonly string[]): Child {
  const child = spawn(process.execPath, [LOCKSTEP, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  return child;
}

async function run(args: readonly string[]): Promise<{ readonly output: string }> {
  const child = spawn(process.execPath, [LOCKSTEP, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let output = '';
  const take = (text: Buffer): void => void (output += text.toString());
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  await new Promise((resolve) => child.on('close', resolve));
  return { output };
}

async function end(child: Child, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** As a person would have to type it. */
function quote(argument: string): string {
  return /^[\w./:=-]+$/u.test(argument) ? argument : `'${argument}'`;
}

/** Resolves after so many milliseconds. */
export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
