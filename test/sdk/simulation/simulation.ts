import { ShardWorker } from '../../../sdk';
import type { Route, WorkerEvent } from '../../../sdk';
import {
  FaultyTransport,
  InProcessServer,
  MemoryDownstream,
  MemoryGates,
  NO_FAULTS,
  ScriptUpstream,
  SeededRandom,
  VirtualTime,
  compareMerged,
} from '../../../sdk/testing';
import type { Faults } from '../../../sdk/testing';
import { AnswerLedger } from './answer-ledger';
import { InvariantWatch } from './invariants/invariant-watch';
import { SimulatedOperator } from './simulated-operator';
import { Mortality, mortalDownstream, mortalTransport, mortalUpstream } from './mortal-plugins';
import { CREATE, playRollout } from './scripts';
import type { PlayedRollout } from './scripts';

const TASK = 'orders';
const ROUTES: Route[] = [
  { schemaPattern: 'test', tablePattern: 'orders_[0-4]', targetSchema: 'merged', targetTable: 'orders' },
];

const TROUBLE: Faults = {
  loseRequest: 0.03,
  loseAnswer: 0.03,
  repeat: 0.05,
  delay: 0.3,
  longestDelayMs: 400,
  close: 0.05,
};

/** How long trouble lasts, and how long the run may take to heal; virtual milliseconds. */
const TROUBLE_MS = 20_000;
const HEAL_MS = 3_600_000;

/** How long rows may wait for a downstream that is slow, in virtual milliseconds. */
const LONGEST_LAG_MS = 3_000;

/** How long workers may take to end, in virtual milliseconds. */
const LET_GO_MS = 120_000;

/** One source's worker, which may be killed and started again. */
interface Employed {
  readonly source: string;
  readonly life: Mortality;
  readonly transport: FaultyTransport;
  readonly worker: ShardWorker;
  readonly stop: AbortController;
  ended: Promise<void>;
  isCaughtUp: boolean;
}

/**
 * Three sources with four shards each, their workers, a coordinator, and everything that can go wrong, in virtual time: the
 * seed decides all of it.
 */
export class Simulation {
  readonly time: VirtualTime;
  readonly rollout: PlayedRollout;
  readonly downstream = new MemoryDownstream();
  readonly #gates = new MemoryGates();
  readonly told: string[] = [];
  readonly #random: SeededRandom;
  readonly #workers = new Map<string, Employed>();
  /** All that ever ran, also those that were killed. */
  readonly #stops: AbortController[] = [];
  readonly #registered = new Set<string>();
  readonly invariants = new InvariantWatch(`CREATE TABLE orders ${CREATE}`);
  readonly #answers = new AnswerLedger();
  #server: InProcessServer | null = null;
  #failure: unknown = null;

  constructor(readonly seed: number) {
    this.#random = new SeededRandom(seed);
    this.rollout = playRollout(this.#random);
    this.time = new VirtualTime(this.#random.next);
  }

  get server(): InProcessServer {
    if (this.#server === null) throw new Error('the simulation has not begun');
    return this.#server;
  }

  /** Let everything go wrong for a while, then let it heal. What was wrong meanwhile or is in the end, in words. */
  async run(): Promise<string[]> {
    this.#server = await InProcessServer.start({ timing: this.time });
    this.invariants.follow(this.server.store);
    this.downstream.execute(`CREATE TABLE orders ${CREATE}`, 'merged');
    for (const source of this.rollout.scripts.keys()) await this.#employ(source, TROUBLE);
    // An optimistic lock knows the tables that were put: nobody drops a column before all sources are there.
    const allAreThere = (): boolean => this.#registered.size === this.rollout.scripts.size;
    await this.time.passUntil(() => allAreThere() || this.#failure !== null, HEAL_MS);
    this.#gates.open('go');
    await this.#trouble();
    for (const { transport } of this.#workers.values()) transport.faults = NO_FAULTS;
    const operator = new SimulatedOperator(this.server, this.time);
    const healed = await this.time.passUntil(
      () => this.#isOver() || this.#failure !== null,
      HEAL_MS,
      () => operator.act(),
    );
    const wrong = healed && this.#failure === null ? this.#compare() : this.#describe();
    if (this.#failure !== null) wrong.unshift(`a worker failed: ${describe(this.#failure)}`);
    this.#compareStates();
    this.invariants.checkAnswers(this.#answers.ledger);
    this.invariants.end();
    wrong.unshift(...this.invariants.wrong);
    for (const employed of this.#workers.values()) employed.life.kill();
    this.server.kill();
    await this.#letGo();
    return wrong;
  }

  /** A killed process leaves nothing behind, but its waits would be kept by this one: they end here. */
  async #letGo(): Promise<void> {
    for (const stop of this.#stops) stop.abort();
    await this.time.pass(LET_GO_MS);
  }

  async #trouble(): Promise<void> {
    const end = this.time.monotonicMs() + TROUBLE_MS;
    while (this.time.monotonicMs() < end && this.#failure === null) {
      await this.time.pass(200 + this.#random.below(2_000));
      const what = this.#random.below(6);
      if (what === 0) {
        this.server.kill();
        await this.time.pass(this.#random.below(3_000));
        await this.#inTime(this.server.restart());
        this.#compareStates();
      } else if (what < 3) {
        const [source] = this.#random.shuffle([...this.#workers.keys()]);
        if (source !== undefined) await this.#restart(source);
      }
    }
  }

  /** A server that was started again has the state that it would have had without. */
  #compareStates(): void {
    const { state } = this.server;
    if (state !== null) this.invariants.compareWith(state);
  }

  /** What takes virtual time can't just be waited for. */
  async #inTime(work: Promise<void>): Promise<void> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    work.then(over, over);
    await this.time.passUntil(() => isOver, HEAL_MS);
    await work;
  }

  async #restart(source: string): Promise<void> {
    this.#workers.get(source)?.life.kill();
    this.told.push(`${source}: killed`);
    await this.time.pass(this.#random.below(1_000));
    await this.#employ(source, TROUBLE);
  }

  async #employ(source: string, faults: Faults): Promise<void> {
    const life = new Mortality();
    const kept = this.#answers.keep(this.server.connect());
    const transport = new FaultyTransport(kept, this.time, this.#random.next, faults);
    const upstream = new ScriptUpstream({
      text: this.rollout.scripts.get(source) ?? '',
      gates: this.#gates,
      timing: this.time,
    });
    let created: ShardWorker | null = null;
    const creating = ShardWorker.create({
      transport: mortalTransport(transport, life),
      name: `worker-${source}`,
      task: TASK,
      mode: this.rollout.mode,
      source,
      expectedSources: [...this.rollout.scripts.keys()],
      upstream: mortalUpstream(upstream, life),
      downstream: mortalDownstream(this.downstream.connect(source), life, () => this.#lag(transport)),
      routes: ROUTES,
      timing: this.time,
      limits: { connectTimeoutMs: 600_000, requestTimeoutMs: 2_000, ttlMs: 5_000 },
    }).then((worker) => (created = worker));
    creating.catch((error: unknown) => (this.#failure = error));
    await this.time.passUntil(() => created !== null || this.#failure !== null, 600_000);
    if (this.#failure !== null) return;
    const worker = await creating;
    const stop = new AbortController();
    this.#stops.push(stop);
    const employed: Employed = {
      ...{ source, life, transport, worker, stop },
      ended: Promise.resolve(),
      isCaughtUp: false,
    };
    worker.events.onAny((event) => this.#hear(employed, event));
    this.#workers.set(source, employed);
    employed.ended = worker.run({ signal: stop.signal });
    employed.ended.catch((error: unknown) => {
      if (!life.isDead()) this.#failure = error;
    });
  }

  /** While there is trouble, the downstream is slow at times: rows that one worker reads come behind DDLs of another. */
  async #lag({ faults }: FaultyTransport): Promise<void> {
    if (faults === NO_FAULTS || this.#random.below(4) > 0) return;
    const lagMs = this.#random.below(LONGEST_LAG_MS);
    await new Promise<void>((resolve) => this.time.after(lagMs, resolve));
  }

  #hear(employed: Employed, event: WorkerEvent): void {
    if (event.kind === 'registered') this.#registered.add(employed.source);
    if (event.kind === 'caught-up') employed.isCaughtUp = true;
    else if (event.kind === 'ddl-met' || event.kind === 'operation-taken') employed.isCaughtUp = false;
    this.told.push(`${this.time.monotonicMs()} ${employed.source}: ${JSON.stringify(event)}`);
  }

  /** Every source is read to its end and nothing waits. */
  #isOver(): boolean {
    const { state } = this.server;
    if (state === null || [...this.#workers.values()].some(({ isCaughtUp }) => !isCaughtUp)) return false;
    const hasLock = [...state.targets.values()].some(({ lock }) => lock !== null) || state.pessimistic.locks.size > 0;
    return !hasLock && state.outbox.size === 0;
  }

  #compare(): string[] {
    const shards = [...this.rollout.scripts.values()].flatMap((text) => new ScriptUpstream({ text }).shards());
    const { database } = this.downstream;
    return compareMerged(shards, database.table('merged', 'orders'), database.now);
  }

  #describe(): string[] {
    const { state } = this.server;
    const locks = [...(state?.targets.values() ?? [])].filter(({ lock }) => lock !== null);
    const waiting = [...this.#workers.values()].map(
      ({ source, isCaughtUp, worker }) => `${source}: ${isCaughtUp ? 'caught up' : JSON.stringify(worker.status)}`,
    );
    return [`it doesn't come to an end: ${locks.length} optimistic locks`, ...waiting, ...this.told.slice(-30)];
  }
}

function describe(failure: unknown): string {
  return failure instanceof Error ? `${failure.stack ?? failure.message} ${JSON.stringify(failure)}` : String(failure);
}
