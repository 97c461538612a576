import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemTiming } from '../../../sdk';
import { FileGates } from '../../../sdk/plugins/script';
import type { ServerProcess } from '../../end-to-end/server-process';
import { SeededRandom } from '../../support/seeded-random';
import { startTypescript } from '../../support/typescript-process';
import type { TypescriptProcess } from '../../support/typescript-process';
import { endOf, gateOf } from './rollout-script';
import type { SourcePlan } from './rollout-script';
import type { ProgramLine, ProgramPlan } from './worker-program';

/** How long nothing is killed, in milliseconds: now and then long enough for a process to get far. */
const PAUSES_MS = [100, 400, 1_000, 3_000];

/** What is rolled out, and where. */
export interface RolloutPlan {
  readonly server: ServerProcess;
  /** Of the downstream. */
  readonly port: number;
  /** Of the gates. */
  readonly folder: string;
  readonly rounds: number;
  /** The sources of each process. */
  readonly shares: readonly (readonly SourcePlan[])[];
}

/** A rollout by processes of workers; they and the server are killed while it goes on, and started again. */
export class KilledRollout {
  /** Who waited for a person, and what Node warned of. */
  readonly troubles: ProgramLine[] = [];
  readonly #registered = new Set<string>();
  readonly #reached = new Map<string, number>();
  readonly #programs = new Map<number, TypescriptProcess>();
  readonly #gates: FileGates;
  readonly #random: SeededRandom;

  constructor(
    private readonly plan: RolloutPlan,
    seed: number,
  ) {
    this.#gates = new FileGates(plan.folder, systemTiming);
    this.#random = new SeededRandom(seed);
  }

  /** Open the gates of the rounds one after the other, and kill so often meanwhile; then let all come to their end. */
  async run(kills: number, limitMs: number): Promise<void> {
    const { shares, rounds } = this.plan;
    const deadlineMs = Date.now() + limitMs;
    for (const index of shares.keys()) this.#start(index);
    // An optimistic lock knows the tables that were put: nobody drops a column before all sources are there.
    await this.#until(deadlineMs, ({ source }) => this.#registered.has(source));
    for (let kill = 0; kill < kills; kill += 1) {
      for (let round = 0; round <= Math.floor((kill * rounds) / kills); round += 1) this.#gates.open(gateOf(round));
      await sleep(this.#random.pick(PAUSES_MS));
      await this.#killOne();
    }
    const ends = new Map(shares.flat().map((plan) => [plan.source, endOf(plan, rounds)]));
    await this.#until(deadlineMs, ({ source }) => this.#reached.get(source) === ends.get(source));
  }

  /** Kill all workers; the server is left. @throws Error if one has ended by itself */
  async end(): Promise<void> {
    for (const index of [...this.#programs.keys()]) await this.#kill(index);
  }

  async #killOne(): Promise<void> {
    const { server, shares } = this.plan;
    if (this.#random.oneIn(3)) {
      await server.kill();
      await server.start();
      return;
    }
    const index = this.#random.below(shares.length);
    await this.#kill(index);
    this.#start(index);
  }

  #start(index: number): void {
    const { server, port, folder, rounds, shares } = this.plan;
    const plan: ProgramPlan = { url: server.url, port, folder, rounds, sources: shares[index] ?? [] };
    const program = startTypescript('test/sdk/kills/worker-program.ts', [JSON.stringify(plan)]);
    this.#programs.set(index, program);
    createInterface(program.child.stdout).on('line', (text) => this.#take(JSON.parse(text) as ProgramLine));
  }

  #take(line: ProgramLine): void {
    if (line.kind === 'paused' || line.kind === 'warned') this.troubles.push(line);
    else if (line.kind === 'registered') this.#registered.add(line.source);
    else this.#reached.set(line.source, line.position);
  }

  async #kill(index: number): Promise<void> {
    const program = this.#programs.get(index);
    this.#programs.delete(index);
    if (program === undefined) return;
    program.child.kill('SIGKILL');
    const { status } = await program.ended;
    if (status !== null) throw new Error(`workers have ended by themselves, with status ${status}`);
  }

  async #until(deadlineMs: number, isThere: (plan: SourcePlan) => boolean): Promise<void> {
    for (;;) {
      const missing = this.plan.shares.flat().filter((plan) => !isThere(plan));
      if (missing.length === 0) return;
      if (Date.now() > deadlineMs)
        throw new Error(`not in time: ${missing.map(({ source }) => this.#where(source)).join()}`);
      await sleep(50);
    }
  }

  #where(source: string): string {
    return `${source} at ${this.#reached.get(source) ?? 'its start'}`;
  }
}
