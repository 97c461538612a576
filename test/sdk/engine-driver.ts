import type { LockstepError } from '../../src/core/model/error';
import { WorkerEngine } from '../../sdk/engine/engine';
import type { EngineOptions } from '../../sdk/engine/context';
import type { Effect, EngineEvent } from '../../sdk/engine/effects';
import type { EngineStart } from '../../sdk/engine/engine-start';
import type { ConflictStage, Operation } from '../../sdk/engine/operation';
import type { Checkpoint, RowChange, UpstreamEvent } from '../../sdk/plugin';
import { Routes } from '../../sdk/route/routes';
import type { SeededRandom } from '../support/seeded-random';

/** What reached the downstream, in order: rows as `t1#4`, statements as they are. */
export interface Arrival {
  readonly what: string;
  readonly repeated: boolean;
}

export const CREATE = 'CREATE TABLE `t` (`id` INT NOT NULL PRIMARY KEY)';

/** How an engine is driven. */
export interface DriverOptions {
  readonly mode: EngineOptions['mode'];
  readonly events: readonly UpstreamEvent[];
  readonly shards: readonly string[];
  readonly queuedSteps: number;
  readonly random: SeededRandom;
}

/**
 * An engine between an upstream with all events at hand, a downstream that records, and a coordinator that answers as it
 * likes; what is asked is answered at random times. It can crash at any moment and starts from the last stored checkpoint.
 */
export class EngineDriver {
  readonly arrivals: Arrival[] = [];
  /** DDLs that were reported although they had been acknowledged. */
  readonly reportedAgain: string[] = [];
  /** Rows that came downstream when a DDL behind them, or the end of their shard, had been told to the coordinator. */
  readonly tooLate: string[] = [];
  /** Up to where each shard has told the coordinator what it met. */
  readonly #told = new Map<string, number>();
  readonly #acknowledged = new Set<string>();
  readonly #subjects = new Map<string, string>();
  /** The newest operation of each table, or of the source. */
  readonly #operations = new Map<string, Operation>();
  stopped: LockstepError | null = null;
  #engine: WorkerEngine;
  #answers: (() => void)[] = [];
  #next = 0;
  #stored: Checkpoint | null = null;
  #revision = 0;
  #life = 0;

  /** Of the downstream, so the same in every life. */
  readonly storesWithRows: boolean;

  constructor(private readonly options: DriverOptions) {
    this.storesWithRows = options.random.below(2) === 0;
    this.#engine = this.#makeEngine();
  }

  get checkpoint(): Checkpoint | null {
    return this.#stored;
  }

  /** Everything is forgotten but the stored checkpoint. */
  crash(): void {
    this.#answers = [];
    this.#life += 1;
    this.#engine = this.#makeEngine();
  }

  /** One thing happens: an event is read, or something is answered. @returns whether anything could */
  step(): boolean {
    const canRead = this.#engine.isReadable && this.#next < this.options.events.length;
    if (this.#answers.length > 0 && (!canRead || this.options.random.below(2) === 0)) {
      const [answer] = this.#answers.splice(this.options.random.below(this.#answers.length), 1);
      answer?.();
      return true;
    }
    if (!canRead) return false;
    const event = this.options.events[this.#next];
    this.#next += 1;
    if (event !== undefined) this.#dispatch({ kind: 'read', event });
    return true;
  }

  /** Go on until nothing is left; the upstream is idle at the end. */
  finish(): void {
    for (let rounds = 0; rounds < 100_000; rounds += 1) {
      if (this.step()) continue;
      const before = this.#answers.length + this.#next;
      this.#dispatch({ kind: 'read', event: { kind: 'idle', position: this.options.events.length } });
      if (this.#answers.length + this.#next === before) return;
    }
    throw new Error('the engine never comes to rest');
  }

  #makeEngine(): WorkerEngine {
    const { mode, queuedSteps, shards } = this.options;
    const start: EngineStart =
      this.#stored === null
        ? { kind: 'tables', tables: shards.map((table) => ({ table: { schema: 'db', table }, createTable: CREATE })) }
        : { kind: 'checkpoint', checkpoint: JSON.parse(JSON.stringify(this.#stored)) as Checkpoint };
    const engine = new WorkerEngine(
      {
        task: 'task',
        source: 's1',
        mode,
        strict: false,
        routes: new Routes([{ schemaPattern: 'db', tablePattern: 't*', targetSchema: 'd', targetTable: 't' }]),
        compare: (a, b) => Number(a) - Number(b),
        ignoreSql: [],
        storesWithRows: this.storesWithRows,
        run: `run-${this.#life}`,
        limits: { pendingRows: 4, queuedSteps },
      },
      start,
    );
    this.#engine = engine;
    const from = engine.startPosition;
    this.#next = typeof from === 'number' ? from : 0;
    this.#dispatch({ kind: 'started' });
    return engine;
  }

  #dispatch(event: EngineEvent): void {
    for (const effect of this.#engine.take(event)) this.#perform(effect);
  }

  #later(answer: () => void): void {
    this.#answers.push(answer);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'flush':
        return this.#later(() => this.#flush(effect.changes, effect.checkpoint));
      case 'execute':
        return this.#later(() => {
          for (const ddl of effect.execution.ddls) this.arrivals.push({ what: ddl, repeated: false });
          this.#dispatch({ kind: 'executed', id: effect.execution.id });
        });
      case 'report':
        return this.#later(() => this.#report(effect));
      case 'acknowledge':
        return this.#acknowledge(effect);
      case 'add-table':
        return this.#later(() => this.#dispatch({ kind: 'table-added', key: effect.key }));
      case 'remove-table':
        this.#tell(effect.table.table, '');
        return this.#later(() => this.#dispatch({ kind: 'table-removed', key: effect.key }));
      case 'look-up':
        return this.#later(() => this.#dispatch({ kind: 'looked-up', key: effect.key, createTable: CREATE }));
      case 'seek':
        this.#next = typeof effect.from === 'number' ? effect.from : 0;
        return;
      case 'stop':
        this.stopped = effect.error;
        return;
      default:
    }
  }

  #flush(changes: readonly RowChange[], checkpoint: Checkpoint | null): void {
    for (const { table, rows, repeated } of changes)
      for (const { after } of rows) {
        const what = `${table.table}#${JSON.stringify(after?.['id'])}`;
        this.arrivals.push({ what, repeated });
        if (Number(after?.['id']) < (this.#told.get(table.table) ?? 0)) this.tooLate.push(what);
      }
    this.#stored = checkpoint ?? this.#stored;
    this.#dispatch({ kind: 'flushed' });
  }

  /** As PROTOCOL 6.3 has it: who acknowledges an operation that isn't the newest is given the newest. */
  #acknowledge({ order, table, revision }: Extract<Effect, { kind: 'acknowledge' }>): void {
    const newest = this.#operations.get(JSON.stringify(table));
    if (newest !== undefined && Number(newest.revision) > Number(revision))
      return this.#later(() => this.#dispatch({ kind: 'superseded', order, operation: newest }));
    this.#acknowledged.add(this.#subjects.get(revision) ?? '');
    return this.#later(() => this.#dispatch({ kind: 'acknowledged', order, outcome: 'ACKNOWLEDGED' }));
  }

  #report(effect: Extract<Effect, { kind: 'report' }>): void {
    const subject = JSON.stringify([effect.table, effect.ddls]);
    if (this.#acknowledged.has(subject)) this.reportedAgain.push(subject);
    const shards = effect.table === null ? this.options.shards : [effect.table.table];
    for (const shard of shards) this.#tell(shard, columnOf(effect.ddls.join()));
    this.#dispatch({ kind: 'reported', order: effect.order, lockId: 'lock', revision: this.#nextRevision() });
    const last: ConflictStage[] = effect.table === null ? [] : this.#conflict();
    const operate = (stage: ConflictStage | null): void => {
      this.#later(() => {
        const revision = this.#nextRevision();
        this.#subjects.set(revision, subject);
        const ddls = stage === null || stage === 'NONE' || stage === 'UNLOCKED' ? effect.ddls : [];
        const operation: Operation = {
          ...{ lockId: 'lock', upstreamTable: effect.table, ddls, revision },
          ...{ exec: effect.table === null ? true : null, conflictStage: stage, message: '' },
        };
        this.#operations.set(JSON.stringify(effect.table), operation);
        this.#dispatch({ kind: 'operation', operation });
        const next = last.shift();
        if (next !== undefined) operate(next);
      });
    };
    operate(effect.table === null ? null : (last.shift() ?? 'NONE'));
  }

  /** Others may rely on it from now on that this shard has come so far. */
  #tell(shard: string, what: string): void {
    const isIt = (event: UpstreamEvent): boolean =>
      event.kind === 'ddl' && event.sql.includes(` ${shard}`) && columnOf(event.sql) === what;
    const met = this.options.events.find(isIt);
    this.#told.set(shard, Math.max(this.#told.get(shard) ?? 0, Number(met?.position)));
  }

  /** How the coordinator comes to its last word. */
  #conflict(): ConflictStage[] {
    const ways: ConflictStage[][] = [['NONE'], ['NONE'], ['DETECTED', 'UNLOCKED'], ['SKIP_WAIT_REDIRECT', 'RESOLVED']];
    return [...(ways[this.options.random.below(ways.length)] ?? [])];
  }

  #nextRevision(): string {
    this.#revision += 1;
    return String(this.#revision);
  }
}

/** The column that a statement adds; '': none. */
function columnOf(sql: string): string {
  return /ADD COLUMN `?(c\d+)/u.exec(sql)?.[1] ?? '';
}
